package trainablewiener;

/** An option of the dialog: what the option table says about it. */
final class Option {
    /** As the commands spell it: "immersion-index". */
    final String flag;
    /** Its first word, in small letters, is the key in macros. */
    final String label;
    /** "text", "path", "number", "integer", "choice", "flag", "noise" or "bytes". */
    final String kind;
    final String initial;
    /** Of a choice; empty for the others. */
    final String[] choices;
    final String unit;
    final String description;

    Option(String flag, String label, String kind, String initial, String choices, String unit,
            String description) {
        this.flag = flag;
        this.label = label;
        this.kind = kind;
        this.initial = initial;
        this.choices = choices.isEmpty() ? new String[0] : choices.split(" ");
        this.unit = unit;
        this.description = description;
    }

    /** The key in macros: "immersion_index". */
    String key() {
        return flag.replace('-', '_');
    }

    boolean isFlag() {
        return kind.equals("flag");
    }

    /** What the dialog shows. */
    String fullLabel() {
        return unit.isEmpty() ? label : label + " (" + unit + ")";
    }

    /** Replaces "--immersion-index" in a message by what the dialog calls it. */
    static String inWords(String message) {
        for (Option option : Options.ALL) {
            String name = '"' + option.label.split(" ")[0].replace('_', ' ') + '"';
            message = message.replaceAll("--" + option.flag + "(?![a-z-])", name);
        }
        return message;
    }
}

package trainablewiener;

import ij.Prefs;
import java.util.LinkedHashMap;
import java.util.Map;

/** The value of every option, as text. */
final class Settings {
    /** Before the names under which ImageJ's preferences keep the values. */
    static final String PREFS = "trainablewiener.";
    static final String YES = "yes";

    private final Map<Option, String> values = new LinkedHashMap<Option, String>();

    String get(Option option) {
        String value = values.get(option);
        return value == null ? option.initial : value;
    }

    void set(Option option, String value) {
        values.put(option, value.trim());
    }

    /** What the user chose last, or the table's defaults. */
    static Settings fromPrefs() {
        Settings settings = new Settings();
        for (Option option : Options.ALL) {
            settings.set(option, Prefs.get(PREFS + option.key(), option.initial));
        }
        return settings;
    }

    void save() {
        for (Option option : Options.ALL) {
            // A title means nothing in the next session.
            if (option != Options.PSF_IMAGE) Prefs.set(PREFS + option.key(), get(option));
        }
        Prefs.savePreferences();
    }

    /**
     * The options of a macro's line, "na=1.2 psf_file=[my psf.tif] psf_resample"; what it leaves out
     * has the table's default, so that the line means the same on every machine.
     */
    static Settings fromMacro(String line) throws Failure {
        Settings settings = new Settings();
        int at = 0;
        while (at < line.length()) {
            if (line.charAt(at) == ' ') {
                at++;
                continue;
            }
            int end = at;
            while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '=') end++;
            Option option = find(line.substring(at, end));
            if (end == line.length() || line.charAt(end) == ' ') {
                settings.set(option, YES);
                at = end;
                continue;
            }
            int begin = end + 1;
            boolean bracketed = begin < line.length() && line.charAt(begin) == '[';
            int close = line.indexOf(bracketed ? ']' : ' ', begin);
            if (close < 0) close = line.length();
            settings.set(option, line.substring(bracketed ? begin + 1 : begin, close));
            at = close + 1;
        }
        for (Option option : Options.ALL) check(option, settings.get(option));
        return settings;
    }

    private static Option find(String key) throws Failure {
        StringBuilder keys = new StringBuilder();
        for (Option option : Options.ALL) {
            if (option.key().equals(key)) return option;
            keys.append(keys.length() == 0 ? "" : ", ").append(option.key());
        }
        throw new Failure("There is no option \"" + key + "\"; there are " + keys);
    }

    private static void check(Option option, String value) throws Failure {
        if (option.choices.length == 0) return;
        StringBuilder choices = new StringBuilder();
        for (String choice : option.choices) {
            if (choice.equals(value)) return;
            choices.append(choices.length() == 0 ? "" : ", ").append(choice);
        }
        throw new Failure(
            option.key() + " is \"" + value + "\", which is not one of " + choices);
    }
}

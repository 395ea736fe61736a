package trainablewiener;

import ij.IJ;
import ij.Macro;
import ij.macro.Interpreter;
import java.awt.GraphicsEnvironment;

/** Messages for the user, with or without a screen. */
final class Reports {
    static final String NAME = "Trainable Wiener Deconvolve";

    private Reports() {}

    /** Whether nobody is there to close a dialog: a message in one would never return. */
    static boolean isUnattended() {
        return GraphicsEnvironment.isHeadless() || Interpreter.isBatchMode()
            || IJ.getInstance() == null;
    }

    /** Says what went wrong and stops the macro that is running, if one is. */
    static void fail(String message) {
        if (isUnattended()) System.err.println(NAME + ": " + message);
        else IJ.error(NAME, wrap(message));
        stopMacro();
    }

    static void stopMacro() {
        if (!IJ.isMacro()) return;
        Macro.abort();
        // The flag alone is not heeded under -batch.
        Interpreter.abort();
    }

    /** Lines that a dialog has room for. */
    static String wrap(String message) {
        StringBuilder text = new StringBuilder();
        for (String line : message.split("\n")) {
            int length = 0;
            for (String word : line.split(" ")) {
                if (length > 0 && length + word.length() > 78) {
                    text.append('\n');
                    length = 0;
                }
                text.append(length == 0 ? "" : " ").append(word);
                length += word.length() + 1;
            }
            text.append('\n');
        }
        return text.toString().trim();
    }
}

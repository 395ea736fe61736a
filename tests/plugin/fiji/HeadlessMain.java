import net.imagej.patcher.LegacyInjector;

/** Runs a macro as Fiji does without a screen: ImageJ's classes are patched before they load. */
public class HeadlessMain {
    public static void main(String[] arguments) throws Exception {
        LegacyInjector.preinit();
        Class.forName("ij.IJ").getMethod("runMacroFile", String.class, String.class)
            .invoke(null, arguments[0], "");
        System.exit(0);
    }
}

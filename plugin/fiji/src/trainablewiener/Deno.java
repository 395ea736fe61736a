package trainablewiener;

import ij.IJ;
import ij.Prefs;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finds the program that runs ours. */
final class Deno {
    /** The plugin's setting among ImageJ's preferences. */
    static final String SETTING = Settings.PREFS + "deno";
    static final String ADVICE =
        "This plugin computes with Deno, a free program that has not been found on this computer.\n"
        + "Install it once, as docs.deno.com describes, and try again; or put the program (deno, on "
        + "Windows deno.exe) into ImageJ's plugins folder, beside the plugin; or choose it.";

    private static final boolean WINDOWS = File.separatorChar == '\\';
    private static File known;

    private Deno() {}

    /** The program itself and not a script that starts it, or null. */
    static synchronized File find() {
        if (known != null && known.canExecute() && Prefs.get(SETTING, "").isEmpty()) return known;
        String setting = Prefs.get(SETTING, "");
        if (!setting.isEmpty()) {
            File chosen = new File(setting);
            if (chosen.isDirectory()) chosen = new File(chosen, WINDOWS ? "deno.exe" : "deno");
            if (isProgram(chosen)) return unwrap(chosen);
            IJ.log(Reports.NAME + ": " + setting + ", the Deno of the setting, is not there;"
                + " looking elsewhere");
        }
        for (File folder : folders()) {
            for (String name : WINDOWS ? new String[] {"deno.exe", "deno.cmd"}
                    : new String[] {"deno"}) {
                File file = new File(folder, name);
                if (isProgram(file)) return known = unwrap(file);
            }
        }
        return null;
    }

    private static boolean isProgram(File file) {
        return file.isFile() && file.canExecute();
    }

    /** Beside the jar, on the PATH, and where installers put it; a desktop's PATH lacks these. */
    private static List<File> folders() {
        List<File> folders = new ArrayList<File>();
        File jar = jarFolder();
        if (jar != null) folders.add(jar);
        String path = System.getenv("PATH");
        if (path != null) {
            for (String folder : path.split(File.pathSeparator)) {
                if (!folder.isEmpty()) folders.add(new File(folder));
            }
        }
        addVariable(folders, "DENO_INSTALL", "bin");
        addVariable(folders, "DENO_INSTALL_ROOT", "bin");
        String home = System.getProperty("user.home");
        for (String folder : Arrays.asList(".deno/bin", ".local/bin", ".npm-global/bin", "bin",
                "scoop/shims", ".cargo/bin")) {
            folders.add(new File(home, folder));
        }
        if (WINDOWS) {
            addVariable(folders, "APPDATA", "npm");
            addVariable(folders, "LOCALAPPDATA", "Microsoft/WinGet/Links");
            addVariable(folders, "ProgramData", "chocolatey/bin");
            addVariable(folders, "ProgramFiles", "deno");
        } else {
            for (String folder : Arrays.asList("/usr/local/bin", "/opt/homebrew/bin",
                    "/opt/local/bin", "/snap/bin", "/home/linuxbrew/.linuxbrew/bin")) {
                folders.add(new File(folder));
            }
        }
        return folders;
    }

    private static void addVariable(List<File> folders, String variable, String below) {
        String value = System.getenv(variable);
        if (value != null && !value.isEmpty()) folders.add(new File(value, below));
    }

    private static File jarFolder() {
        try {
            return new File(Deno.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .getParentFile();
        } catch (URISyntaxException e) {
            return null;
        } catch (RuntimeException e) {
            return null;
        }
    }

    /**
     * npm installs a script that starts the program as its child. Ending the script would leave the
     * child running, so the script is asked where the program is.
     */
    private static File unwrap(File file) {
        if (!isScript(file)) return file;
        String answer = ask(file, "eval", "--no-config", "console.log(Deno.execPath())");
        File program = new File(answer);
        return isProgram(program) ? program : file;
    }

    private static boolean isScript(File file) {
        if (file.getName().endsWith(".cmd")) return true;
        try {
            FileInputStream in = new FileInputStream(file);
            try {
                return in.read() == '#' && in.read() == '!';
            } finally {
                in.close();
            }
        } catch (IOException e) {
            return false;
        }
    }

    /** The first line that the program prints, or what kept it from doing so. */
    static String ask(File program, String... arguments) {
        List<String> command = new ArrayList<String>();
        command.add(program.getPath());
        command.addAll(Arrays.asList(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) return "no answer";
                BufferedReader reader =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), "UTF-8"));
                String line = reader.readLine();
                return line == null ? "" : line.trim();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}

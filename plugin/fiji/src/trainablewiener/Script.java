package trainablewiener;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;

/** Our program's source, taken out of the jar once a session: Deno runs files. */
final class Script {
    private static final String NAME = "/serve.js";
    private static File file;

    private Script() {}

    static synchronized File file() throws IOException {
        if (file != null && file.isFile()) return file;
        InputStream in = Script.class.getResourceAsStream(NAME);
        if (in == null) throw new IOException("the plugin's jar is damaged; install it again");
        // A folder that nobody else can write to.
        File folder = Files.createTempDirectory("trainable-wiener").toFile();
        folder.deleteOnExit();
        File made = new File(folder, "serve.js");
        made.deleteOnExit();
        try {
            OutputStream out = new FileOutputStream(made);
            try {
                byte[] bytes = new byte[1 << 16];
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    out.write(bytes, 0, count);
                }
            } finally {
                out.close();
            }
        } finally {
            in.close();
        }
        return file = made;
    }
}

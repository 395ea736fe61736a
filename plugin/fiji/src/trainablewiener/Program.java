package trainablewiener;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Our program as a process, and the host's side of plugin/protocol.ts: one thread each for what goes
 * in, what comes out and the lines for people.
 */
final class Program {
    static final int PROTOCOL_VERSION = 1;
    private static final int SEND = 1;
    private static final int SEND_PSF = 2;
    private static final int RESULT = 3;
    private static final int END = 4;
    private static final int LINES_KEPT = 12;
    private static final int[] NO_MORE = new int[0];

    private final Process process;
    private final ImageVoxels source;
    private final ImageVoxels psf;
    private final ResultImage result;
    private final BlockingQueue<int[]> requests = new LinkedBlockingQueue<int[]>();
    private final Thread[] pumps = new Thread[3];
    private final Thread atExit;
    private final Deque<String> mishaps = new ArrayDeque<String>();
    /** The last text of every kind of line. */
    private final Map<String, String> said = new ConcurrentHashMap<String, String>();
    private final List<String> warnings = new ArrayList<String>();
    private volatile long firstProgress;
    private volatile boolean greeted;
    private volatile boolean ended;
    private volatile Throwable fault;

    /** Starts the program; `psf` may be null. */
    Program(File deno, File script, List<File> readable, String job, ImageVoxels source,
            ImageVoxels psf, ResultImage result) throws IOException {
        this.source = source;
        this.psf = psf;
        this.result = result;
        List<String> command = new ArrayList<String>();
        command.add(deno.getPath());
        for (String argument : new String[] {"run", "--quiet", "--no-prompt", "--no-config",
                "--no-lock", "--no-remote", "--no-npm", "--no-code-cache",
                "--allow-sys=systemMemoryInfo"}) {
            command.add(argument);
        }
        for (File file : readable) command.add("--allow-read=" + nameable(file));
        command.add(script.getPath());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("NO_COLOR", "1");
        builder.environment().put("DENO_NO_UPDATE_CHECK", "1");
        process = builder.start();
        atExit = new Thread() {
            @Override
            public void run() {
                process.destroyForcibly();
            }
        };
        Runtime.getRuntime().addShutdownHook(atExit);
        final byte[] head = job.getBytes("UTF-8");
        pump(0, "in", new Pump() {
            @Override
            public void run() throws IOException, InterruptedException {
                answerRequests(head);
            }
        });
        pump(1, "out", new Pump() {
            @Override
            public void run() throws IOException {
                readMessages();
            }
        });
        pump(2, "lines", new Pump() {
            @Override
            public void run() throws IOException {
                readLines();
            }
        });
    }

    /** Deno takes a comma for the end of a path; what lies below a folder is allowed with it. */
    private static File nameable(File file) {
        File named = file.getAbsoluteFile();
        while (named.getPath().contains(",")) named = named.getParentFile();
        return named;
    }

    private interface Pump {
        void run() throws IOException, InterruptedException;
    }

    private void pump(int index, String name, final Pump pump) {
        pumps[index] = new Thread("Trainable Wiener Deconvolve, " + name) {
            @Override
            public void run() {
                try {
                    pump.run();
                } catch (EOFException e) {
                    // The program has ended; the main thread sees whether it had finished.
                } catch (IOException e) {
                    // A broken pipe says the same.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (Throwable e) {
                    fault = e;
                    process.destroyForcibly();
                }
            }
        };
        pumps[index].setDaemon(true);
        pumps[index].start();
    }

    private void answerRequests(byte[] head) throws IOException, InterruptedException {
        OutputStream out = process.getOutputStream();
        out.write(head);
        out.flush();
        for (int[] box = requests.take(); box != NO_MORE; box = requests.take()) {
            ImageVoxels voxels = box[0] == SEND ? source : psf;
            for (int z = box[3]; z < box[6]; z++) {
                int index = voxels.stackIndex(box[2], z, box[1]);
                out.write(voxels.read(index, box[4], box[5], box[7], box[8]));
            }
            out.flush();
        }
        out.close();
    }

    private void readMessages() throws IOException {
        DataInputStream in = new DataInputStream(process.getInputStream());
        byte[] greeting = new byte[4];
        in.readFully(greeting);
        if (!new String(greeting, "US-ASCII").equals("TWB" + PROTOCOL_VERSION)) return;
        greeted = true;
        byte[] bytes = new byte[36];
        while (!ended) {
            in.readFully(bytes);
            int[] box = new int[9];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(box);
            if (box[0] == RESULT) readResult(in, box);
            else if (box[0] == SEND || (box[0] == SEND_PSF && psf != null)) requests.add(box);
            else if (box[0] == END) ended = true;
            else throw new IllegalStateException("Message " + box[0] + " is unknown");
        }
    }

    private void readResult(DataInputStream in, int[] box) throws IOException {
        byte[] plane = new byte[4 * (box[7] - box[4]) * (box[8] - box[5])];
        for (int z = box[3]; z < box[6]; z++) {
            in.readFully(plane);
            result.write(box[2], z, box[1], box[4], box[5], box[7], box[8], plane);
        }
    }

    private void readLines() throws IOException {
        InputStream stream = process.getErrorStream();
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream, "UTF-8"));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int space = line.indexOf(' ');
            if (line.startsWith("@") && space > 0) {
                String kind = line.substring(1, space);
                said.put(kind, line.substring(space + 1));
                if (kind.equals("progress") && firstProgress == 0) {
                    firstProgress = System.currentTimeMillis();
                }
                if (kind.equals("warning")) {
                    synchronized (warnings) {
                        warnings.add(line.substring(space + 1));
                    }
                }
            } else {
                synchronized (mishaps) {
                    mishaps.add(line);
                    if (mishaps.size() > LINES_KEPT) mishaps.removeFirst();
                }
            }
        }
    }

    /** The last text of a kind of line; empty where there was none. */
    String said(String kind) {
        String text = said.get(kind);
        return text == null ? "" : text;
    }

    /** When the work itself began, as System.currentTimeMillis() has it. */
    long firstProgress() {
        return firstProgress;
    }

    List<String> warnings() {
        synchronized (warnings) {
            return new ArrayList<String>(warnings);
        }
    }

    /** Whether the program has ended, one way or another, within some milliseconds. */
    boolean waitForEnd(int milliseconds) throws InterruptedException {
        pumps[1].join(milliseconds);
        if (pumps[1].isAlive()) return false;
        // What it said last; Java throws it away when the process is ended from outside.
        requests.add(NO_MORE);
        pumps[2].join(2000);
        process.waitFor(1, TimeUnit.SECONDS);
        return true;
    }

    /** Ends the process at once; nothing of it is left when this returns. */
    void close() {
        try {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            requests.add(NO_MORE);
            for (Thread pump : pumps) pump.join(1000);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // ImageJ is quitting.
        }
    }

    /** After `close`: why there is no whole result, or nothing where there is one. */
    void assertFinished(File deno) throws Failure {
        if (ended) return;
        if (fault instanceof OutOfMemoryError) {
            throw new Failure("ImageJ ran out of memory; raise it in Edit > Options > Memory &"
                + " Threads, or process the current channel or frame alone");
        }
        if (fault != null) throw new Failure("The plugin has a fault: " + fault);
        String error = said("error");
        if (!error.isEmpty()) throw new Failure(Option.inWords(error));
        StringBuilder tail = new StringBuilder();
        synchronized (mishaps) {
            for (String line : mishaps) tail.append('\n').append(line);
        }
        if (!greeted) {
            throw new Failure("The plugin's program did not start. It needs Deno 2.9 or newer; "
                + deno + " is \"" + Deno.ask(deno, "--version") + "\"." + tail);
        }
        throw new Failure("The plugin's program ended before it had finished (exit code "
            + process.exitValue() + "); nothing was restored." + tail);
    }
}

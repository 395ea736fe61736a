import ij.CompositeImage;
import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.Menus;
import ij.Prefs;
import ij.WindowManager;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.measure.Calibration;
import ij.plugin.PlugIn;
import ij.plugin.frame.Recorder;
import ij.process.LUT;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * What the tests see of ImageJ. "image=NAME" prints all that an image has beside its voxels;
 * "watch=FILE" keeps writing what is on the screen into a file.
 */
public class Probe_ implements PlugIn {
    @Override
    public void run(String argument) {
        String options = Macro.getOptions();
        String name = Macro.getValue(options, "image", "");
        String watch = Macro.getValue(options, "watch", "");
        if (!watch.isEmpty()) watch(new File(watch));
        else print(name, IJ.getImage());
    }

    private static void print(String name, ImagePlus imp) {
        line(name, "title", imp.getTitle());
        line(name, "type", imp.getBitDepth());
        line(name, "dimensions", Arrays.toString(imp.getDimensions()));
        line(name, "position", imp.getC() + " " + imp.getZ() + " " + imp.getT());
        line(name, "hyperstack", imp.isHyperStack());
        line(name, "changes", imp.changes);
        line(name, "virtual", imp.getStack().isVirtual());
        Calibration cal = imp.getCalibration();
        line(name, "calibration", cal.pixelWidth + " " + cal.pixelHeight + " " + cal.pixelDepth + " "
            + cal.getUnit() + " " + cal.frameInterval + " " + cal.xOrigin + " " + cal.calibrated());
        StringBuilder labels = new StringBuilder();
        for (int i = 1; i <= imp.getStackSize(); i++) {
            labels.append(imp.getStack().getSliceLabel(i)).append('|');
        }
        line(name, "labels", labels);
        if (imp.isComposite()) {
            CompositeImage composite = (CompositeImage) imp;
            line(name, "mode", composite.getMode());
            line(name, "active", Arrays.toString(composite.getActiveChannels()));
            for (int c = 1; c <= imp.getNChannels(); c++) {
                LUT lut = composite.getChannelLut(c);
                line(name, "lut" + c, lut.min + " " + lut.max + " " + Arrays.hashCode(lut.getBytes()));
            }
        } else {
            LUT lut = imp.getProcessor().getLut();
            line(name, "lut", imp.getDisplayRangeMin() + " " + imp.getDisplayRangeMax() + " "
                + Arrays.hashCode(lut.getBytes()));
        }
        Roi roi = imp.getRoi();
        line(name, "roi", roi == null ? "none" : roi.getTypeAsString() + " " + roi.getBounds());
        Overlay overlay = imp.getOverlay();
        StringBuilder shapes = new StringBuilder();
        for (int i = 0; overlay != null && i < overlay.size(); i++) {
            Roi shape = overlay.get(i);
            shapes.append(shape.getTypeAsString()).append(' ').append(shape.getBounds()).append(' ')
                .append(shape.getCPosition()).append(shape.getZPosition())
                .append(shape.getTPosition()).append('|');
        }
        line(name, "overlay", shapes);
        line(name, "info", imp.getProperty("Info"));
        if (!imp.getStack().isVirtual()) line(name, "voxels", hash(imp));
    }

    private static int hash(ImagePlus imp) {
        int hash = 1;
        for (int i = 1; i <= imp.getStackSize(); i++) {
            Object pixels = imp.getStack().getPixels(i);
            int plane = pixels instanceof byte[] ? Arrays.hashCode((byte[]) pixels)
                : pixels instanceof short[] ? Arrays.hashCode((short[]) pixels)
                : Arrays.hashCode((float[]) pixels);
            hash = 31 * hash + plane;
        }
        return hash;
    }

    private static void line(String name, String key, Object value) {
        String text = String.valueOf(value).replace("\n", "\\n");
        System.out.println("probe " + name + " " + key + " " + text);
    }

    private static void watch(final File file) {
        Thread thread = new Thread("watch") {
            @Override
            public void run() {
                try {
                    for (;;) {
                        write(file);
                        Thread.sleep(100);
                    }
                } catch (Exception e) {
                    e.printStackTrace();
                }
            }
        };
        thread.setDaemon(true);
        thread.start();
    }

    /** What stands in ImageJ's status bar. */
    private static String statusLine() {
        for (java.awt.Component part : IJ.getInstance().getStatusBar().getComponents()) {
            if (part instanceof java.awt.Label) return ((java.awt.Label) part).getText();
            if (part instanceof javax.swing.JLabel) return ((javax.swing.JLabel) part).getText();
        }
        return "";
    }

    private static void write(File file) throws Exception {
        File part = new File(file.getPath() + ".part");
        PrintWriter out = new PrintWriter(part, "UTF-8");
        out.println("menu " + Menus.getCommands().get("Trainable Wiener Deconvolve"));
        int[] ids = WindowManager.getIDList();
        for (int i = 0; ids != null && i < ids.length; i++) {
            ImagePlus imp = WindowManager.getImage(ids[i]);
            if (imp == null) continue;
            String voxels = imp.getStack().isVirtual() ? "virtual" : "" + hash(imp);
            out.println("image " + imp.getTitle() + ' ' + voxels + (imp.isLocked() ? " locked" : ""));
        }
        for (java.awt.Window window : java.awt.Window.getWindows()) {
            if (window.isShowing() && window instanceof java.awt.Dialog) {
                out.println("dialog " + ((java.awt.Dialog) window).getTitle());
            }
        }
        out.println("status " + statusLine());
        out.println("deno " + Prefs.get("trainablewiener.deno", ""));
        Recorder recorder = Recorder.getInstance();
        if (recorder != null) {
            for (String text : recorder.getText().split("\n")) out.println("record " + text);
        }
        String log = IJ.getLog();
        if (log != null) {
            for (String text : log.split("\n")) out.println("log " + text);
        }
        out.close();
        Files.move(part.toPath(), file.toPath(), StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.ATOMIC_MOVE);
    }
}

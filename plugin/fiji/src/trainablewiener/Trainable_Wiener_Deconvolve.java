package trainablewiener;

import ij.IJ;
import ij.ImagePlus;
import ij.Macro;
import ij.WindowManager;
import ij.gui.GenericDialog;
import ij.plugin.PlugIn;
import java.io.File;
import java.io.IOException;

/** The menu command: restores the image in front with a trained Wiener filter. */
public final class Trainable_Wiener_Deconvolve implements PlugIn {
    private static final int POLL_MS = 40;

    @Override
    public void run(String argument) {
        ImagePlus image = WindowManager.getCurrentImage();
        if (image == null) {
            Reports.fail("There is no image open; open a stack first");
            return;
        }
        if (!image.lock()) {
            if (Reports.isUnattended()) Reports.fail("The image is in use by another command");
            else Reports.stopMacro();
            return;
        }
        ImagePlus result = null;
        try {
            result = restore(image);
        } catch (Failure failure) {
            Reports.fail(failure.getMessage());
        } catch (Cancelled cancelled) {
            IJ.showStatus("Stopped");
            Reports.stopMacro();
        } catch (OutOfMemoryError error) {
            Reports.fail("ImageJ ran out of memory; raise it in Edit > Options > Memory & Threads");
        } finally {
            IJ.showProgress(1.0);
            image.unlock();
        }
        if (result != null) result.show();
    }

    private static ImagePlus restore(ImagePlus image) throws Failure, Cancelled {
        if (image.getBitDepth() == 24) {
            throw new Failure("RGB images hold colours for the screen, not intensities. If this is"
                + " how the image was saved, choose Image > Type > RGB Stack and then"
                + " Image > Hyperstacks > Stack to Hyperstack with 3 channels; better, open the"
                + " microscope's own file");
        }
        String macro = Macro.getOptions();
        Settings settings;
        if (macro != null) {
            settings = Settings.fromMacro(macro);
        } else if (Reports.isUnattended()) {
            settings = new Settings();
        } else {
            settings = Settings.fromPrefs();
            if (!new SettingsDialog(image, settings).show()) throw new Cancelled();
            settings.save();
        }
        boolean current = settings.get(Options.CHANNELS).equals("current");
        boolean currentFrame = settings.get(Options.FRAMES).equals("current");
        ImageVoxels source = new ImageVoxels(image,
            current && image.getNChannels() > 1 ? image.getC() : 0,
            currentFrame && image.getNFrames() > 1 ? image.getT() : 0);
        boolean sameType = settings.get(Options.TYPE).equals("same");
        assertMemory(ResultImage.bytes(image, source, sameType));
        ImagePlus psfImage = findPsfImage(settings);
        Job job = new Job(image, source, settings, psfImage);
        File deno = findDeno();
        return run(deno, job, image, new ResultImage(image, source, sameType));
    }

    private static ImagePlus run(File deno, Job job, ImagePlus image, ResultImage result)
            throws Failure, Cancelled {
        long begin = System.currentTimeMillis();
        IJ.resetEscape();
        IJ.showStatus(Reports.NAME + ": starting (Esc stops)");
        Program program;
        try {
            program = new Program(deno, Script.file(), job.readable, job.text(), job.source,
                job.psfVoxels(), result);
        } catch (IOException e) {
            throw new Failure("Deno (" + deno + ") could not be started: " + e.getMessage());
        }
        try {
            while (!program.waitForEnd(POLL_MS)) {
                if (IJ.escapePressed()) throw new Cancelled();
                show(program);
            }
        } catch (InterruptedException e) {
            throw new Cancelled();
        } finally {
            program.close();
        }
        if (IJ.escapePressed() && program.said("error").isEmpty()) throw new Cancelled();
        program.assertFinished(deno);
        ImagePlus restored = result.finish(job.resultTitle());
        long end = System.currentTimeMillis();
        double start = (program.firstProgress() - begin) / 1000.0;
        double seconds = (end - program.firstProgress()) / 1000.0;
        log(image, restored, program,
            IJ.d2s(start, 2) + " s to start, " + IJ.d2s(seconds, 2) + " s to restore");
        return restored;
    }

    private static void show(Program program) {
        String[] progress = program.said("progress").split(" ");
        if (progress.length != 2) {
            String status = program.said("status");
            if (!status.isEmpty()) IJ.showStatus(Reports.NAME + ": " + status + " (Esc stops)");
            return;
        }
        int done = Integer.parseInt(progress[0]);
        int total = Integer.parseInt(progress[1]);
        // ImageJ hides its bar at 1 and takes 0 for nothing.
        IJ.showProgress(Math.max(0.02, Math.min(0.99, (double) done / total)));
        IJ.showStatus(Reports.NAME + ": tile " + Math.min(total, done + 1) + " of " + total
            + " (Esc stops)");
    }

    private static void log(ImagePlus image, ImagePlus restored, Program program, String time) {
        for (String warning : program.warnings()) {
            IJ.log(Reports.NAME + ": warning: " + Option.inWords(warning));
        }
        String noise = program.said("noise");
        IJ.log(Reports.NAME + ": " + image.getTitle() + " -> " + restored.getTitle()
            + "; model " + program.said("model")
            + "; PSF " + program.said("psf")
            + "; backend " + program.said("backend")
            + "; " + program.said("tiles")
            + (noise.isEmpty() ? "" : "; noise estimated " + noise)
            + "; " + time);
        IJ.showStatus(Reports.NAME + ": " + time);
    }

    private static void assertMemory(long needed) throws Failure {
        long free = IJ.maxMemory() - IJ.currentMemory();
        if (needed > free) {
            System.gc();
            free = IJ.maxMemory() - IJ.currentMemory();
        }
        if (needed <= free) return;
        throw new Failure("The result needs " + (needed >> 20) + " MB of memory and ImageJ has "
            + (free >> 20) + " MB left of " + (IJ.maxMemory() >> 20) + " MB; raise it in Edit >"
            + " Options > Memory & Threads, or choose the type \"same\", the current channel or"
            + " the current frame");
    }

    private static ImagePlus findPsfImage(Settings settings) throws Failure {
        if (!settings.get(Options.PSF).equals("image")) return null;
        String title = settings.get(Options.PSF_IMAGE);
        ImagePlus psf = WindowManager.getImage(title);
        if (psf == null) {
            throw new Failure("No image \"" + title + "\" is open to be the PSF; open it first");
        }
        if (psf.getBitDepth() == 24) {
            throw new Failure("The PSF \"" + title + "\" is an RGB image; give a grey one");
        }
        return psf;
    }

    /** The program, or what to do; with a screen the user may show where it is. */
    private static File findDeno() throws Failure, Cancelled {
        File deno = Deno.find();
        while (deno == null) {
            if (Reports.isUnattended() || IJ.isMacro()) throw new Failure(Deno.ADVICE);
            GenericDialog dialog = new GenericDialog(Reports.NAME);
            dialog.addMessage(Reports.wrap(Deno.ADVICE));
            dialog.setOKLabel("Choose deno...");
            dialog.showDialog();
            if (dialog.wasCanceled()) throw new Cancelled();
            String chosen = IJ.getFilePath("Where is deno?");
            if (chosen == null) throw new Cancelled();
            ij.Prefs.set(Deno.SETTING, chosen);
            ij.Prefs.savePreferences();
            deno = Deno.find();
        }
        return deno;
    }
}

package trainablewiener;

import ij.ImagePlus;
import ij.WindowManager;
import ij.measure.Calibration;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** What the program is asked to do, as plugin/protocol.ts has it. */
final class Job {
    static final String DEFAULT_MODEL = "default";
    static final String FAST_MODEL = "fast";

    final ImageVoxels source;
    /** Files that the program has to read. */
    final List<File> readable = new ArrayList<File>();

    private final ImagePlus image;
    private final ImagePlus psf;
    private final StringBuilder text = new StringBuilder();

    /** `psf` is the image that holds it, or null. */
    Job(ImagePlus image, ImageVoxels source, Settings settings, ImagePlus psf) throws Failure {
        this.image = image;
        this.source = source;
        this.psf = psf;
        Names names = new Names(image);
        put("width", source.width);
        put("height", source.height);
        put("planes", source.planes);
        put("channels", source.channels);
        put("frames", source.frames);
        putVoxel("", image);
        if (source.channels < image.getNChannels()) {
            put("only-channel", source.firstChannel + " of " + image.getNChannels());
        }
        putModel(settings, names);
        putPsf(settings, names);
        for (Option option : new Option[] {Options.SIGMA, Options.BACKEND,
                Options.MEMORY}) {
            put(option.flag, settings.get(option));
        }
    }

    private void put(String name, Object value) {
        String escaped = value.toString().replace("\\", "\\\\").replace("\n", "\\n")
            .replace("\r", "\\r");
        text.append(name).append('=').append(escaped).append('\n');
    }

    /** Left out where the image does not say it, or in different units. */
    private void putVoxel(String prefix, ImagePlus of) {
        Calibration calibration = of.getCalibration();
        String unit = calibration.getXUnit();
        boolean oneUnit = unit != null && unit.equals(calibration.getYUnit())
            && (of.getNSlices() == 1 || unit.equals(calibration.getZUnit()));
        if (!calibration.scaled() || !oneUnit) return;
        put(prefix + "voxel", Math.abs(calibration.pixelWidth) + " "
            + Math.abs(calibration.pixelHeight) + " " + Math.abs(calibration.pixelDepth));
        put(prefix + "unit", unit);
    }

    private void putModel(Settings settings, Names names) throws Failure {
        String model = settings.get(Options.MODEL);
        if (model.isEmpty()) model = DEFAULT_MODEL;
        if (!model.equals(DEFAULT_MODEL) && !model.equals(FAST_MODEL)) {
            File file = names.find("model", model);
            readable.add(file);
            model = file.getPath();
        }
        put(Options.MODEL.flag, model);
    }

    private void putPsf(Settings settings, Names names) throws Failure {
        String kind = settings.get(Options.PSF);
        put(Options.PSF.flag, kind);
        put(Options.PSF_RESAMPLE.flag, settings.get(Options.PSF_RESAMPLE));
        if (kind.equals("optics")) {
            for (Option option : new Option[] {Options.OPTICS, Options.WAVELENGTH, Options.NA,
                    Options.IMMERSION_INDEX, Options.SAMPLE_INDEX, Options.DEPTH, Options.FOCUS}) {
                put(option.flag, settings.get(option));
            }
        } else if (kind.equals("file")) {
            put(Options.PSF_FILE.flag, findPsf(settings.get(Options.PSF_FILE), names));
        } else {
            put(Options.PSF_IMAGE.flag, psf.getTitle());
            put("psf-size", psf.getWidth() + " " + psf.getHeight() + " " + psf.getNSlices());
            put("psf-channels", psf.getNChannels());
            putVoxel("psf-", psf);
        }
    }

    /** A name without an ending is no file but a preset, such as hela3d/psf1. */
    private String findPsf(String name, Names names) throws Failure {
        if (name.isEmpty()) {
            throw new Failure("The PSF is to come from a file, and none is given; choose one");
        }
        if (name.matches("[a-z0-9]+(/[a-z0-9]+)?") && !new File(name).exists()) return name;
        File file = names.find("PSF", name);
        readable.add(file);
        return file.getPath();
    }

    /** The job's head on the program's input. */
    String text() {
        return "TWB " + Program.PROTOCOL_VERSION + "\n" + text + "\n";
    }

    ImageVoxels psfVoxels() {
        return psf == null ? null : new ImageVoxels(psf, 0, 0);
    }

    /** "cells.tif" gives "cells-restored". */
    String resultTitle() {
        String title = image.getTitle().replaceFirst("(?i)\\.(ome\\.)?[a-z][a-z0-9]{1,3}$", "");
        title += "-restored";
        if (source.channels < image.getNChannels()) title += "-c" + source.firstChannel;
        if (source.frames < image.getNFrames()) title += "-t" + source.firstFrame;
        String unique = title;
        for (int i = 2; WindowManager.getImage(unique) != null; i++) unique = title + "-" + i;
        return unique;
    }
}

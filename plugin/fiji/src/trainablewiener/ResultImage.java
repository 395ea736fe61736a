package trainablewiener;

import ij.CompositeImage;
import ij.ImagePlus;
import ij.ImageStack;
import ij.gui.Overlay;
import ij.gui.Roi;
import ij.measure.Calibration;
import ij.process.ImageProcessor;
import ij.process.LUT;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** The restored image: takes voxels as they come, then everything of the input but its voxels. */
final class ResultImage {
    private final ImagePlus input;
    private final ImageVoxels source;
    private final ImageStack stack;
    private final boolean sameType;
    private final float offset;

    ResultImage(ImagePlus input, ImageVoxels source, boolean sameType) {
        this.input = input;
        this.source = source;
        this.sameType = sameType && input.getBitDepth() != 32;
        offset = input.getCalibration().isSigned16Bit() ? 32768 : 0;
        stack = new ImageStack(source.width, source.height);
        for (int frame = 0; frame < source.frames; frame++) {
            for (int plane = 0; plane < source.planes; plane++) {
                for (int channel = 0; channel < source.channels; channel++) {
                    int index = source.stackIndex(channel, plane, frame);
                    stack.addSlice(input.getStack().getSliceLabel(index), createPlane());
                }
            }
        }
    }

    /** Bytes of a result. */
    static long bytes(ImagePlus input, ImageVoxels source, boolean sameType) {
        long planes = (long) source.planes * source.channels * source.frames;
        int bytesPerVoxel = sameType ? input.getBitDepth() / 8 : 4;
        return planes * source.width * source.height * bytesPerVoxel;
    }

    private Object createPlane() {
        int count = source.width * source.height;
        if (!sameType) return new float[count];
        return input.getBitDepth() == 8 ? new byte[count] : (Object) new short[count];
    }

    /** Takes the rows y0 to y1 and columns x0 to x1 of a plane from little-endian float32. */
    void write(int channel, int plane, int frame, int y0, int x0, int y1, int x1, byte[] bytes) {
        Object pixels =
            stack.getPixels((frame * source.planes + plane) * source.channels + channel + 1);
        FloatBuffer values =
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        int columns = x1 - x0;
        for (int y = y0; y < y1; y++) {
            int to = y * source.width + x0;
            if (pixels instanceof float[]) values.get((float[]) pixels, to, columns);
            else store(values, pixels, to, columns);
        }
    }

    /** Rounds halves up and clips, as the command "deconvolve" does. */
    private void store(FloatBuffer values, Object pixels, int to, int columns) {
        if (pixels instanceof byte[]) {
            byte[] target = (byte[]) pixels;
            for (int i = 0; i < columns; i++) target[to + i] = (byte) round(values.get(), 255);
        } else {
            short[] target = (short[]) pixels;
            for (int i = 0; i < columns; i++) {
                target[to + i] = (short) round(values.get() + offset, 65535);
            }
        }
    }

    private static int round(float value, int max) {
        return Math.max(0, Math.min(max, Math.round(value)));
    }

    /** The image, with what the input has beside its voxels. */
    ImagePlus finish(String title) {
        ImagePlus result = new ImagePlus(title, stack);
        result.setDimensions(source.channels, source.planes, source.frames);
        if (input.isHyperStack()) result.setOpenAsHyperStack(true);
        Calibration calibration = input.getCalibration().copy();
        if (!sameType) calibration.disableDensityCalibration();
        result.setCalibration(calibration);
        Object info = input.getProperty("Info");
        if (info != null) result.setProperty("Info", info);
        result = copyDisplay(result);
        copyOverlay(result);
        Roi roi = input.getRoi();
        if (roi != null) result.setRoi((Roi) roi.clone());
        return result;
    }

    /** Colours, display ranges, mode, visible channels and position. */
    private ImagePlus copyDisplay(ImagePlus plain) {
        ImagePlus result = plain;
        boolean composite = input.isComposite();
        if (composite && source.channels == input.getNChannels()) {
            CompositeImage from = (CompositeImage) input;
            CompositeImage to = new CompositeImage(plain, from.getMode());
            for (int channel = 1; channel <= source.channels; channel++) {
                to.setChannelLut((LUT) from.getChannelLut(channel).clone(), channel);
            }
            boolean[] active = from.getActiveChannels();
            System.arraycopy(active, 0, to.getActiveChannels(), 0, active.length);
            result = to;
        } else {
            LUT lut = composite
                ? ((CompositeImage) input).getChannelLut(source.firstChannel)
                : null;
            ImageProcessor processor = input.getProcessor();
            double min = lut == null ? processor.getMin() : lut.min;
            double max = lut == null ? processor.getMax() : lut.max;
            result.getProcessor().setColorModel(lut == null ? processor.getColorModel() : lut);
            stack.setColorModel(result.getProcessor().getColorModel());
            result.setDisplayRange(min - shift(), max - shift());
        }
        result.setPosition(
            source.channels == 1 ? 1 : input.getC(),
            input.getZ(),
            source.frames == 1 ? 1 : input.getT());
        return result;
    }

    /** Display ranges of signed 16-bit images are in stored values; 32-bit results hold true ones. */
    private double shift() {
        return sameType ? 0 : offset;
    }

    private void copyOverlay(ImagePlus result) {
        Overlay overlay = input.getOverlay();
        if (overlay == null) return;
        Overlay copy = overlay.duplicate();
        if (source.channels < input.getNChannels() || source.frames < input.getNFrames()) {
            copy.crop(
                source.firstChannel, source.firstChannel + source.channels - 1,
                1, source.planes,
                source.firstFrame, source.firstFrame + source.frames - 1);
        }
        result.setOverlay(copy);
        result.setHideOverlay(input.getHideOverlay());
    }
}

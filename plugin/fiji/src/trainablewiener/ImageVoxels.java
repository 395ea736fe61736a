package trainablewiener;

import ij.ImagePlus;
import ij.ImageStack;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the voxels of an image without touching it: no slider moves, virtual stacks stay virtual. */
final class ImageVoxels {
    final int width;
    final int height;
    final int planes;
    final int channels;
    final int frames;
    /** 1-based channel and frame of the image at which the selection begins. */
    final int firstChannel;
    final int firstFrame;

    private final ImagePlus image;
    private final ImageStack stack;
    /** ImageJ stores signed 16-bit values with this added to them. */
    private final float offset;

    /** Channel and frame are 1-based; 0 takes all. */
    ImageVoxels(ImagePlus image, int onlyChannel, int onlyFrame) {
        this.image = image;
        stack = image.getStack();
        width = image.getWidth();
        height = image.getHeight();
        planes = image.getNSlices();
        channels = onlyChannel == 0 ? image.getNChannels() : 1;
        frames = onlyFrame == 0 ? image.getNFrames() : 1;
        firstChannel = Math.max(1, onlyChannel);
        firstFrame = Math.max(1, onlyFrame);
        offset = image.getCalibration().isSigned16Bit() ? 32768 : 0;
    }

    /** Number of a plane in the image's stack; arguments are 0-based within the selection. */
    int stackIndex(int channel, int plane, int frame) {
        return image.getStackIndex(firstChannel + channel, plane + 1, firstFrame + frame);
    }

    /** The rows y0 to y1 and columns x0 to x1 of a plane, as little-endian float32. */
    byte[] read(int stackIndex, int y0, int x0, int y1, int x1) {
        Object pixels = stack.getPixels(stackIndex);
        int columns = x1 - x0;
        byte[] bytes = new byte[4 * columns * (y1 - y0)];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (pixels instanceof float[] && columns == width) {
            buffer.asFloatBuffer().put((float[]) pixels, y0 * width, columns * (y1 - y0));
            return bytes;
        }
        float[] row = new float[columns];
        for (int y = y0; y < y1; y++) {
            convert(pixels, y * width + x0, row);
            buffer.asFloatBuffer().put(row);
            buffer.position(buffer.position() + 4 * columns);
        }
        return bytes;
    }

    private void convert(Object pixels, int from, float[] row) {
        if (pixels instanceof byte[]) {
            byte[] values = (byte[]) pixels;
            for (int i = 0; i < row.length; i++) row[i] = values[from + i] & 0xff;
        } else if (pixels instanceof short[]) {
            short[] values = (short[]) pixels;
            for (int i = 0; i < row.length; i++) row[i] = (values[from + i] & 0xffff) - offset;
        } else {
            System.arraycopy((float[]) pixels, from, row, 0, row.length);
        }
    }
}

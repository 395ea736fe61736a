// Generated from core/options.ts by plugin/build_options.ts; a test keeps it current.
package trainablewiener;

/** The options of the dialog and of macros. */
final class Options {
    static final Option MODEL = new Option(
        "model", "Model", "path", "default", "", "",
        "run folder, model.json or model.onnx");
    static final Option PSF = new Option(
        "psf", "PSF from", "choice", "optics", "optics file image", "",
        "computed from optics, read from a file, or an image that is open");
    static final Option OPTICS = new Option(
        "optics", "Optics", "choice", "richards-wolf", "gibson-lanni richards-wolf born-wolf gaussian", "",
        "compute the PSF by this model");
    static final Option WAVELENGTH = new Option(
        "wavelength", "Wavelength of emission", "number", "520", "", "nm",
        "of emission; each makes a channel");
    static final Option NA = new Option(
        "na", "NA", "number", "1.4", "", "",
        "numerical aperture");
    static final Option IMMERSION_INDEX = new Option(
        "immersion-index", "Immersion_index", "number", "1.5", "", "",
        "refractive index of the immersion");
    static final Option SAMPLE_INDEX = new Option(
        "sample-index", "Sample_index", "number", "1.33", "", "",
        "gibson-lanni: refractive index of the sample");
    static final Option DEPTH = new Option(
        "depth", "Depth below the coverslip", "number", "0", "", "nm",
        "gibson-lanni: of the particle below the coverslip");
    static final Option FOCUS = new Option(
        "focus", "Focus", "choice", "brightest", "stage brightest", "",
        "gibson-lanni: put the middle plane at the stage's zero or at the brightest point");
    static final Option PSF_FILE = new Option(
        "psf-file", "PSF_file", "path", "", "", "",
        "TIFF, or a preset such as hela3d/psf1");
    static final Option PSF_IMAGE = new Option(
        "psf-image", "PSF_image", "text", "", "", "",
        "title of an open image that holds the PSF");
    static final Option PSF_RESAMPLE = new Option(
        "psf-resample", "PSF_resample to the voxels of the image", "flag", "", "", "",
        "bring the PSF of a file or image to the image's voxel size");
    static final Option CHANNELS = new Option(
        "channels", "Channels", "choice", "all", "all current", "",
        "channels to restore");
    static final Option FRAMES = new Option(
        "frames", "Frames", "choice", "all", "all current", "",
        "time points to restore");
    static final Option TYPE = new Option(
        "type", "Type of the result", "choice", "32-bit", "32-bit same", "",
        "pixel type of the result; same rounds and clips to the input's");
    static final Option SIGMA = new Option(
        "sigma", "Sigma of the noise (empty: estimated)", "noise", "", "", "",
        "noise of the stack, of its maximum, for a noise-adaptive model; else estimated");
    static final Option BACKEND = new Option(
        "backend", "Backend", "choice", "auto", "auto webgpu cpu", "",
        "what computes: auto takes a GPU if there is one");
    static final Option MEMORY = new Option(
        "memory", "Memory to use at most", "bytes", "4GB", "", "",
        "to use at most; larger stacks are restored in tiles");

    /** In the dialog's order. */
    static final Option[] ALL = {
        MODEL,
        PSF,
        OPTICS,
        WAVELENGTH,
        NA,
        IMMERSION_INDEX,
        SAMPLE_INDEX,
        DEPTH,
        FOCUS,
        PSF_FILE,
        PSF_IMAGE,
        PSF_RESAMPLE,
        CHANNELS,
        FRAMES,
        TYPE,
        SIGMA,
        BACKEND,
        MEMORY,
    };

    private Options() {}
}

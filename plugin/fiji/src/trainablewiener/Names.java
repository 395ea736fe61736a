package trainablewiener;

import ij.IJ;
import ij.ImagePlus;
import ij.io.FileInfo;
import java.io.File;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Files by names that mean the same on another machine: relative ones are looked for beside the image,
 * in ImageJ's folder "trainable-wiener", and in the working folder.
 */
final class Names {
    /** In ImageJ's own folder. */
    static final String FOLDER = "trainable-wiener";

    private final Set<File> folders = new LinkedHashSet<File>();

    Names(ImagePlus image) {
        FileInfo info = image.getOriginalFileInfo();
        if (info != null && info.directory != null && !info.directory.isEmpty()) {
            folders.add(new File(info.directory));
        }
        String home = IJ.getDirectory("imagej");
        if (home == null) home = IJ.getDirectory("startup");
        if (home != null) folders.add(new File(home, FOLDER));
        folders.add(new File(System.getProperty("user.dir")));
    }

    /** The file or folder of a name. */
    File find(String what, String name) throws Failure {
        File file = new File(name);
        if (file.isAbsolute()) {
            if (file.exists()) return file;
            throw new Failure("The " + what + " " + name + " does not exist; choose another");
        }
        StringBuilder places = new StringBuilder();
        for (File folder : folders) {
            File found = new File(folder, name);
            if (found.exists()) return found.getAbsoluteFile();
            places.append(places.length() == 0 ? "" : ", ").append(folder);
        }
        throw new Failure("There is no " + what + " \"" + name + "\" in " + places
            + "; put it there, or give its whole path");
    }

    /** A name as short as `find` allows. */
    String shorten(File file) {
        for (File folder : folders) {
            String prefix = folder.getAbsolutePath() + File.separator;
            String path = file.getAbsolutePath();
            if (path.startsWith(prefix)) {
                return path.substring(prefix.length()).replace(File.separatorChar, '/');
            }
        }
        return file.getAbsolutePath();
    }
}

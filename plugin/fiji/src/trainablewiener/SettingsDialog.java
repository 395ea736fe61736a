package trainablewiener;

import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import ij.gui.GenericDialog;
import java.awt.Button;
import java.awt.Choice;
import java.awt.FileDialog;
import java.awt.FlowLayout;
import java.awt.GridBagConstraints;
import java.awt.Insets;
import java.awt.Panel;
import java.awt.SystemColor;
import java.awt.TextField;
import java.awt.event.ActionEvent;
import java.awt.event.ActionListener;
import java.awt.event.ItemEvent;
import java.awt.event.ItemListener;
import java.awt.event.TextEvent;
import java.awt.event.TextListener;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.swing.JFileChooser;

/** Asks for the settings; ImageJ's recorder writes what is chosen as a macro's line. */
final class SettingsDialog implements ItemListener {
    private static final String NO_IMAGE = "none";

    private final ImagePlus image;
    private final Settings settings;
    private final Names names;
    private final GenericDialog dialog = new GenericDialog(Reports.NAME);
    private final Map<Option, TextField> texts = new HashMap<Option, TextField>();
    private final Map<Option, Choice> choices = new HashMap<Option, Choice>();

    SettingsDialog(ImagePlus image, Settings settings) {
        this.image = image;
        this.settings = settings;
        names = new Names(image);
    }

    /** Shows the dialog and fills the settings; false where the user cancels. */
    boolean show() {
        dialog.addMessage(describe(image));
        for (Option option : Options.ALL) add(option);
        dialog.addHelp(help());
        for (Choice choice : choices.values()) choice.addItemListener(this);
        itemStateChanged(null);
        dialog.showDialog();
        if (dialog.wasCanceled()) return false;
        for (Option option : Options.ALL) {
            if (option.isFlag()) settings.set(option, dialog.getNextBoolean() ? Settings.YES : "");
            else if (choices.containsKey(option)) settings.set(option, dialog.getNextChoice());
            else settings.set(option, dialog.getNextString());
        }
        return true;
    }

    private void add(Option option) {
        String value = settings.get(option);
        if (option.isFlag()) {
            dialog.addCheckbox(option.label, value.equals(Settings.YES));
        } else if (option == Options.PSF_IMAGE) {
            String[] titles = otherTitles();
            addChoice(option, titles, titles[0]);
        } else if (option.choices.length > 0) {
            addChoice(option, option.choices, value);
        } else {
            dialog.addStringField(option.fullLabel(), value, option.kind.equals("path") ? 24 : 12);
            texts.put(option, last(dialog.getStringFields(), TextField.class));
        }
        if (option.kind.equals("path")) {
            dialog.addPanel(browsePanel(option), GridBagConstraints.EAST, new Insets(0, 0, 6, 0));
        }
    }

    private void addChoice(Option option, String[] items, String value) {
        dialog.addChoice(option.fullLabel(), items, value);
        choices.put(option, last(dialog.getChoices(), Choice.class));
    }

    private static <T> T last(List<?> components, Class<T> type) {
        return type.cast(components.get(components.size() - 1));
    }

    /** Greys out what the choices make meaningless. */
    @Override
    public void itemStateChanged(ItemEvent event) {
        String psf = choices.get(Options.PSF).getSelectedItem();
        boolean optics = psf.equals("optics");
        boolean layers = choices.get(Options.OPTICS).getSelectedItem().equals("gibson-lanni");
        choices.get(Options.OPTICS).setEnabled(optics);
        for (Option option : new Option[] {Options.WAVELENGTH, Options.NA, Options.IMMERSION_INDEX}) {
            setEnabled(option, optics);
        }
        setEnabled(Options.SAMPLE_INDEX, optics && layers);
        setEnabled(Options.DEPTH, optics && layers);
        choices.get(Options.FOCUS).setEnabled(optics && layers);
        setEnabled(Options.PSF_FILE, psf.equals("file"));
        choices.get(Options.PSF_IMAGE).setEnabled(psf.equals("image"));
        choices.get(Options.CHANNELS).setEnabled(image.getNChannels() > 1);
        choices.get(Options.FRAMES).setEnabled(image.getNFrames() > 1);
    }

    /** Some desktops draw a field that takes no text like one that does. */
    private void setEnabled(Option option, boolean enabled) {
        TextField field = texts.get(option);
        field.setEnabled(enabled);
        field.setBackground(enabled ? null : SystemColor.control);
    }

    /** Puts a built-in model's name into the field, which is what macros record. */
    private Choice builtInChoice() {
        final TextField field = texts.get(Options.MODEL);
        final String[] names = {Job.DEFAULT_MODEL, Job.FAST_MODEL};
        final Choice choice = new Choice();
        choice.add("Built-in model (best)");
        choice.add("Built-in model (fast, below a second)");
        choice.add("From a file or run folder");
        final Runnable follow = new Runnable() {
            @Override
            public void run() {
                int index = Arrays.asList(names).indexOf(field.getText().trim());
                choice.select(index < 0 ? names.length : index);
            }
        };
        follow.run();
        choice.addItemListener(new ItemListener() {
            @Override
            public void itemStateChanged(ItemEvent event) {
                int index = choice.getSelectedIndex();
                if (index < names.length) field.setText(names[index]);
                else follow.run();
            }
        });
        field.addTextListener(new TextListener() {
            @Override
            public void textValueChanged(TextEvent event) {
                follow.run();
            }
        });
        return choice;
    }

    private Panel browsePanel(final Option option) {
        Panel panel = new Panel(new FlowLayout(FlowLayout.LEFT, 0, 0));
        boolean model = option == Options.MODEL;
        if (model) panel.add(builtInChoice());
        panel.add(browseButton(option, "Choose file...", false));
        if (model) panel.add(browseButton(option, "Choose run folder...", true));
        return panel;
    }

    private Button browseButton(final Option option, String label, final boolean folder) {
        Button button = new Button(label);
        button.addActionListener(new ActionListener() {
            @Override
            public void actionPerformed(ActionEvent event) {
                File file = folder ? chooseFolder() : chooseFile(option.label);
                if (file == null) return;
                texts.get(option).setText(names.shorten(file));
                if (option != Options.PSF_FILE) return;
                choices.get(Options.PSF).select("file");
                itemStateChanged(null);
            }
        });
        return button;
    }

    private File chooseFile(String title) {
        FileDialog chooser = new FileDialog(dialog, title.replace('_', ' '), FileDialog.LOAD);
        chooser.setVisible(true);
        String name = chooser.getFile();
        return name == null ? null : new File(chooser.getDirectory(), name);
    }

    private File chooseFolder() {
        JFileChooser chooser = new JFileChooser();
        chooser.setFileSelectionMode(JFileChooser.DIRECTORIES_ONLY);
        chooser.setDialogTitle("Run folder of a trained model");
        if (chooser.showOpenDialog(dialog) != JFileChooser.APPROVE_OPTION) return null;
        return chooser.getSelectedFile();
    }

    private String[] otherTitles() {
        List<String> titles = new ArrayList<String>();
        int[] ids = WindowManager.getIDList();
        for (int i = 0; ids != null && i < ids.length; i++) {
            ImagePlus other = WindowManager.getImage(ids[i]);
            if (other != null && other != image) titles.add(other.getTitle());
        }
        if (titles.isEmpty()) titles.add(NO_IMAGE);
        return titles.toArray(new String[0]);
    }

    /** The image's size and voxel, as the user should check them. */
    static String describe(ImagePlus image) {
        StringBuilder text = new StringBuilder(image.getTitle()).append(": ");
        text.append(image.getWidth()).append(" x ").append(image.getHeight());
        if (image.getNSlices() > 1) text.append(" x ").append(image.getNSlices());
        text.append(", ").append(count(image.getNChannels(), "channel"));
        text.append(", ").append(count(image.getNFrames(), "frame"));
        text.append(", ").append(image.getBitDepth()).append("-bit\n");
        ij.measure.Calibration calibration = image.getCalibration();
        text.append("Voxel size: ");
        if (!calibration.scaled()) {
            return text.append("unknown! Enter it in Image > Properties.").toString();
        }
        text.append(IJ.d2s(calibration.pixelWidth, 4)).append(" x ");
        text.append(IJ.d2s(calibration.pixelHeight, 4));
        if (image.getNSlices() > 1) text.append(" x ").append(IJ.d2s(calibration.pixelDepth, 4));
        return text.append(' ').append(calibration.getUnits()).toString();
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String help() {
        StringBuilder html = new StringBuilder("<html><h3>").append(Reports.NAME).append("</h3>");
        html.append("<p>Deblurs the image with a trained Wiener filter and a point spread function");
        html.append(" (PSF).<br>The input is not changed; Esc stops the work.</p><table>");
        for (Option option : Options.ALL) {
            html.append("<tr><td valign=top><b>").append(option.label.replace('_', ' '));
            html.append("</b></td><td>").append(option.description);
            if (option == Options.MODEL) html.append("; \"default\" (best) and \"fast\" come with the plugin");
            if (option == Options.WAVELENGTH) html.append("; one for all, or one for each: 450 520");
            html.append("</td></tr>");
        }
        return html.append("</table>").toString();
    }
}

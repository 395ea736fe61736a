/** Version of the program, kept with every model and report. */
export const VERSION = "0.1.0";

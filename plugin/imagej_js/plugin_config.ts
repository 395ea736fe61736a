/**
 * The plugin's file as ImJoy reads it: a configuration and a script.
 *
 * @module
 */

/** What ImJoy shows and how it runs the plugin: "iframe", as a window's `setup` does not run. */
const CONFIG = {
  name: "Trainable-Wiener-Deconvolve",
  type: "iframe",
  tags: [],
  ui: "",
  cover: "",
  inputs: null,
  outputs: null,
  flags: [],
  icon: "extension",
  api_version: "0.1.8",
  env: "",
  permissions: [],
  requirements: [],
  dependencies: [],
};

/** The text of the `.imjoy.html` file. */
export function formatPlugin(script: string, version: string): string {
  if (/<\/script/i.test(script)) throw new Error("The script would end the element that holds it");
  const description = "Restores blurred fluorescence stacks with a trained Wiener filter.";
  const config = JSON.stringify({ ...CONFIG, version, description }, null, 2);
  return [
    "<docs>",
    "Trainable Wiener Deconvolve: open a stack in ImageJ.JS, then choose the plugin in the Plugins",
    "menu. The stack stays in the browser.",
    "</docs>",
    "",
    '<config lang="json">',
    config,
    "</config>",
    "",
    '<script lang="javascript">',
    script.trim(),
    "</script>",
    "",
  ].join("\n");
}

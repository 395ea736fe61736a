import assert from "node:assert/strict";
import { imagejFolder, writeCells } from "../support/fiji_images.ts";
import { findProgram, openScreen, probeLines, runMacro, whyNoImageJ } from "../support/imagej.ts";

/** What Fiji of today consists of, from Maven Central. */
const ARTIFACTS = [
  "net.imagej:ij:1.54p",
  "net.imagej:ij1-patcher:2.0.0",
  "org.javassist:javassist:3.30.2-GA",
] as const;

/** Where Maven keeps them. */
const JARS = ARTIFACTS.map((artifact) => {
  const [group, name, version] = artifact.split(":");
  const folder = `${Deno.env.get("HOME")}/.m2/repository/${group.replaceAll(".", "/")}`;
  return `${folder}/${name}/${version}/${name}-${version}.jar`;
});

const missing = whyNoImageJ() ?? whyNoJars();
const ignore = missing !== undefined;
const name = (text: string) => missing ? `${text} (skipped: ${missing})` : text;

function whyNoJars(): string | undefined {
  const absent = ARTIFACTS.find((_, index) => {
    try {
      return !Deno.statSync(JARS[index]).isFile;
    } catch {
      return true;
    }
  });
  return absent && `no ${absent}: mvn dependency:get -Dartifact=${absent}`;
}

const LINES = `
  open(data + "stack.tif");
  run("Trainable Wiener Deconvolve", "wavelength=520 na=1.2 type=same");
  print("title " + getTitle() + " " + nSlices + " " + bitDepth());
  getStatistics(area, mean, min, max);
  print("brightest " + max);
`;

async function makeStack(): Promise<{ folder: string; macro: string }> {
  const folder = await imagejFolder();
  writeCells(`${folder}/data/stack.tif`, { shape: [1, 6, 60, 64], pixelType: "uint8" });
  return { folder, macro: `data = "${folder}/data/";${LINES}` };
}

Deno.test({
  name: name("the Fiji plugin runs in the newest ImageJ 1"),
  ignore,
  async fn() {
    const { folder, macro } = await makeStack();
    const screen = await openScreen();
    const run = await runMacro(`${macro} run("Probe ", "image=restored");`, {
      display: screen.display,
      folder,
      ijJar: JARS[0],
    });
    await screen.close();
    assert.match(run.stdout, /title stack-restored 6 8\nbrightest \d{2,}/, run.stderr);
    assert.equal(probeLines(run, "restored").dimensions, "[64, 60, 1, 6, 1]");
  },
});

Deno.test({
  name: name(
    "the Fiji plugin runs in Fiji's runtime without a screen, and fails there in one line",
  ),
  ignore,
  async fn() {
    const { folder, macro } = await makeStack();
    const source = new URL("./fiji/HeadlessMain.java", import.meta.url).pathname;
    const plugin = `${folder}/plugins/Trainable_Wiener_Deconvolve.jar`;
    const classPath = [...JARS, plugin, `${folder}/headless`].join(":");
    const compiler = new Deno.Command("javac", {
      args: ["-cp", classPath, "-d", `${folder}/headless`, source],
    });
    assert.ok((await compiler.output()).success);
    const text = `${macro} run("Trainable Wiener Deconvolve", "na=9"); print("NOT REACHED");`;
    Deno.writeTextFileSync(`${folder}/headless.ijm`, text);
    const { stdout, stderr } = await new Deno.Command(findProgram("java")!, {
      args: [
        ...["--add-opens", "java.base/java.lang=ALL-UNNAMED", "-Djava.awt.headless=true"],
        ...[`-Dplugins.dir=${folder}`, "-cp", classPath, "HeadlessMain", `${folder}/headless.ijm`],
      ],
      env: { DISPLAY: "" },
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.match(said, /title stack-restored 6 8\nbrightest \d{2,}/);
    assert.doesNotMatch(said, /NOT REACHED/);
    assert.match(new TextDecoder().decode(stderr), /Wiener Deconvolve: NA 9 is not below/);
  },
});

/**
 * ImageJ.JS as the plugin sees it, without its Java: a page that runs imjoy-core and answers as the
 * real service does, faults included. Bundled for the browser.
 *
 * @module
 */

/** An open image. */
interface OpenImage {
  readonly title: string;
  /** An ImageJ TIFF. */
  readonly tiff: ArrayBuffer;
  /** Width, height, channels, slices, frames. */
  readonly dimensions: readonly number[];
  readonly dtype: "uint8" | "uint16" | "float32";
  /** Planes, c fastest, then z, then t, little-endian. */
  readonly planes: ArrayBuffer;
  readonly kind: "intensities" | "rgb";
}

/** What the test reads and sets from outside. */
interface StandIn {
  image?: OpenImage;
  /** Position of the sliders: channel, slice, frame. */
  position: number[];
  changes: boolean;
  zip: "works" | "fails";
  readonly menu: Map<string, () => Promise<unknown>>;
  readonly calls: string[];
  readonly shown: { name: string; bytes: ArrayBuffer; at: number }[];
  readonly statuses: string[];
  readonly progress: number[];
  readonly messages: string[];
  viewReturned: number;
  closeWindow(name: string): Promise<void>;
}

interface ImjoyCore {
  ImJoy: new (options: Record<string, unknown>) => {
    start(options: Record<string, unknown>): Promise<void>;
    readonly wm: { readonly windows: Partial<HostWindow>[] };
    readonly pm: { reloadPluginRecursively(config: { uri: string }): Promise<unknown> };
    readonly event_bus: { on(name: string, listener: (value: HostWindow) => void): void };
  };
}

interface HostWindow {
  readonly window_id: string;
  readonly name: string;
  readonly plugin: { readonly api: unknown };
  close(): Promise<void>;
}

const standIn: StandIn = {
  position: [1, 1, 1],
  changes: true,
  zip: "works",
  menu: new Map(),
  ...{ calls: [], shown: [], statuses: [], progress: [], messages: [] },
  viewReturned: 0,
  closeWindow: () => Promise.resolve(),
};

function activeImage(): OpenImage {
  if (!standIn.image) throw new Error("There are no images open");
  return standIn.image;
}

function planeOf(image: OpenImage, index: number): Record<string, unknown> {
  const [width, height] = image.dimensions;
  const components = image.kind === "rgb" ? 4 : 1;
  const bytes = { uint8: 1, uint16: 2, float32: 4 }[image.dtype] * components * width * height;
  return {
    _rtype: "ndarray",
    _rvalue: new Uint8Array(image.planes, index * bytes, bytes).slice(),
    _rshape: [height, width, components],
    _rdtype: image.dtype,
  };
}

const service = {
  _rintf: true,
  getDimensions() {
    standIn.calls.push("getDimensions");
    return activeImage().dimensions;
  },
  async getImage(what?: string | { all?: boolean; channel?: number; slice?: number }) {
    standIn.calls.push(`getImage ${JSON.stringify(what)}`);
    const image = activeImage();
    const [width, height, channels, slices, frames] = image.dimensions;
    if (what === "tiff") throw new Error("no such file: the name written is not the name read");
    if (what === "zip") {
      if (standIn.zip === "fails") throw new Error("java.io.IOException");
      return await zipOf(image.title, new Uint8Array(image.tiff));
    }
    if (typeof what === "object" && what.all) {
      standIn.changes = false;
      const value = new Uint8Array(image.planes).slice();
      const size = { uint8: 1, uint16: 2, float32: 4 }[image.dtype];
      for (let i = 0; i < value.length; i += size) value.subarray(i, i + size).reverse();
      const shape = [frames, slices, height, width, channels].filter((n, i) => i > 1 || n > 1);
      return { _rtype: "ndarray", _rvalue: value, _rshape: shape, _rdtype: image.dtype };
    }
    if (typeof what === "object") standIn.position = [what.channel ?? 1, what.slice ?? 1, 1];
    const [c, z, t] = standIn.position;
    return planeOf(image, ((t - 1) * slices + z - 1) * channels + c - 1);
  },
  viewImage(data: unknown, { name }: { name: string }) {
    standIn.calls.push(`viewImage ${name}`);
    if (!(data instanceof ArrayBuffer)) throw new Error("not an ArrayBuffer");
    standIn.viewReturned = performance.now();
    // It answers before the image is open.
    setTimeout(() => standIn.shown.push({ name, bytes: data, at: performance.now() }), 50);
  },
  runMacro(macro: string) {
    standIn.calls.push(`runMacro ${macro}`);
    return /\breturn\b/.test(macro) ? Promise.reject(new Error("value")) : null;
  },
  addMenuItem({ label, callback }: { label: string; callback: () => Promise<unknown> }) {
    standIn.menu.set(label, callback);
  },
};

/** As Java's ZipOutputStream writes it: deflated, its sizes behind the data. */
async function zipOf(title: string, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const name = new TextEncoder().encode(title);
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const local = new DataView(new ArrayBuffer(30));
  const descriptor = new DataView(new ArrayBuffer(16));
  const entry = new DataView(new ArrayBuffer(46));
  const end = new DataView(new ArrayBuffer(22));
  local.setUint32(0, 0x04034b50, true);
  local.setUint16(6, 8, true);
  local.setUint16(8, 8, true);
  local.setUint16(26, name.length, true);
  descriptor.setUint32(0, 0x08074b50, true);
  descriptor.setUint32(8, packed.length, true);
  descriptor.setUint32(12, data.length, true);
  entry.setUint32(0, 0x02014b50, true);
  entry.setUint16(8, 8, true);
  entry.setUint16(10, 8, true);
  entry.setUint32(20, packed.length, true);
  entry.setUint32(24, data.length, true);
  entry.setUint16(28, name.length, true);
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, 1, true);
  end.setUint16(10, 1, true);
  end.setUint32(12, 46 + name.length, true);
  end.setUint32(16, 30 + name.length + packed.length + 16, true);
  return await new Blob([local, name, packed, descriptor, entry, name, end]).arrayBuffer();
}

/** Starts imjoy-core with the service as a window, and loads the plugin. */
async function start(pluginUrl: string): Promise<void> {
  const { imjoyCore } = globalThis as unknown as { imjoyCore: ImjoyCore };
  const imjoy = new imjoyCore.ImJoy({
    imjoy_api: {
      showStatus: (_plugin: unknown, text: string) => void standIn.statuses.push(text),
      showProgress: (_plugin: unknown, part: number) => void standIn.progress.push(part),
      showMessage: (_plugin: unknown, text: string) => void standIn.messages.push(String(text)),
    },
    default_base_frame: `${location.origin}/stand_in/base_frame.html`,
    default_rpc_base_url: `${location.origin}/stand_in/rpc/`,
  });
  imjoy.event_bus.on("add_window", ({ window_id, name }) => {
    const element = document.createElement("div");
    element.id = window_id;
    element.className = "window";
    element.title = name;
    document.body.append(element);
  });
  await imjoy.start({ workspace: null });
  imjoy.event_bus.on(
    "close_window",
    ({ window_id }) => document.getElementById(window_id)?.remove(),
  );
  standIn.closeWindow = async (name) => {
    await imjoy.wm.windows.find((window) => window.name === name)?.close?.();
  };
  imjoy.wm.windows.push({ name: "ImageJ.JS", plugin: { api: service } });
  await imjoy.pm.reloadPluginRecursively({ uri: pluginUrl });
}

Object.assign(globalThis, { standIn, startStandIn: start });

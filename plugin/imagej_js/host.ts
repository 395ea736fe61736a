/**
 * The window's way to ImageJ.JS.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import {
  type HostApi,
  type ImageJService,
  showImage,
  takeActiveImage,
  type TakenImage,
} from "./imagej_service.ts";
import type { NamedBytes } from "./restore_messages.ts";

/** What the page asks of ImageJ.JS. */
export interface Host {
  takeImage(): Promise<TakenImage>;
  show(image: NamedBytes): Promise<void>;
  status(text: string): void;
  progress(part: number): void;
}

/** What the page offers to the menu's plugin. */
export interface WindowApi {
  takeImage(): Promise<void>;
}

interface ImjoyRpc {
  setupRPC(options: Record<string, unknown>): Promise<HostApi>;
}

/** The host waits for 15 seconds; nothing large is loaded before this is done. */
export async function connectHost(rpcUrl: string, offered: WindowApi): Promise<Host> {
  await loadScript(rpcUrl);
  const { imjoyRPC } = globalThis as unknown as { imjoyRPC: ImjoyRpc };
  const api = await imjoyRPC.setupRPC({
    name: "Trainable Wiener Deconvolve",
    type: "rpc-window",
    ...{ version: "0.1.0", description: "Restores blurred stacks", defaults: { w: 22, h: 30 } },
  });
  const { promise: service, resolve } = Promise.withResolvers<ImageJService | null>();
  await api.export({
    setup: async () => resolve(await api.getWindow("ImageJ.JS")),
    run: () => {},
    ping: () => "here",
    takeImage: async () => {
      await service;
      await offered.takeImage();
    },
  });
  const opened = async () => {
    const found = await service;
    if (found) return found;
    throw new InputError("ImageJ.JS does not answer; reload it and open the plugin again");
  };
  const ignore = (error: unknown) => console.warn(error);
  return {
    takeImage: async () => await takeActiveImage(await opened()),
    show: async (image) => await showImage(await opened(), image),
    status: (text) => void Promise.resolve(api.showStatus(text)).catch(ignore),
    progress: (part) => void Promise.resolve(api.showProgress(part)).catch(ignore),
  };
}

function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve();
    script.onerror = () => reject(new InputError(`${url} cannot be loaded; check the connection`));
    document.head.append(script);
  });
}

import { requestAdapter } from "../../core/compute/webgpu/device.ts";

/** The adapter that tests run on, a GPU or a software adapter; undefined where there is none. */
export const ADAPTER = await requestAdapter();

/** For the names of tests that are skipped without an adapter. */
export const NO_ADAPTER = ADAPTER ? "" : " (skipped: no WebGPU adapter)";

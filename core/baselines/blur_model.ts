/**
 * How an iterative method sees the microscope: y = M K x + n, the scene x on a grid, K the periodic
 * convolution with the PSF there, M what of it the image is. With the boundary "field-of-view" M
 * crops to the stack; else the image is continued to the grid and M is the identity.
 *
 * @module
 */
import type { Engine, Field, Planes, Spectrum } from "../compute/engine.ts";
import { createTransfer } from "../psf/transfer.ts";
import type { Size } from "../volume.ts";
import { baselineGrid, cropFromGrid, taperToGrid } from "./boundary.ts";
import type { ChannelInput } from "./create_method.ts";

/** An image and its blur on an engine. */
export interface BlurModel {
  readonly engine: Engine;
  /** Of the scene. */
  readonly grid: Size;
  /** Of the image: the grid, or the stack in the field of view. */
  readonly imageSize: Size;
  /** Whether M is the identity. */
  readonly view: "whole" | "part";
  /** K */
  readonly transfer: Spectrum;
  /** y; a method may change it. */
  readonly observed: Field;
  /** To work in, of the scene. */
  readonly scenePlanes: Planes;
  /** image = M K scene */
  blur(scene: Field, image: Field): void;
  /** scene = K^T M^T image */
  adjoint(image: Field, scene: Field): void;
  /** to = T from on the whole grid, for a spectrum T. */
  apply(transfer: Spectrum, scenes: { readonly from: Field; readonly to: Field }): void;
  createScene(): Field;
  /** The scene's part that is the stack. */
  read(scene: Field): Promise<Float32Array>;
  /** Frees the model and all scenes that it created. */
  close(): void;
}

/** What a model is made for. */
export interface BlurModelOptions {
  readonly channel: ChannelInput;
  /** RL takes no negative voxels. @default "none" */
  readonly positivity?: "none" | "rectify";
  /** Of the grid's lengths. @default 1 */
  readonly multipleOf?: number;
}

/** Prepares a channel. */
export function createBlurModel(engine: Engine, options: BlurModelOptions): BlurModel {
  const { channel, positivity = "none", multipleOf } = options;
  const { size, psf, psfSize, boundary } = channel;
  const grid = baselineGrid({ size, psfSize, boundary, multipleOf });
  const view = boundary === "field-of-view" ? "part" : "whole";
  const imageSize = view === "part" ? size : grid;
  const observed = engine.createField(imageSize);
  engine.write(
    observed,
    view === "part" ? channel.observed : taperToGrid(channel.observed, size, grid),
  );
  if (positivity === "rectify") engine.rectify(observed);
  const transfer = createTransfer(engine, { psf, psfSize, grid });
  const scenePlanes = engine.createPlanes(grid, grid[0]);
  const imagePlanes = view === "part" ? engine.createPlanes(grid, imageSize[0]) : scenePlanes;
  const scenes: Field[] = [];
  return {
    engine,
    grid,
    imageSize,
    view,
    transfer,
    observed,
    scenePlanes,
    blur(scene, image) {
      engine.forwardLateral(scene, scenePlanes, "zero");
      engine.filter(scenePlanes, imagePlanes, { kind: "multiply", transfer, extension: "zero" });
      engine.inverseLateral(imagePlanes, image);
    },
    adjoint(image, scene) {
      engine.forwardLateral(image, imagePlanes, "zero");
      engine.filter(imagePlanes, scenePlanes, { kind: "correlate", transfer, extension: "zero" });
      engine.inverseLateral(scenePlanes, scene);
    },
    apply(spectrum, { from, to }) {
      engine.forwardLateral(from, scenePlanes, "zero");
      engine.filter(scenePlanes, scenePlanes, {
        kind: "multiply",
        transfer: spectrum,
        extension: "zero",
      });
      engine.inverseLateral(scenePlanes, to);
    },
    createScene() {
      const scene = engine.createField(grid);
      scenes.push(scene);
      return scene;
    },
    async read(scene) {
      return cropFromGrid(await engine.read(scene), grid, size);
    },
    close() {
      engine.free(observed, transfer, scenePlanes, ...scenes);
      if (imagePlanes !== scenePlanes) engine.free(imagePlanes);
    },
  };
}

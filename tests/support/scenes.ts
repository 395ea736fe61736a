import type { Dataset } from "../../core/dataset/dataset.ts";
import { createVolume, type Shape } from "../../core/volume.ts";
import { normals } from "./pattern.ts";

/** Sharp scenes of a few bright spots on the dark, peak 1; one item for every shape. */
export function spotDataset(shapes: readonly Shape[]): Dataset {
  const items = shapes.map((shape, index) => {
    const volume = createVolume(shape);
    const places = normals(40, 100 + index);
    for (let i = 0; i < 20; i++) {
      const at = Math.floor(Math.abs(places[2 * i] * 1e6)) % volume.data.length;
      volume.data[at] = i === 0 ? 1 : 0.2 + 0.6 * Math.abs(places[2 * i + 1]) % 1;
    }
    return { name: `spots ${index + 1}`, load: () => Promise.resolve(volume) };
  });
  return { items, channels: shapes[0][0] };
}

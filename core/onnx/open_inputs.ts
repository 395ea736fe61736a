/**
 * Making inputs of tensors that an ONNX file stores.
 *
 * @module
 */
import onnxProto from "onnx-proto";

/**
 * The ONNX file with some stored tensors as inputs of any length, and with any number of channels:
 * the restorer gives the noise and the channel itself.
 *
 * @returns the file, and which of the names it had.
 */
export function openInputs(
  bytes: Uint8Array,
  names: readonly string[],
): { readonly bytes: Uint8Array; readonly opened: readonly string[] } {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(bytes);
  const graph = model.graph!;
  const opened: string[] = [];
  for (const name of names) {
    const index = graph.initializer!.findIndex((tensor) => tensor.name === name);
    if (index < 0) continue;
    const [{ dataType }] = graph.initializer!.splice(index, 1);
    const shape = { dim: [{ dimParam: `${name}_c` }] };
    graph.input!.push({ name, type: { tensorType: { elemType: dataType, shape } } });
    opened.push(name);
  }
  if (opened.includes("channel")) {
    for (const value of [...graph.input!, ...graph.output!]) {
      const dimensions = value.type!.tensorType!.shape!.dim!;
      if (dimensions.length === 5) dimensions[1] = { dimParam: "c" };
    }
  }
  return { bytes: new Uint8Array(ModelProto.encode(model).finish()), opened };
}

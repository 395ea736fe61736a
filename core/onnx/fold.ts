/**
 * The operators of ONNX that are computed while a graph is written, in double precision. Their
 * meaning is that of the operators' specification (opset 17), for the cases that the graphs use.
 *
 * @module
 */
import type { Attributes, Constant, ElementType } from "./graph.ts";

/** The result of an operator of constants, or undefined for one that is left to the runtime. */
export function foldNode(
  operator: string,
  inputs: readonly Constant[],
  attributes: Attributes,
): Constant | undefined {
  const [a, b] = inputs;
  const isInteger = a.type === "int64";
  switch (operator) {
    case "Add":
      return combine(a, b, (x, y) => x + y);
    case "Sub":
      return combine(a, b, (x, y) => x - y);
    case "Mul":
      return combine(a, b, (x, y) => x * y);
    case "Div":
      return combine(a, b, isInteger ? (x, y) => Math.trunc(x / y) : (x, y) => x / y);
    case "Mod":
      return combine(a, b, (x, y) => x - y * Math.floor(x / y));
    case "Max":
      return combine(a, b, Math.max);
    case "Min":
      return combine(a, b, Math.min);
    case "Equal":
      return combine(a, b, (x, y) => x === y ? 1 : 0, "bool");
    case "Less":
      return combine(a, b, (x, y) => x < y ? 1 : 0, "bool");
    case "Neg":
      return { ...a, data: a.data.map((x) => -x) };
    case "Cast":
      return { ...a, type: attributes.to as ElementType };
    case "Range":
      return foldRange(inputs);
    case "Gather":
      return foldGather(a, b);
    case "Reshape":
      return { ...a, shape: resolveShape(a, b) };
    case "Concat":
      return foldConcat(inputs, attributes.axis as number);
    case "Transpose":
      return foldTranspose(a, attributes.perm as readonly number[]);
    case "MatMul":
      return foldMatMul(a, b);
  }
  return undefined;
}

/** A function of two arrays element by element; sizes of 1 are repeated. */
function combine(
  a: Constant,
  b: Constant,
  f: (x: number, y: number) => number,
  type: ElementType = a.type,
): Constant {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [shapeA, shapeB] = [a, b].map(({ shape }) => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape,
  ]);
  const shape = shapeA.map((n, axis) => n === 1 ? shapeB[axis] : n);
  if (shape.some((n, axis) => shapeB[axis] !== 1 && shapeB[axis] !== n)) {
    throw new RangeError(`Shapes [${a.shape}] and [${b.shape}] do not go together`);
  }
  const [strideA, strideB] = [shapeA, shapeB].map(repeatingStrides);
  const data = new Float64Array(sizeOf(shape));
  forEachIndex(shape, (at, index) => {
    data[at] = f(a.data[dot(index, strideA)], b.data[dot(index, strideB)]);
  });
  return { kind: "constant", type, data, shape };
}

function foldRange([start, limit, delta]: readonly Constant[]): Constant {
  const count = Math.max(0, Math.ceil((limit.data[0] - start.data[0]) / delta.data[0]));
  const data = Float64Array.from({ length: count }, (_, i) => start.data[0] + i * delta.data[0]);
  return { kind: "constant", type: start.type, data, shape: [count] };
}

/** Along the first axis. */
function foldGather(table: Constant, indices: Constant): Constant {
  const [count, ...rest] = table.shape;
  const block = sizeOf(rest);
  const data = new Float64Array(indices.data.length * block);
  indices.data.forEach((index, i) => {
    const at = index < 0 ? index + count : index;
    if (at < 0 || at >= count) throw new RangeError(`Index ${index} is outside of ${count} rows`);
    data.set(table.data.subarray(at * block, (at + 1) * block), i * block);
  });
  return { kind: "constant", type: table.type, data, shape: [...indices.shape, ...rest] };
}

function resolveShape({ data }: Constant, shape: Constant): readonly number[] {
  const known = shape.data.reduce((product, n) => n === -1 ? product : product * n, 1);
  return Array.from(shape.data, (n) => n === -1 ? data.length / known : n);
}

function foldConcat(parts: readonly Constant[], axis: number): Constant {
  const [first] = parts;
  const at = axis < 0 ? axis + first.shape.length : axis;
  const outer = sizeOf(first.shape.slice(0, at));
  const lengths = parts.map(({ shape }) => sizeOf(shape.slice(at)));
  const total = lengths.reduce((sum, n) => sum + n, 0);
  const data = new Float64Array(outer * total);
  for (let row = 0; row < outer; row++) {
    let to = row * total;
    parts.forEach((part, i) => {
      data.set(part.data.subarray(row * lengths[i], (row + 1) * lengths[i]), to);
      to += lengths[i];
    });
  }
  const along = parts.reduce((sum, { shape }) => sum + shape[at], 0);
  return { ...first, data, shape: first.shape.with(at, along) };
}

function foldTranspose(a: Constant, order: readonly number[]): Constant {
  const strides = stridesOf(a.shape);
  const shape = order.map((axis) => a.shape[axis]);
  const moved = order.map((axis) => strides[axis]);
  const data = new Float64Array(a.data.length);
  forEachIndex(shape, (at, index) => {
    data[at] = a.data[dot(index, moved)];
  });
  return { ...a, data, shape };
}

/** [.., m, k] x [k, n] */
function foldMatMul(a: Constant, b: Constant): Constant | undefined {
  if (b.shape.length !== 2) return undefined;
  const [depth, columns] = b.shape;
  const rows = a.data.length / depth;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < depth; k++) {
      const factor = a.data[i * depth + k];
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++) data[i * columns + j] += factor * b.data[k * columns + j];
    }
  }
  return { ...a, data, shape: [...a.shape.slice(0, -1), columns] };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Strides that stay where an axis of size 1 is repeated. */
function repeatingStrides(shape: readonly number[]): number[] {
  return stridesOf(shape).map((stride, axis) => shape[axis] === 1 ? 0 : stride);
}

function dot(index: Int32Array, strides: readonly number[]): number {
  let sum = 0;
  for (let axis = 0; axis < strides.length; axis++) sum += index[axis] * strides[axis];
  return sum;
}

/** Every position of a shape in the order of memory; `index` is used again. */
function forEachIndex(
  shape: readonly number[],
  visit: (at: number, index: Int32Array) => void,
): void {
  const index = new Int32Array(shape.length);
  const count = sizeOf(shape);
  for (let at = 0; at < count; at++) {
    visit(at, index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
}

/** Operations whose inputs are all constants, such as arithmetic on shapes and on weights. They are computed in float64. */

import { type Constant, kindOf, type NumberKind, readTensor } from "../decode/tensor.js";
import { floatAttribute, integerAttribute, integersAttribute, Refusal, SizeRefusal } from "./attributes.js";
import { list, type Node, scalar } from "./graph.js";

/** The most elements of a constant that the file does not hold: shapes and fill values need no more. */
const MOST = 2 ** 22;

/** `undefined` for an optional input that is left out. */
type Inputs = readonly (Constant | undefined)[];
type Fold = (node: Node, inputs: Inputs, opset: number) => readonly Constant[];

export function count(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

function checkedCount(dims: readonly number[]): number {
  const wrong = dims.find((size) => !Number.isInteger(size) || size < 0);
  if (wrong !== undefined) throw new Refusal(`its result would have dims [${dims.join(", ")}]`);
  const elements = count(dims);
  if (elements > MOST)
    throw new Refusal(`its result would be a constant of ${elements} elements; up to ${MOST} would do`);
  return elements;
}

function filled(dims: readonly number[], kind: NumberKind, value: (index: number) => number): Constant {
  const data = new Float64Array(checkedCount(dims));
  for (let index = 0; index < data.length; index++) data[index] = value(index);
  return { dims, kind, data };
}

/** A required input. */
function needed(inputs: Inputs, index: number): Constant {
  const input = inputs[index];
  if (!input) throw new Refusal(`its input ${index} is missing`);
  return input;
}

export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(from) && from >= 0 && from < Math.max(rank, 1)) return from;
  throw new Refusal(`its axis ${axis} must lie within its input's ${rank} dimensions`);
}

/** Integers from the input with the index `index`, or from the attribute in older operator sets. */
export function integersOf(
  node: Node,
  inputs: Inputs,
  index: number,
  attribute: string,
): readonly number[] | undefined {
  const input = inputs[index];
  return input ? [...input.data] : integersAttribute(node, attribute);
}

/** Dims without dims of size 1: without the axes `axes`, or without all of size 1. */
export function squeezed(dims: readonly number[], axes: readonly number[] | undefined): readonly number[] {
  const gone = new Set(axes?.map((axis) => axisOf(axis, dims.length)) ?? dims.keys());
  const kept = dims.filter((size, axis) => !(gone.has(axis) && size === 1));
  if (axes && kept.length !== dims.length - gone.size)
    throw new Refusal(`it squeezes axes of [${dims.join(", ")}] that are not 1`);
  return kept;
}

/** The places of the dims that are inserted. */
export function unsqueezed(rank: number, axes: readonly number[] | undefined): ReadonlySet<number> {
  if (!axes) throw new Refusal("its axes are missing");
  if (axes.length > 8) throw new Refusal(`it has ${axes.length} axes; up to 8 would do`);
  const places = new Set(axes.map((axis) => axisOf(axis, rank + axes.length)));
  if (places.size < axes.length) throw new Refusal(`its axes [${axes.join(", ")}] name one twice`);
  return places;
}

/** The dims of a Reshape: 0 keeps a dim, −1 is the size that keeps the number of elements. */
export function reshapedDims(node: Node, dims: readonly number[], wanted: readonly number[]): readonly number[] {
  const keepZero = integerAttribute(node, "allowzero", 0) === 1;
  const sizes = wanted.map((size, axis) => (size === 0 && !keepZero ? (dims[axis] ?? 0) : size));
  const known = count(sizes.filter((size) => size !== -1));
  const all = count(dims);
  const made = sizes.map((size) => (size === -1 ? all / known : size));
  const fits = count(made) === all && made.every((size) => Number.isInteger(size) && size >= 0);
  if (fits && sizes.filter((size) => size === -1).length <= 1 && made.length <= 16) return made;
  throw new Refusal(`it makes [${wanted.join(", ")}] of dims [${dims.join(", ")}], which does not keep the elements`);
}

/** The resolved part of an axis: `count` elements from `start` on, `step` apart. */
export interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

export function slices(node: Node, inputs: Inputs, dims: readonly number[]): readonly Range[] {
  const starts = integersOf(node, inputs, 1, "starts");
  const ends = integersOf(node, inputs, 2, "ends");
  if (!starts || !ends) throw new Refusal("its starts and ends must be constants");
  const axes = integersOf(node, inputs, 3, "axes") ?? [...starts.keys()];
  const steps = inputs[4] ? [...inputs[4].data] : starts.map(() => 1);
  const ranges: Range[] = dims.map((size) => ({ start: 0, step: 1, count: size }));
  for (const [index, given] of axes.entries()) {
    const axis = axisOf(given, dims.length);
    const size = dims[axis]!;
    const [from, to, step] = [starts[index], ends[index], steps[index]];
    if (from === undefined || to === undefined || step === undefined || step === 0) {
      throw new Refusal("its starts, ends, axes and steps do not belong together");
    }
    const clamp = (end: number, least: number, most: number): number =>
      Math.min(Math.max(end < 0 ? end + size : end, least), most);
    const start = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1);
    const end = step > 0 ? clamp(to, 0, size) : clamp(to, -1, size - 1);
    ranges[axis] = { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  }
  return ranges;
}

/** The sizes of the outputs of Split. */
export function splitSizes(node: Node, inputs: Inputs, size: number): readonly number[] {
  const given = integersOf(node, inputs, 1, "split");
  const parts = node.outputs.length;
  const each = Math.ceil(size / parts);
  const sizes = given ?? node.outputs.map((_, index) => Math.min(each, size - index * each));
  if (
    sizes.length === parts &&
    sizes.every((part) => part >= 1) &&
    sizes.reduce((sum, part) => sum + part, 0) === size
  ) {
    return sizes;
  }
  throw new Refusal(`it splits ${size} into [${sizes.slice(0, 8).join(", ")}] for ${parts} outputs`);
}

function strides(dims: readonly number[]): number[] {
  const result = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) result[axis] = result[axis + 1]! * dims[axis + 1]!;
  return result;
}

function replaced(dims: readonly number[], axis: number, size: number): readonly number[] {
  return dims.map((each, index) => (index === axis ? size : each));
}

/** Elements of `from` under other dims: the element at index i comes from `start + Σ coordinate·step`. */
function gathered(from: Constant, dims: readonly number[], steps: readonly number[], start = 0): Constant {
  const outer = strides(dims);
  return filled(dims, from.kind, (index) => {
    let at = start;
    for (let axis = 0; axis < dims.length; axis++)
      at += (Math.floor(index / outer[axis]!) % dims[axis]!) * steps[axis]!;
    return from.data[at]!;
  });
}

function transposed(from: Constant, order: readonly number[]): Constant {
  const own = strides(from.dims);
  return gathered(
    from,
    order.map((axis) => from.dims[axis]!),
    order.map((axis) => own[axis]!),
  );
}

/** The order of axes of a Transpose. */
export function permutation(node: Node, rank: number): readonly number[] {
  const order = integersAttribute(node, "perm", rank) ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if ([...order].sort((a, b) => a - b).every((axis, index) => axis === index)) return order;
  throw new Refusal(`its perm [${order.join(", ")}] must have each of ${rank} axes once`);
}

/** The dims of two values after broadcasting. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const [x, y] = [a[index - rank + a.length] ?? 1, b[index - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw new SizeRefusal(`dims [${a.join(", ")}] and [${b.join(", ")}] do not go together`);
    return x === 1 ? y : x;
  });
}

function expanded(from: Constant, dims: readonly number[]): Constant {
  const own = strides(from.dims);
  const offset = dims.length - from.dims.length;
  const steps = dims.map((_, axis) => ((from.dims[axis - offset] ?? 1) === 1 ? 0 : own[axis - offset]!));
  return gathered(from, dims, steps);
}

const elementwise =
  (compute: (a: number, b: number) => number, result?: NumberKind): Fold =>
  (_, inputs) => {
    const [a, b] = [needed(inputs, 0), needed(inputs, 1)];
    const dims = broadcastDims(a.dims, b.dims);
    const [x, y] = [expanded(a, dims), expanded(b, dims)];
    return [filled(dims, result ?? a.kind, (index) => whole(a.kind, compute(x.data[index]!, y.data[index]!)))];
  };

/** Keeps integers integers: ONNX's integer division rounds toward 0. */
function whole(kind: NumberKind, value: number): number {
  return kind === "float" ? value : Math.trunc(value);
}

const unary =
  (compute: (x: number) => number): Fold =>
  (_, inputs) => {
    const x = needed(inputs, 0);
    return [filled(x.dims, x.kind, (index) => compute(x.data[index]!))];
  };

const passed: Fold = (_, inputs) => [needed(inputs, 0)];

const FOLDS: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => a / b),
  Pow: elementwise((a, b) => a ** b),
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  // A rewrite turns Max and Min with a constant into a Clip. Max and Min also occur in arithmetic on shapes, so Clip must fold.
  Clip: (node, [x, min, max], opset) => FOLDS["Min"]!(node, [...FOLDS["Max"]!(node, [x, min], opset), max], opset),
  Mod: elementwise((a, b) => a - b * Math.floor(a / b)),
  Equal: elementwise((a, b) => Number(a === b), "boolean"),
  Greater: elementwise((a, b) => Number(a > b), "boolean"),
  Less: elementwise((a, b) => Number(a < b), "boolean"),
  And: elementwise((a, b) => Number(a !== 0 && b !== 0), "boolean"),
  Or: elementwise((a, b) => Number(a !== 0 || b !== 0), "boolean"),
  Not: unary((x) => Number(x === 0)),
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary((x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Reciprocal: unary((x) => 1 / x),
  Identity: passed,
  Dropout: passed,
  Shape: (node, inputs) => [shapeOf(node, needed(inputs, 0).dims)],
  Size: (_, inputs) => [scalar(count(needed(inputs, 0).dims), "integer")],
  Cast(node, inputs) {
    const x = needed(inputs, 0);
    const to = integerAttribute(node, "to", 0);
    const kind = kindOf(to);
    if (!kind) throw new Refusal(`it casts to data type ${to}; numbers would do`);
    if (kind === "float") return [x.kind === "float" ? x : { ...x, kind }];
    const convert = kind === "boolean" ? (value: number) => Number(value !== 0) : Math.trunc;
    return [{ dims: x.dims, kind, data: Float64Array.from(x.data, convert) }];
  },
  Reshape(node, inputs) {
    const x = needed(inputs, 0);
    return [{ ...x, dims: reshapedDims(node, x.dims, [...needed(inputs, 1).data]) }];
  },
  Flatten(node, inputs) {
    const x = needed(inputs, 0);
    return [{ ...x, dims: flattenedDims(node, x.dims) }];
  },
  Squeeze(node, inputs) {
    const x = needed(inputs, 0);
    return [{ ...x, dims: squeezed(x.dims, integersOf(node, inputs, 1, "axes")) }];
  },
  Unsqueeze(node, inputs) {
    const x = needed(inputs, 0);
    const places = unsqueezed(x.dims.length, integersOf(node, inputs, 1, "axes"));
    const rest = [...x.dims];
    const dims = Array.from({ length: rest.length + places.size }, (_, axis) => (places.has(axis) ? 1 : rest.shift()!));
    return [{ ...x, dims }];
  },
  Transpose(node, inputs) {
    const x = needed(inputs, 0);
    return [transposed(x, permutation(node, x.dims.length))];
  },
  Concat(node, inputs) {
    const parts = inputs.map((_, index) => needed(inputs, index));
    const [first] = parts;
    if (!first) throw new Refusal("it has no inputs");
    const axis = axisOf(integerAttribute(node, "axis", 0), first.dims.length);
    const others = (dims: readonly number[]): string => dims.filter((_, index) => index !== axis).join();
    if (parts.some(({ dims }) => dims.length !== first.dims.length || others(dims) !== others(first.dims))) {
      throw new Refusal(
        `its inputs' dims ${parts
          .slice(0, 8)
          .map(({ dims }) => `[${dims.join(", ")}]`)
          .join(", ")} do not go together`,
      );
    }
    const dims = replaced(
      first.dims,
      axis,
      parts.reduce((sum, part) => sum + part.dims[axis]!, 0),
    );
    const data = new Float64Array(checkedCount(dims));
    const outer = count(first.dims.slice(0, axis));
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (const part of parts) {
        const size = part.data.length / outer;
        data.set(part.data.subarray(block * size, (block + 1) * size), at);
        at += size;
      }
    }
    return [{ dims, kind: first.kind, data }];
  },
  Slice(node, inputs) {
    const x = needed(inputs, 0);
    const ranges = slices(node, inputs, x.dims);
    const own = strides(x.dims);
    const start = ranges.reduce((sum, range, axis) => sum + range.start * own[axis]!, 0);
    const steps = ranges.map(({ step }, axis) => step * own[axis]!);
    return [
      gathered(
        x,
        ranges.map((range) => range.count),
        steps,
        start,
      ),
    ];
  },
  Split(node, inputs) {
    const x = needed(inputs, 0);
    const axis = axisOf(integerAttribute(node, "axis", 0), x.dims.length);
    const own = strides(x.dims);
    let from = 0;
    return splitSizes(node, inputs, x.dims[axis]!).map((size) => {
      from += size;
      return gathered(x, replaced(x.dims, axis, size), own, (from - size) * own[axis]!);
    });
  },
  Gather(node, inputs) {
    const [x, indices] = [needed(inputs, 0), needed(inputs, 1)];
    const axis = axisOf(integerAttribute(node, "axis", 0), x.dims.length);
    const size = x.dims[axis] ?? 0;
    const own = strides(x.dims);
    const picked = [...indices.data].map((index) => (index < 0 ? index + size : index));
    const wrong = picked.find((index) => !(index >= 0 && index < size));
    if (wrong !== undefined) throw new Refusal(`its index ${wrong} lies outside the ${size} elements of the axis`);
    const [before, after] = [x.dims.slice(0, axis), x.dims.slice(axis + 1)];
    const [inner, dims] = [count(after), [...before, ...indices.dims, ...after]];
    return [
      filled(dims, x.kind, (index) => {
        const within = index % inner;
        const which = Math.floor(index / inner) % picked.length;
        const block = Math.floor(index / inner / picked.length);
        return x.data[block * size * own[axis]! + picked[which]! * own[axis]! + within]!;
      }),
    ];
  },
  ConstantOfShape(node, inputs) {
    const value = fillValue(node);
    return [filled([...needed(inputs, 0).data], value.kind, () => value.value)];
  },
  Expand(_, inputs) {
    const x = needed(inputs, 0);
    const dims = broadcastDims(x.dims, [...needed(inputs, 1).data]);
    checkedCount(dims);
    return [expanded(x, dims)];
  },
  Range(_, inputs) {
    const [start, limit, delta] = [0, 1, 2].map((index) => needed(inputs, index));
    const step = delta!.data[0] ?? 0;
    const size = Math.max(0, Math.ceil(((limit!.data[0] ?? 0) - (start!.data[0] ?? 0)) / step));
    return [filled([size], start!.kind, (index) => (start!.data[0] ?? 0) + index * step)];
  },
  Where(_, inputs) {
    const [condition, a, b] = [0, 1, 2].map((index) => needed(inputs, index)) as [Constant, Constant, Constant];
    const dims = broadcastDims(broadcastDims(condition.dims, a.dims), b.dims);
    checkedCount(dims);
    const [which, x, y] = [expanded(condition, dims), expanded(a, dims), expanded(b, dims)];
    return [filled(dims, a.kind, (index) => (which.data[index] === 0 ? y : x).data[index]!)];
  },
  ReduceProd: reduction(1, (a, b) => a * b),
  ReduceSum: reduction(0, (a, b) => a + b),
  ReduceMax: reduction(-Infinity, Math.max),
  ReduceMin: reduction(Infinity, Math.min),
  ReduceMean: reduction(
    0,
    (a, b) => a + b,
    (sum, terms) => sum / terms,
  ),
};

/** A reduction over axes. `end` is applied to each result, with the number of elements that it is made of. */
function reduction(
  start: number,
  step: (a: number, b: number) => number,
  end: (result: number, terms: number) => number = (result) => result,
): Fold {
  return (node, inputs) => {
    const x = needed(inputs, 0);
    const wanted = integersOf(node, inputs, 1, "axes") ?? [];
    if (wanted.length === 0 && integerAttribute(node, "noop_with_empty_axes", 0) === 1) return [x];
    const axes = new Set(wanted.length === 0 ? x.dims.keys() : wanted.map((axis) => axisOf(axis, x.dims.length)));
    const kept = x.dims.map((size, axis) => (axes.has(axis) ? 1 : size));
    const [from, to] = [strides(x.dims), strides(kept)];
    const data = new Float64Array(checkedCount(kept)).fill(start);
    for (const [index, value] of x.data.entries()) {
      let at = 0;
      for (const [axis, size] of kept.entries()) {
        if (size > 1) at += (Math.floor(index / from[axis]!) % size) * to[axis]!;
      }
      data[at] = step(data[at]!, value);
    }
    const terms = x.data.length / data.length;
    const keep = integerAttribute(node, "keepdims", 1) === 1;
    const dims = keep ? kept : kept.filter((_, axis) => !axes.has(axis));
    return [{ dims, kind: x.kind, data: data.map((result) => whole(x.kind, end(result, terms))) }];
  };
}

/** The fill value of ConstantOfShape. */
function fillValue(node: Node): { readonly value: number; readonly kind: NumberKind } {
  const tensor = node.attributes.get("value")?.tensor;
  if (!tensor) return { value: floatAttribute(node, "value", 0), kind: "float" };
  const { data, kind } = readTensor(tensor, "the value of ConstantOfShape");
  return { value: data[0] ?? 0, kind };
}

/** The output of Shape for these dims. */
export function shapeOf(node: Node, dims: readonly number[]): Constant {
  const start = integerAttribute(node, "start", 0);
  const end = integerAttribute(node, "end", dims.length);
  return list(dims.slice(start, end), "integer");
}

export function flattenedDims(node: Node, dims: readonly number[]): readonly number[] {
  const axis = integerAttribute(node, "axis", 1);
  const from = axis < 0 ? axis + dims.length : axis;
  if (from < 0 || from > dims.length)
    throw new Refusal(`its axis ${axis} must lie within its input's ${dims.length} dimensions`);
  return [count(dims.slice(0, from)), count(dims.slice(from))];
}

/** Whether an operator can be computed on constants. */
export function canFold(op: string): boolean {
  return Object.hasOwn(FOLDS, op);
}

/** The node's outputs. @throws Refusal */
export function fold(node: Node, inputs: Inputs, opset: number): readonly Constant[] {
  if (!canFold(node.op)) {
    throw new Refusal(`all its inputs are constants, and no ${node.op} of constants is known`);
  }
  return FOLDS[node.op]!(node, inputs, opset);
}

/** For each output row or column of an upsampling, the input rows or columns from which it is computed. */

import { operationProblem, type UpsampleProblem } from "./operation-problem.js";

/** Each output row (or column) is `(1 - weight) · input[low] + weight · input[high]`. Each array has one element for each output row. */
export interface UpsampleSources {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** In [0, 1]; 0 everywhere with mode `"nearest"`. */
  readonly weight: Float32Array;
}

/**
 * The sources along one axis, for authors of backends. Coordinates are computed as ONNX's `Resize` defines them: in
 * float32 for `"asymmetric"`, and for `"nearest"` between pixel centres, as in PyTorch's nearest and in onnxruntime; in
 * float64 otherwise. Weights are rounded to float32 once. So all backends interpolate with the same weights.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function upsampleSources(problem: UpsampleProblem, axis: "h" | "w"): UpsampleSources {
  const p = operationProblem(problem);
  const [size, count, given] = axis === "h" ? [p.ih, p.oh, p.scaleH] : [p.iw, p.ow, p.scaleW];
  const [low, high, weight] = [new Int32Array(count), new Int32Array(count), new Float32Array(count)];
  const scale = given === 0 ? count / size : given;
  const clamp = (index: number): number => Math.min(Math.max(index, 0), size - 1);
  for (let index = 0; index < count; index++) {
    const round = p.mode === "nearest" ? Math.fround : Number;
    const at = COORDINATE[p.coordinates](index, scale, size, count, round);
    if (p.mode === "nearest") {
      low[index] = high[index] = clamp(ROUND[p.rounding](at));
      continue;
    }
    const inside = Math.min(Math.max(at, 0), size - 1);
    low[index] = Math.floor(inside);
    high[index] = clamp(Math.floor(inside) + 1);
    weight[index] = inside - Math.floor(inside);
  }
  return { low, high, weight };
}

type Coordinate = (
  index: number,
  scale: number,
  size: number,
  count: number,
  /** Rounds to float32 for `"nearest"`: a scale such as 0.6 is a float32, and with it 1.5 / 0.6 would lie just below 2.5. */
  round: (value: number) => number,
) => number;

const halfPixel: Coordinate = (index, scale, _, __, round) => round(round((index + 0.5) / scale) - 0.5);
const COORDINATE: Readonly<Record<UpsampleProblem["coordinates"], Coordinate>> = {
  halfPixel,
  pytorchHalfPixel: (...given) => (given[3] > 1 ? halfPixel(...given) : 0),
  alignCorners: (index, _, size, count) => (count > 1 ? (index * (size - 1)) / (count - 1) : 0),
  asymmetric: (index, scale) => Math.fround(index * Math.fround(1 / scale)),
};

const ROUND: Readonly<Record<UpsampleProblem["rounding"], (at: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  roundPreferFloor: (at) => Math.ceil(at - 0.5),
  roundPreferCeil: (at) => Math.floor(at + 0.5),
};

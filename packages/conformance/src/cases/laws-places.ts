/** Laws of where taps read: shifts, padding of every mode, and "same". */

import {
  Conv2d,
  type Conv2dProblem,
  inputShape,
  type ModelLayer,
  outputShape,
  type PaddingMode,
  prepare,
  type Shape4,
  tensor,
  weightShape,
} from "@convene/core";
import { allowance } from "../allowance.js";
import { makeOperands } from "../operands.js";
import { changed, lawProblems } from "./laws-problems.js";
import { type Laboratory, type Law, mustEqual } from "./laws-runner.js";

export const PLACE_LAWS: readonly Law[] = [
  {
    name: "shifting the input by a stride shifts the output by one",
    example: "ic2_ih4_oc3_kh3",
    problems: lawProblems({ pads: "none", residual: "none" }),
    async check(problem, { convolve, seed }) {
      const { sh, sw } = problem;
      const wider = changed(problem, { ih: problem.ih + sh, iw: problem.iw + sw });
      const operands = makeOperands(wider, "integer", seed);
      const whole = await convolve(wider, operands);
      const shifted = { ...operands, input: cropped(operands.input, inputShape(wider), sh, sw) };
      const { output, error } = await convolve(problem, shifted);
      mustEqual(problem, output, cropped(whole.output, outputShape(wider), 1, 1), whole.error + error);
    },
  },
  {
    name: "padding is the same as an input that has been padded",
    example: "ic2_ih4_oc3_kh3_ph1",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { ih, iw, pt, pb, pl, pr, paddingMode } = problem;
      const operands = makeOperands(problem, "integer", seed);
      const without = changed(problem, { ih: ih + pt + pb, iw: iw + pl + pr, ...NO_PADS });
      // Right after it the same in another mode, one that goes with any pads: nothing may be left from the first.
      const other = changed(problem, { paddingMode: paddingMode === "replicate" ? "zeros" : "replicate" });
      for (const each of [problem, other]) {
        const padded = { ...operands, input: paddedInput(each, operands.input) };
        const [implied, explicit] = [await convolve(each, operands), await convolve(without, padded)];
        mustEqual(each, implied.output, explicit.output, implied.error + explicit.error);
      }
    },
  },
  {
    name: 'padding "same" keeps the size, or divides it by the stride, and keeps the image in its place',
    example: "ic2_ih4_oc2_kh3_ph1",
    problems: lawProblems({ pads: "none", bias: "none", residual: "none", activation: "none" }),
    check: checkSame,
  },
];

const NO_PADS = { pt: 0, pb: 0, pl: 0, pr: 0 };

/** Each plane without its first rows and columns. */
function cropped(data: Float32Array, [n, c, h, w]: Shape4, rows: number, columns: number): Float32Array {
  const result: number[] = [];
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = rows; y < h; y++) {
      for (let x = columns; x < w; x++) result.push(data[(plane * h + y) * w + x]!);
    }
  }
  return Float32Array.from(result);
}

function paddedInput({ n, ic, ih, iw, pt, pb, pl, pr, paddingMode }: Conv2dProblem, input: Float32Array): Float32Array {
  const rows = Array.from({ length: ih + pt + pb }, (_, y) => sourceOf(y - pt, ih, paddingMode));
  const columns = Array.from({ length: iw + pl + pr }, (_, x) => sourceOf(x - pl, iw, paddingMode));
  const planes = Array.from({ length: n * ic }, (_, plane) => plane);
  return Float32Array.from(
    planes.flatMap((plane) =>
      rows.flatMap((y) =>
        columns.map((x) => (y === undefined || x === undefined ? 0 : input[(plane * ih + y) * iw + x]!)),
      ),
    ),
  );
}

/** Which pixel of a line of `size` stands `at`; `undefined` for a zero. */
function sourceOf(at: number, size: number, mode: PaddingMode): number | undefined {
  const last = size - 1;
  if (mode === "zeros") return at < 0 || at > last ? undefined : at;
  if (mode === "replicate") return Math.min(Math.max(at, 0), last);
  if (mode === "circular") return (at + size) % size;
  return last - Math.abs(last - Math.abs(at));
}

/** Weights of a single one at the kernel's middle: the output is the input, moved by where that tap is. */
async function checkSame(problem: Conv2dProblem, lab: Laboratory): Promise<void> {
  const { n, g, ic, ih, iw, oc, kh, kw, sh, sw, dh, dw } = problem;
  const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
  const [ky, kx] = [(kh - 1) >> 1, (kw - 1) >> 1];
  const weight = new Float32Array(weightShape(problem).reduce((a, b) => a * b));
  for (let o = 0; o < oc; o++) weight[((o * icPerGroup + (o % icPerGroup)) * kh + ky) * kw + kx] = 1;
  const conv = new Conv2d(
    {
      inChannels: ic,
      outChannels: oc,
      kernelSize: [kh, kw],
      stride: [sh, sw],
      dilation: [dh, dw],
      groups: g,
      padding: "same",
      bias: false,
    },
    { weight },
  );
  const shape = inputShape(problem);
  const resolved = conv.problem(shape);
  lab.mustTake(resolved);
  const { input } = makeOperands(problem, "integer", lab.seed);
  const model = await prepare(lab.backend, conv, shape, { accuracy: lab.accuracy });
  try {
    const output = await model.run(tensor(input, shape));
    const rows = samePositions(ih, kh, sh, dh, ky);
    const columns = samePositions(iw, kw, sw, dw, kx);
    const planes = Array.from({ length: n * oc }, (_, at) => {
      const o = at % oc;
      return Math.floor(at / oc) * ic + Math.floor(o / ocPerGroup) * icPerGroup + (o % icPerGroup);
    });
    const expected = planes.flatMap((plane) =>
      rows.flatMap((y) =>
        columns.map((x) => {
          const inside = y >= 0 && y < ih && x >= 0 && x < iw;
          return inside ? input[(plane * ih + y) * iw + x]! : 0;
        }),
      ),
    );
    const [{ arithmetic }] = model.layers as [ModelLayer];
    const error = arithmetic === "direct" ? new Float64Array(1) : allowance(resolved, arithmetic, { input, weight });
    mustEqual(
      resolved,
      output.data,
      expected,
      error.reduce((a, b) => Math.max(a, b), 0),
    );
  } finally {
    model.dispose();
  }
}

/** Where one tap reads along an axis for each output: `ceil(size / stride)` of them, the odd pad at the end. */
function samePositions(size: number, kernel: number, stride: number, dilation: number, tap: number): readonly number[] {
  const outputs = Math.ceil(size / stride);
  const pads = Math.max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size);
  return Array.from({ length: outputs }, (_, at) => at * stride + tap * dilation - Math.floor(pads / 2));
}

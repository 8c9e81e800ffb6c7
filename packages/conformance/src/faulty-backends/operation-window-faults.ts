/** Faults of pooling: in the place of windows, in the values that count, and in the divisor. */

import type { Pool2dProblem } from "@convene/core";
import type { OperationOperands } from "../operations/operation-operands.js";
import type { Element } from "./elements.js";
import type { Fault } from "./faulty-backend.js";
import { askedOtherwise, elementOf, faultyResults, operationFault } from "./faulty-operation.js";

/** The values of a window, `undefined` in the padding. The window's numbers may be wrong on purpose. */
function* windowOf(
  problem: Pool2dProblem,
  operands: OperationOperands,
  { image, c, y, x }: Element,
  wrong: Partial<Pool2dProblem> = {},
): Generator<number | undefined> {
  const { kh, kw, sh, sw, pt, pl, dh, dw } = { ...problem, ...wrong };
  for (let ky = 0; ky < kh; ky++) {
    for (let kx = 0; kx < kw; kx++) {
      yield elementOf(problem, operands, 0, [image, c, y * sh + ky * dh - pt, x * sw + kx * dw - pl]);
    }
  }
}

const maximum = (values: Iterable<number | undefined>, padding = -Infinity): number =>
  [...values].reduce<number>((max, value) => Math.max(max, value ?? padding), -Infinity);

/** The sum and the number of the values within the input. */
function total(values: Iterable<number | undefined>): readonly [sum: number, count: number] {
  const inside = [...values].filter((value) => value !== undefined);
  return [inside.reduce((sum, value) => sum + value, 0), inside.length];
}

const MAX = ["maxPool2d"] as const;
const AVG = ["avgPool2d"] as const;

export const OPERATION_WINDOW_FAULTS: readonly Fault[] = [
  operationFault(
    {
      name: "max-pool-window-a-row-short",
      about: "The loop over a window's rows ends one row early, if there is more than one row.",
      kinds: MAX,
      problems: { wrong: "maxPool2d_c3_ih8_kh3_kw1_sh2", right: "maxPool2d_c3_ih8_kh1_kw3_sh2" },
    },
    (name) =>
      faultyResults(name, MAX, (place, p, operands) =>
        maximum(windowOf(p, operands, place, { kh: Math.max(1, p.kh - 1) })),
      ),
  ),
  operationFault(
    {
      name: "max-pool-window-a-column-late",
      about: "The left pad is one too small, if there is a left pad.",
      kinds: MAX,
      problems: { wrong: "maxPool2d_c3_ih6_kh3_pl1", right: "maxPool2d_c3_ih6_kh3_pr1" },
    },
    (name) =>
      faultyResults(name, MAX, (place, p, operands) =>
        maximum(windowOf(p, operands, place, { pl: Math.max(0, p.pl - 1) })),
      ),
  ),
  operationFault(
    {
      name: "max-pool-padding-counts-as-zero",
      about:
        "The input is padded with zeros, as for a convolution. So the maximum of negative values is 0 at the border.",
      kinds: MAX,
      problems: { wrong: "maxPool2d_c3_ih6_kh3_pt1_pl1_pb1_pr1", right: "maxPool2d_c3_ih6_kh3" },
    },
    (name) => faultyResults(name, MAX, (place, p, operands) => maximum(windowOf(p, operands, place), 0)),
  ),
  operationFault(
    {
      name: "max-pool-loses-nan",
      about: "The maximum is found by `x > max`, which is false for NaN.",
      kinds: MAX,
    },
    (name) =>
      faultyResults(name, MAX, (place, p, operands) =>
        [...windowOf(p, operands, place)].reduce<number>((max, x) => (x !== undefined && x > max ? x : max), -Infinity),
      ),
  ),
  operationFault(
    {
      name: "max-pool-ignores-dilation",
      about: "The output size follows the dilation, but the loop over the window does not.",
      kinds: MAX,
      problems: { wrong: "maxPool2d_c3_ih8_kh3_dh2", right: "maxPool2d_c3_ih8_kh3" },
    },
    (name) => faultyResults(name, MAX, (place, p, operands) => maximum(windowOf(p, operands, place, { dh: 1, dw: 1 }))),
  ),
  operationFault(
    {
      name: "max-pool-strides-exchanged",
      about: "The strides of rows and columns are exchanged.",
      kinds: MAX,
      problems: { wrong: "maxPool2d_c3_ih8_kh2_sh2_sw1", right: "maxPool2d_c3_ih8_kh2_sh2" },
    },
    (name) =>
      faultyResults(name, MAX, (place, p, operands) => maximum(windowOf(p, operands, place, { sh: p.sw, sw: p.sh }))),
  ),
  operationFault(
    {
      name: "ceil-mode-ignored",
      about: "Loops end at the size that is rounded down. Outputs that ceilMode adds are not written.",
      kinds: ["maxPool2d", "avgPool2d"],
      problems: { wrong: "maxPool2d_c3_ih8_kh3_sh2_ceilMode", right: "maxPool2d_c3_ih8_kh3_sh2" },
    },
    (name) =>
      faultyResults(name, ["maxPool2d", "avgPool2d"], ({ y, x, at }, p, _, result) => {
        const fits = (out: number, padded: number, kernel: number, stride: number, dilation: number): boolean =>
          out * stride + (kernel - 1) * dilation < padded;
        const isRounded =
          fits(y, p.pt + p.ih + p.pb, p.kh, p.sh, p.dh) && fits(x, p.pl + p.iw + p.pr, p.kw, p.sw, p.dw);
        return isRounded ? result[at] : undefined;
      }),
  ),
  operationFault(
    {
      name: "average-over-the-whole-window",
      about: "An average divides by kh·kw, even if ceilMode lets the window reach beyond the padded input.",
      kinds: AVG,
      problems: { wrong: "avgPool2d_c3_ih8_kh3_sh2_ceilMode", right: "avgPool2d_c3_ih7_kh3_sh2_ceilMode" },
    },
    (name) =>
      faultyResults(name, AVG, (place, p, operands, result) =>
        p.countIncludePad ? total(windowOf(p, operands, place))[0] / (p.kh * p.kw) : result[place.at],
      ),
  ),
  operationFault(
    {
      name: "average-counts-padding-always",
      about: "The kernel does not get countIncludePad, and uses PyTorch's default.",
      kinds: AVG,
      problems: { wrong: "avgPool2d_c3_ih6_kh3_pt1_pb1_countExcludePad", right: "avgPool2d_c3_ih6_kh3_pt1_pb1" },
    },
    (name) => askedOtherwise(name, AVG, (p, operands) => [{ ...p, countIncludePad: true }, operands]),
  ),
  operationFault(
    {
      name: "average-counts-padding-never",
      about: "An average always divides by the number of elements inside the input.",
      kinds: AVG,
      problems: { wrong: "avgPool2d_c3_ih6_kh3_pt1_pb1", right: "avgPool2d_c3_ih6_kh3" },
    },
    (name) =>
      faultyResults(name, AVG, (place, p, operands) => {
        const [sum, count] = total(windowOf(p, operands, place));
        return sum / count;
      }),
  ),
  operationFault(
    {
      name: "pool-padding-on-the-other-side",
      about: "The top and bottom pads are exchanged, because ONNX's order of pads is read as PyTorch's.",
      kinds: AVG,
      problems: { wrong: "avgPool2d_c3_ih6_kh3_pt1", right: "avgPool2d_c3_ih6_kh3_pt1_pb1" },
    },
    (name) => askedOtherwise(name, AVG, (p, operands) => [{ ...p, pt: p.pb, pb: p.pt }, operands]),
  ),
  operationFault(
    {
      name: "average-rounded-to-integers",
      about: "The sum is divided as an integer, as in a library for images.",
      kinds: AVG,
      problems: { wrong: "avgPool2d_c3_ih6_kh3", right: "maxPool2d_c3_ih6_kh3" },
    },
    (name) => faultyResults(name, AVG, ({ at }, _p, _operands, result) => Math.trunc(result[at]!)),
  ),
];

/**
 * The fixed list of results that a wrong operation may have computed. Most causes come from the problem's own fields: two fields
 * are exchanged, a field is ignored, or one choice is taken for another.
 */

import type { OperationProblem } from "@convene/core";
import type { OperationOperands } from "../operations/operation-operands.js";
import { referenceOfShape, referenceOperation } from "../operations/reference-operation.js";
import { outputShapeOf } from "../problem.js";
import type { Cause } from "./conv2d-causes.js";
import { NORMALIZATION_CAUSES } from "./normalization-causes.js";

type OperationCause = Cause<OperationProblem, OperationOperands>;
type Fields = Readonly<Record<string, unknown>>;

/** A cause with the reference's result for other values of some fields. The output keeps its shape, as that of a backend does. */
function asked(words: string, change: (fields: Fields) => Fields | undefined): OperationCause {
  return {
    words,
    compute: (problem, { inputs, slope }) => {
      // Cast: a union of kinds has no index, and a cause names fields of any kind.
      const fields = problem as unknown as Fields;
      const changed = change(fields);
      if (!changed || Object.entries(changed).every(([key, value]) => same(fields[key], value))) return undefined;
      return referenceOfShape(
        outputShapeOf(problem),
        { ...fields, ...changed } as unknown as OperationProblem,
        inputs,
        slope ? { slope } : {},
      );
    },
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A cause with the reference's result for other inputs. */
function given(
  words: string,
  change: (operands: OperationOperands, problem: OperationProblem) => OperationOperands | undefined,
): OperationCause {
  return {
    words,
    compute: (problem, operands) => {
      const changed = change(operands, problem);
      return changed && referenceOperation(problem, changed.inputs, changed.slope ? { slope: changed.slope } : {});
    },
  };
}

const has = (fields: Fields, ...keys: readonly string[]): boolean => keys.every((key) => key in fields);
const swapped = (a: string, b: string, words: string): OperationCause =>
  asked(words, (fields) => (has(fields, a, b) ? { [a]: fields[b], [b]: fields[a] } : undefined));
const taken = (key: string, value: unknown, words: string): OperationCause =>
  asked(words, (fields) => (has(fields, key) ? { [key]: value } : undefined));

/** Functions that a backend may confuse. */
const FUNCTIONS = [
  "sigmoid",
  "hardSigmoid",
  "hardSwish",
  "silu",
  "tanh",
  "gelu",
  "geluTanh",
  "relu",
  "relu6",
  { leakyRelu: 0.01 },
  { leakyRelu: 0.1 },
  { hardSigmoid: [0.2, 0.5] },
] as const;

/** The options of `UpsampleProblem`. */
const COORDINATES = ["halfPixel", "pytorchHalfPixel", "alignCorners", "asymmetric"] as const;
const ROUNDINGS = ["floor", "ceil", "roundPreferFloor", "roundPreferCeil"] as const;

const nameOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const FIELD_CAUSES: readonly OperationCause[] = [
  {
    words: "the maximum begins at zero: where all elements of a window are negative, the result is zero",
    compute: (problem, { inputs }) =>
      problem.kind === "maxPool2d"
        ? Array.from(referenceOperation(problem, inputs, {}), (value) => Math.max(0, value))
        : undefined,
  },
  swapped("pt", "pb", "top and bottom pads have changed places (pt differs from pb)"),
  swapped("pl", "pr", "left and right pads have changed places (pl differs from pr)"),
  swapped("pt", "pl", "the pads of the two axes have changed places"),
  swapped("sh", "sw", "the strides of the two axes have changed places (sh differs from sw)"),
  swapped("dh", "dw", "the dilations of the two axes have changed places"),
  swapped("rh", "rw", "the factors of the two axes have changed places"),
  asked("all channels are padded behind, none before (pf and pk)", (f) =>
    has(f, "pf", "pk") ? { pf: 0, pk: Number(f["pf"]) + Number(f["pk"]) } : undefined,
  ),
  swapped("pf", "pk", "channels before and behind have changed places (pf and pk)"),
  asked("dilation is ignored (dh and dw)", (f) => (has(f, "dh", "dw") ? { dh: 1, dw: 1 } : undefined)),
  taken("sw", 1, "steps of columns are ignored (sw)"),
  taken("sh", 1, "steps of rows are ignored (sh)"),
  taken("fc", 0, "the first channel fc is ignored: channels begin at 0"),
  asked("the last channels are taken, whatever the first channel fc is", (f) =>
    has(f, "fc", "oc", "c") ? { fc: Number(f["c"]) - Number(f["oc"]) } : undefined,
  ),
  taken("fh", 0, "the first row fh is ignored"),
  taken("fw", 0, "the first column fw is ignored"),
  taken("value", 0, "the value of pad is ignored: the border is 0"),
  ...["pt", "pl"].map((key) =>
    asked(`the pad ${key} is one too small`, (f) =>
      has(f, key) ? { [key]: Math.max(0, Number(f[key]) - 1) } : undefined,
    ),
  ),
  ...["kh", "kw"].map((key) =>
    asked(`the window is one ${key === "kh" ? "row" : "column"} short (${key})`, (f) =>
      has(f, key) && Number(f[key]) > 1 ? { [key]: Number(f[key]) - 1 } : undefined,
    ),
  ),
  taken("countIncludePad", true, "padding is counted always: countIncludePad = false is ignored"),
  taken("countIncludePad", false, "padding is never counted: countIncludePad = true is ignored"),
  taken("perChannel", false, "perChannel is ignored"),
  taken("activation", undefined, "the activation is missing"),
  ...(["crd", "dcr"] as const).map((order) => taken("order", order, `the order is taken as ${order}`)),
  ...(["nchw", "nhwc"] as const).map((order) => taken("order", order, `the order is taken as ${order}`)),
  ...(["nearest", "bilinear"] as const).map((mode) => taken("mode", mode, `the mode is taken as ${mode}`)),
  ...COORDINATES.map((each) => taken("coordinates", each, `coordinates are taken as ${each}`)),
  ...ROUNDINGS.map((each) => taken("rounding", each, `rounding is taken as ${each}`)),
  ...COORDINATES.flatMap((coordinates) =>
    ROUNDINGS.map((rounding) =>
      asked(`coordinates are taken as ${coordinates} and rounding as ${rounding}`, (f) =>
        has(f, "coordinates", "rounding") ? { coordinates, rounding } : undefined,
      ),
    ),
  ),
  asked("the scale that is given is ignored, and made from the sizes (scaleH and scaleW)", (f) =>
    has(f, "scaleH") ? { scaleH: 0, scaleW: 0 } : undefined,
  ),
  ...FUNCTIONS.map((each): OperationCause => {
    const cause = taken("activation", each, `it is computed as ${nameOf(each)}`);
    // This cause is only for the operation `activation`.
    return { ...cause, compute: (p, operands) => (p.kind === "activation" ? cause.compute(p, operands) : undefined) };
  }),
];

/** A softmax in float32 that subtracts `subtracted` from all exponents, independent of the pixel's channels. */
function softmaxLess(
  problem: OperationProblem,
  input: Float32Array,
  subtracted: () => number,
): Float64Array | undefined {
  if (problem.kind !== "softmax") return undefined;
  const { c, h, w } = problem;
  const plane = h * w;
  const powers = input.map((x) => Math.exp(x - subtracted()));
  return Float64Array.from(powers, (power, at) => {
    const first = Math.floor(at / (c * plane)) * c * plane + (at % plane);
    let sum = 0;
    for (let channel = 0; channel < c; channel++) sum = Math.fround(sum + powers[first + channel * plane]!);
    return Math.fround(power / sum);
  });
}

export const OPERATION_CAUSES: readonly OperationCause[] = [
  ...FIELD_CAUSES,
  ...NORMALIZATION_CAUSES,
  {
    words: "the inputs are taken in reverse order, the last one first",
    compute: (problem, { inputs }) =>
      problem.kind !== "concat"
        ? undefined
        : referenceOperation({ ...problem, channels: [...problem.channels].reverse() }, [...inputs].reverse()),
  },
  {
    words: "the clamp is applied to the first input, and the second is added afterwards",
    compute: (problem, { inputs }) => {
      if (problem.kind !== "add" || problem.activation === undefined || problem.perChannel) return undefined;
      const zero = inputs[1]!.map(() => 0);
      return referenceOperation(problem, [inputs[0]!, zero]).map((y, at) => y + inputs[1]![at]!);
    },
  },
  {
    words: "perChannel is broadcast along rows, not over each channel's plane",
    compute: (problem, { inputs }) => {
      if (!("perChannel" in problem) || !problem.perChannel) return undefined;
      const { n, c, h, w } = problem;
      const second = Float32Array.from(
        { length: n * c * h * w },
        (_, at) => inputs[1]![Math.floor(at / (c * h * w)) * c + ((at % w) % c)]!,
      );
      return referenceOperation({ ...problem, perChannel: false }, [inputs[0]!, second]);
    },
  },
  {
    words: "the average is rounded to an integer",
    compute: (problem, { inputs }) =>
      problem.kind === "avgPool2d" ? referenceOperation(problem, inputs).map(Math.trunc) : undefined,
  },
  {
    words: "x·(x + 3)/6 without the clamp between its factors (hardSwish)",
    compute: (problem, { inputs }) =>
      problem.kind === "activation" && problem.activation === "hardSwish"
        ? Float64Array.from(inputs[0]!, (x) => (x * (x + 3)) / 6)
        : undefined,
  },
  {
    words: "channels are shuffled the other way, as c/g groups of g (channelShuffle)",
    compute: (problem, { inputs }) =>
      problem.kind === "channelShuffle"
        ? referenceOperation({ ...problem, g: problem.c / problem.g }, inputs)
        : undefined,
  },
  {
    words: "exp overflows on large numbers, because the maximum of each pixel's channels is not subtracted before",
    compute: (problem, { inputs }) => softmaxLess(problem, inputs[0]!, () => 0),
  },
  {
    words: "one maximum of all pixels is subtracted, not each pixel's own, so that exp is zero far below it",
    compute: (problem, { inputs }) => {
      const most = inputs[0]!.reduce((a, b) => Math.max(a, b), -Infinity);
      return softmaxLess(problem, inputs[0]!, () => most);
    },
  },
  given("every image is computed from the first image", (operands, { n }) =>
    n < 2
      ? undefined
      : { ...operands, inputs: operands.inputs.map((data) => data.map((_, at) => data[at % (data.length / n)]!)) },
  ),
  given("the second input is that of the first image (its batch is ignored)", ({ inputs }, { n }) =>
    n < 2 || inputs.length < 2
      ? undefined
      : {
          inputs: inputs.map((data, index) =>
            index === 0 ? data : data.map((_, at) => data[at % (data.length / n)]!),
          ),
        },
  ),
  given("the slopes are in reverse", ({ inputs, slope }) => slope && { inputs, slope: slope.slice().reverse() }),
  given(
    "all channels get the slope of the first channel",
    ({ inputs, slope }) => slope && { inputs, slope: slope.map(() => slope[0]!) },
  ),
];

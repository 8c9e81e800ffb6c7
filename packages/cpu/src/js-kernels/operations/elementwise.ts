/** assembly/elementwise.ts in TypeScript: functions in float64, rounded once when they are stored. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { FUNCTION_CODES, type FunctionName } from "../../operations/function-codes.js";
import { ELEMENTWISE_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";
import { erfc } from "./erfc.js";

const AT = fieldIndices(ELEMENTWISE_PARAMS);

/** The parameters of a function. */
interface Numbers {
  readonly alpha: number;
  readonly beta: number;
  readonly scale: number;
  readonly min: number;
  readonly max: number;
}

/** A clamp by comparisons, so that NaN stays NaN. */
const clamp = (x: number, min: number, max: number): number => (x < min ? min : x > max ? max : x);

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** Rounded to float32, because 6 times the float32 nearest to 1/6 is 1 in float32 only. */
const hard = (x: number, { alpha, beta, scale, max }: Numbers): number =>
  Math.fround(clamp(alpha * x + beta, 0, max) * scale);

/** The functions of `x`, and of `y`, the element of the second operand if there is one. */
const FUNCTIONS: Readonly<Record<FunctionName, (x: number, y: number, numbers: Numbers) => number>> = {
  clamp: (x, _, { min, max }) => clamp(x, min, max),
  leakyRelu: (x, _, { alpha }) => (x < 0 ? alpha * x : x),
  hardSigmoid: (x, _, numbers) => hard(x, numbers),
  hardSwish: (x, _, numbers) => x * hard(x, numbers),
  sigmoid: (x) => sigmoid(x),
  silu: (x) => x * sigmoid(x),
  tanh: (x) => Math.tanh(x),
  gelu: (x) => (x / 2) * erfc(-x * Math.SQRT1_2),
  // (1 + tanh(z))/2 is sigmoid(2z), which keeps its digits where tanh is near -1.
  geluTanh: (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)),
  add: (x, y, { min, max }) => clamp(Math.fround(x + y), min, max),
  multiply: (x, y, { min, max }) => clamp(Math.fround(x * y), min, max),
  prelu: (x, y) => (x < 0 ? y * x : x),
};

export function elementwiseJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const float = (index: number): number => f32[p + index]!;
    const [count, run, repeat] = [field(AT.count), field(AT.run), field(AT.repeat)];
    const [chunkRuns, chunks] = [field(AT.chunkRuns), field(AT.chunks)];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];
    const [operand, operandImage] = [field(AT.operand) >>> 2, field(AT.operandImage) >>> 2];
    const operandRun = field(AT.operandRun) >>> 2;
    const apply = FUNCTIONS[FUNCTION_CODES[field(AT.code)]!];
    const numbers: Numbers = {
      alpha: float(AT.alpha),
      beta: float(AT.beta),
      scale: float(AT.scale),
      min: float(AT.min),
      max: float(AT.max),
    };
    // The number of elements after which the second operand repeats.
    const period = run / repeat;

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const image = Math.floor(job / chunks);
      const first = chunk * chunkRuns * run;
      const last = Math.min(first + chunkRuns * run, count);
      const x = (input >>> 2) + image * inputImage;
      const y = (output >>> 2) + image * outputImage;
      let partner = operand !== 0 ? operand : (residual >>> 2) + image * operandImage;
      partner += (first / run) * operandRun;
      for (let at = first; at < last; at += period) {
        const length = Math.min(period, last - at);
        for (let index = 0; index < length; index++) {
          f32[y + at + index] = apply(f32[x + at + index]!, f32[partner + index]!, numbers);
        }
        partner += operandRun;
      }
    }
  };
}

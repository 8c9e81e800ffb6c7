/** Activations: functions of each element. A convolution applies one after bias and residual; an operation applies one to a value. */

import { checkKeys, readFrom, readList } from "./check.js";
import { ConveneError, show } from "./errors.js";

/**
 * A clamp, which every convolution takes into its kernel: `"relu"` is `max(x, 0)`, `"relu6"` is `min(max(x, 0), 6)`; NaN stays
 * NaN, as in PyTorch.
 */
export type Clamp = "relu" | "relu6" | { readonly clamp: readonly [min: number, max: number] };

/**
 * A function of each element, by PyTorch's names; NaN stays NaN. `"hardSigmoid"` is `clamp(x/6 + 1/2, 0, 1)`, and
 * `{ hardSigmoid: [alpha, beta] }` is ONNX's `clamp(alpha·x + beta, 0, 1)`. `"hardSwish"` is `x·clamp(x/6 + 1/2, 0, 1)`, `"silu"` is
 * `x·sigmoid(x)`. `"gelu"` is `x/2·(1 + erf(x/√2))`, `"geluTanh"` PyTorch's `approximate="tanh"`. `{ leakyRelu: slope }` is `slope·x` below 0.
 * A slope for each channel is the operation `prelu`.
 */
export type Activation =
  | Clamp
  | "sigmoid"
  | "hardSigmoid"
  | "hardSwish"
  | "silu"
  | "tanh"
  | "gelu"
  | "geluTanh"
  | { readonly leakyRelu: number }
  | { readonly hardSigmoid: readonly [alpha: number, beta: number] };

/** The activations that have no parameters. */
const NAMED_ACTIVATIONS = [
  "relu",
  "relu6",
  "sigmoid",
  "hardSigmoid",
  "hardSwish",
  "silu",
  "tanh",
  "gelu",
  "geluTanh",
] as const satisfies readonly Activation[];

/**
 * The range `[min, max]` to which `activation` clamps, in float32; `[-Infinity, Infinity]` for none.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` for an activation that is no clamp
 */
export function activationRange(activation: Clamp | undefined): readonly [min: number, max: number] {
  const checked = checkClamp(activation);
  if (checked === undefined) return [-Infinity, Infinity];
  if (checked === "relu") return [0, Infinity];
  if (checked === "relu6") return [0, 6];
  return checked.clamp;
}

/**
 * Whether `activation` is a clamp or undefined, so that a convolution's kernel computes it.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where `activation` cannot be read, such as a revoked proxy
 */
export function isClamp(activation: Activation | undefined): activation is Clamp | undefined {
  return activation === undefined || activation === "relu" || activation === "relu6" || has(activation, "clamp");
}

/** @throws ConveneError `ERR_INVALID_OPTION` */
export function checkClamp(value: unknown): Clamp | undefined {
  if (value === undefined || value === "relu" || value === "relu6") return value;
  const expected = 'must be "relu", "relu6" or { clamp: [min, max] }';
  if (!has(value, "clamp")) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation (${show(value)}) ${expected}`);
  }
  const { clamp } = checkKeys("activation", value as { readonly clamp: unknown }, ["clamp"]);
  const [min, max] = twoNumbers("activation.clamp", clamp, "[min, max]");
  if (min > max) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation.clamp (${show(clamp)}): min must not be above max`);
  }
  return Object.freeze({ clamp: Object.freeze([min, max] as const) });
}

/** @throws ConveneError `ERR_INVALID_OPTION` */
export function checkActivation(value: unknown): Activation | undefined {
  if (value === undefined || NAMED_ACTIVATIONS.includes(value as "relu")) return value as Activation | undefined;
  if (has(value, "clamp")) return checkClamp(value);
  if (has(value, "leakyRelu")) {
    const { leakyRelu } = checkKeys("activation", value as { readonly leakyRelu: unknown }, ["leakyRelu"]);
    return Object.freeze({ leakyRelu: finite("activation.leakyRelu", leakyRelu) });
  }
  if (has(value, "hardSigmoid")) {
    const { hardSigmoid } = checkKeys("activation", value as { readonly hardSigmoid: unknown }, ["hardSigmoid"]);
    const pair = twoNumbers("activation.hardSigmoid", hardSigmoid, "[alpha, beta]");
    return Object.freeze({
      hardSigmoid: Object.freeze([
        finite("activation.hardSigmoid[0]", pair[0]),
        finite("activation.hardSigmoid[1]", pair[1]),
      ] as const),
    });
  }
  const names = NAMED_ACTIVATIONS.map(show).join(", ");
  throw new ConveneError(
    "ERR_INVALID_OPTION",
    `activation (${show(value)}) must be one of ${names}, { clamp: [min, max] }, { leakyRelu: slope } or { hardSigmoid: [alpha, beta] }; a slope for each channel is prelu(slope)`,
  );
}

function has(value: unknown, key: string): boolean {
  return readFrom("activation", () => key in Object(value));
}

function twoNumbers(name: string, value: unknown, expected: string): [number, number] {
  const pair = readList(name, value, 2);
  if (pair?.length !== 2 || pair.some((each) => typeof each !== "number" || Number.isNaN(each))) {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be two numbers, ${expected}`);
  }
  return (pair as [number, number]).map((each) => Math.fround(each) + 0) as [number, number]; // −0 becomes 0
}

function finite(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be a finite number`);
  }
  return Math.fround(value);
}

/** What is applied to a convolution's result, after bias and residual: a clamp, by whatever name. */

import { checkKeys } from "./check.js";
import { ConveneError, show } from "./errors.js";

/** `"relu"` is `max(x, 0)`, `"relu6"` is `min(max(x, 0), 6)`; NaN stays NaN, as in PyTorch. */
export type Activation = "relu" | "relu6" | { readonly clamp: readonly [min: number, max: number] };

/** The clamp that `activation` stands for; `[-Infinity, Infinity]` for none. */
export function activationRange(activation: Activation | undefined): readonly [min: number, max: number] {
  if (activation === undefined) return [-Infinity, Infinity];
  if (activation === "relu") return [0, Infinity];
  if (activation === "relu6") return [0, 6];
  return activation.clamp;
}

export function checkActivation(value: unknown): Activation | undefined {
  if (value === undefined || value === "relu" || value === "relu6") return value;
  const expected = 'must be "relu", "relu6" or { clamp: [min, max] }';
  if (typeof value !== "object" || value === null || !("clamp" in value)) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation (${show(value)}) ${expected}`);
  }
  checkKeys("activation", value, ["clamp"]);
  const clamp: unknown = value.clamp;
  if (
    !Array.isArray(clamp) ||
    clamp.length !== 2 ||
    [clamp[0], clamp[1]].some((bound: unknown) => typeof bound !== "number" || Number.isNaN(bound))
  ) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation.clamp (${show(clamp)}) must be two numbers, [min, max]`);
  }
  const [min, max] = clamp.map((bound: number) => Math.fround(bound) + 0) as [number, number]; // −0 becomes 0
  if (min > max) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation.clamp (${show(clamp)}): min must not be above max`);
  }
  return { clamp: [min, max] };
}

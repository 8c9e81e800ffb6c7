/** What is applied to a convolution's result, after bias and residual: a clamp, by whatever name. */

import { checkKeys, readFrom, readList } from "./check.js";
import { ConveneError, show } from "./errors.js";

/** `"relu"` is `max(x, 0)`, `"relu6"` is `min(max(x, 0), 6)`; NaN stays NaN, as in PyTorch. */
export type Activation = "relu" | "relu6" | { readonly clamp: readonly [min: number, max: number] };

/** The clamp that `activation` stands for; `[-Infinity, Infinity]` for none. */
export function activationRange(activation: Activation | undefined): readonly [min: number, max: number] {
  const checked = checkActivation(activation);
  if (checked === undefined) return [-Infinity, Infinity];
  if (checked === "relu") return [0, Infinity];
  if (checked === "relu6") return [0, 6];
  return checked.clamp;
}

export function checkActivation(value: unknown): Activation | undefined {
  if (value === undefined || value === "relu" || value === "relu6") return value;
  const expected = 'must be "relu", "relu6" or { clamp: [min, max] }';
  if (!readFrom("activation", () => "clamp" in Object(value))) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation (${show(value)}) ${expected}`);
  }
  const { clamp } = checkKeys("activation", value as { readonly clamp: unknown }, ["clamp"]);
  const bounds = readList("activation.clamp", clamp, 2);
  if (bounds?.length !== 2 || bounds.some((bound) => typeof bound !== "number" || Number.isNaN(bound))) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation.clamp (${show(clamp)}) must be two numbers, [min, max]`);
  }
  const [min, max] = (bounds as [number, number]).map((bound) => Math.fround(bound) + 0) as [number, number]; // −0 becomes 0
  if (min > max) {
    throw new ConveneError("ERR_INVALID_OPTION", `activation.clamp (${show(clamp)}): min must not be above max`);
  }
  return { clamp: [min, max] };
}

/** Random networks with layers of every kind. A layer reads any earlier value, and adds any earlier value of the right shape. */

import { Conv2d, type Conv2dOptions, type PaddingMode, type Shape4 } from "@convene/core";
import type { LayerDefinition, NetworkDefinition } from "./networks-definition.js";

/** `random` gives numbers in `[0, 1)`. */
export function randomNetwork(name: string, random: () => number): NetworkDefinition {
  const integer = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(choices: readonly T[]): T => choices[integer(0, choices.length - 1)]!;
  const input: Shape4 = [integer(1, 2), integer(1, 8), integer(4, 11), integer(4, 11)];
  const count = integer(2, 7);
  const layers: LayerDefinition[] = [];
  /** The shape of the input, then the shape of each layer's output. */
  const shapes: Shape4[] = [input];

  for (let at = 0; at < count; at++) {
    const last = shapes.length - 1;
    const from = random() < 0.75 ? last : integer(0, last);
    const options = layerOptions(shapes[from]!, integer, pick);
    const shape = new Conv2d(options).outputShape(shapes[from]!);
    const like = shapes.flatMap((other, index) => (other.join() === shape.join() ? [index] : []));
    layers.push({
      ...options,
      ...(from === last ? {} : { input: refOf(from) }),
      ...(like.length > 0 && random() < 0.7 ? { residual: refOf(pick(like)) } : {}),
      // All layers except the last have a clamp, so that integers stay small.
      activation: at === count - 1 ? undefined : pick(["relu6", { clamp: [-20, 20] }, "relu6", { clamp: [-9, 30] }]),
    });
    shapes.push(shape);
  }
  return { name, input, layers };
}

function refOf(value: number): "input" | number {
  return value === 0 ? "input" : value - 1;
}

/** A layer for an input of this shape. About half of the layers keep the shape, so that later layers can add residuals. */
function layerOptions(
  [, channels, h, w]: Shape4,
  integer: (from: number, to: number) => number,
  pick: <T>(choices: readonly T[]) => T,
): Conv2dOptions {
  const keeps = pick([true, false]);
  const groups = pick([1, 1, channels, pick(divisors(channels))]);
  const outChannels = keeps ? channels : groups * integer(1, Math.max(1, Math.floor(16 / groups)));
  const kernelSize = pick([1, 1, 3, 3, 2, 5]);
  // Reflect and circular padding need an image that is larger than the pads.
  const paddingMode: PaddingMode =
    Math.min(h, w) > kernelSize ? pick(["zeros", "zeros", "reflect", "circular", "replicate"]) : "zeros";
  return {
    inChannels: channels,
    outChannels,
    kernelSize,
    groups,
    padding: "same",
    stride: keeps || Math.min(h, w) < 4 ? 1 : pick([1, 2]),
    dilation: Math.min(h, w) > 2 * kernelSize ? pick([1, 1, 2]) : 1,
    bias: pick([true, true, false]),
    paddingMode,
  };
}

function divisors(n: number): readonly number[] {
  return Array.from({ length: n }, (_, at) => at + 1).filter((divisor) => n % divisor === 0);
}

/** Numbers to show: an input that looks like a picture, PyTorch's own initial weights, and the results. Pure. */

import type { Conv2d, Conv2dProblem } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { tapAt, tapCount } from "./taps.js";

/** The tensors of one stage, for one image: input NCHW, weight OIHW. */
export interface StageValues {
  readonly input: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly output: Float32Array;
}

/** An input with values from 0 to 1: for each channel a light from another side, and a disc, which makes a shift of the image visible. */
function exampleInput(channels: number, height: number, width: number): Float32Array {
  const values = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const turn = (2 * Math.PI * c) / Math.max(3, channels);
    const [cy, cx] = [0.5 + 0.22 * Math.sin(turn), 0.5 + 0.22 * Math.cos(turn)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [v, u] = [(y + 0.5) / height, (x + 0.5) / width];
        const light = 0.5 + 0.28 * ((u - 0.5) * Math.cos(turn) + (v - 0.5) * Math.sin(turn));
        const disc = Math.hypot(v - cy, u - cx) < 0.27 ? 0.38 : 0;
        values[(c * height + y) * width + x] = Math.min(1, light * 0.9 + disc);
      }
    }
  }
  return values;
}

/** All outputs, computed as float64 sums that are rounded once. */
export function forward(p: Conv2dProblem, { input, weight, bias }: Omit<StageValues, "output">): Float32Array {
  const output = new Float32Array(p.oc * p.oh * p.ow);
  const [min, max] = activationRange(p.activation);
  const taps = tapCount(p);
  const perOutput = Array.from({ length: p.oh * p.ow }, (_, at) => {
    const [y, x] = [Math.floor(at / p.ow), at % p.ow];
    const places = new Int32Array(taps);
    for (let index = 0; index < taps; index++) {
      const { i, source } = tapAt(p, [0, y, x], index);
      places[index] = source ? (i * p.ih + source[0]) * p.iw + source[1] : -1;
    }
    return places;
  });
  for (let o = 0; o < p.oc; o++) {
    const first = Math.floor(o / (p.oc / p.g)) * (p.ic / p.g) * p.ih * p.iw;
    for (const [at, places] of perOutput.entries()) {
      let sum = 0;
      for (let index = 0; index < taps; index++) {
        const place = places[index]!;
        if (place >= 0) sum += input[first + place]! * weight[o * taps + index]!;
      }
      if (bias) sum += bias[o]!;
      output[o * p.oh * p.ow + at] = Math.min(Math.max(sum, min), max);
    }
  }
  return output;
}

/** The tensors of each stage. The output of one stage is the input of the next. */
export function valuesOf(problems: readonly Conv2dProblem[], layers: readonly Conv2d[]): readonly StageValues[] {
  const first = problems[0]!;
  let input = exampleInput(first.ic, first.ih, first.iw);
  return problems.map((p, index) => {
    const { weight, bias } = layers[index]!.weights;
    const output = forward(p, { input, weight, bias });
    const values = { input, weight, bias, output };
    input = output;
    return values;
  });
}

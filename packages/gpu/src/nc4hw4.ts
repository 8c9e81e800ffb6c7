/**
 * How tensors and weights lie on a device: planes of rows of texels, a texel being four numbers, so that a thread can
 * compute four outputs and a texture holds four numbers in each place. A tensor is `[n][c / 4][h][w][4]`, as in XNNPACK's
 * and ONNX Runtime's NC4HW4; the channels that fill up the last four are always zero.
 */

import {
  type Conv2dProblem,
  type Conv2dWeights,
  ConveneError,
  type Layout,
  type Shape4,
  type Tensor,
  tensor,
} from "@convene/core";

export const LANES = 4;

/** The size of an array in NC4HW4, innermost last: planes of four channels of an image, rows in each, texels in each row. */
export interface Nc4hw4 {
  readonly planes: number;
  readonly height: number;
  readonly width: number;
}

/** Fours of channels. */
export function blocks(channels: number): number {
  return Math.ceil(channels / LANES);
}

export function nc4hw4Of([n, c, h, w]: Shape4): Nc4hw4 {
  return { planes: n * blocks(c), height: h, width: w };
}

/** Numbers, four a texel. */
export function lengthOf({ planes, height, width }: Nc4hw4): number {
  return LANES * planes * height * width;
}

/** Zeros on the host. @throws ConveneError `ERR_OUT_OF_MEMORY` */
export function hostMemory(length: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new ConveneError("ERR_OUT_OF_MEMORY", `gpu: no host memory for ${4 * length} bytes`, { cause });
  }
}

/** A tensor of either layout as texels. */
export function packTensor({ shape, layout, data }: Tensor): Float32Array<ArrayBuffer> {
  const packed = hostMemory(lengthOf(nc4hw4Of(shape)));
  eachChannel(shape, layout, (from, step, to, count) => {
    for (let i = 0; i < count; i++) packed[to + i * LANES] = data[from + i * step]!;
  });
  return packed;
}

/** The other way round. */
export function unpackTensor(packed: Float32Array, shape: Shape4, layout: Layout): Tensor {
  const [n, c, h, w] = shape;
  const target = tensor(hostMemory(n * c * h * w), shape, { layout });
  unpackInto(packed, target);
  return target;
}

export function unpackInto(packed: Float32Array, { shape, layout, data }: Tensor): void {
  eachChannel(shape, layout, (from, step, to, count) => {
    for (let i = 0; i < count; i++) data[from + i * step] = packed[to + i * LANES]!;
  });
}

/** Where the elements of each channel begin in a tensor, how far apart they are there, and where they begin in texels. */
function eachChannel(
  [n, c, h, w]: Shape4,
  layout: Layout,
  work: (from: number, step: number, to: number, count: number) => void,
): void {
  const area = h * w;
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < c; channel++) {
      const from = layout === "nchw" ? (image * c + channel) * area : image * c * area + channel;
      const plane = image * blocks(c) + Math.floor(channel / LANES);
      work(from, layout === "nchw" ? 1 : c, LANES * plane * area + (channel % LANES), area);
    }
  }
}

/**
 * How a kernel goes over channels.
 *
 * - `"dense"`: groups that begin and end with a texel, or a single group.
 * - `"depthwise"`: one input and one output channel a group, so that each lane has to do with itself.
 * - `"ragged"`: groups of many channels that begin or end within a texel: texel by texel, the first and the last in part.
 * - `"grouped"`: groups of few channels, lane by lane.
 */
export type Algorithm = "dense" | "depthwise" | "ragged" | "grouped";

export function algorithmOf({ g, ic, oc }: Conv2dProblem): Algorithm {
  if (g === 1) return "dense";
  if (g === ic && g === oc) return "depthwise";
  const [inputs, outputs] = [ic / g, oc / g];
  if (inputs % LANES === 0 && outputs % LANES === 0) return "dense";
  return inputs >= RAGGED_INPUTS && outputs >= RAGGED_OUTPUTS ? "ragged" : "grouped";
}

/** From here on texels cost less than lanes. */
const RAGGED_INPUTS = 5;
/** From here on no more than two groups share a texel of outputs, which is what the kernel counts on. */
const RAGGED_OUTPUTS = LANES - 1;

/** Input channels of the texel in which a group begins that belong to the groups before. */
function skippedLanes({ g, ic }: Conv2dProblem, group: number): number {
  return ((ic / g) * group) % LANES;
}

/** Texels that the input channels of a group touch at most, wherever in a texel the group begins. */
export function texelsOfGroup({ g, ic }: Conv2dProblem): number {
  return blocks(ic / g + LANES - 1);
}

/**
 * Weights: a plane for each four output channels, in it a row for each tap and, where there is a bias, a last one for that;
 * in a row a texel for each input channel of the group, with that channel's weights for the four. In `"ragged"` ones the
 * row of a group begins where the group's first texel does, so that a texel of inputs always meets four of weights.
 */
export function weightPlanes(problem: Conv2dProblem): Nc4hw4 {
  const { ic, oc, g, kh, kw, bias } = problem;
  const widths: Readonly<Record<Algorithm, number>> = {
    dense: LANES * blocks(ic / g),
    depthwise: 1,
    ragged: LANES * texelsOfGroup(problem),
    grouped: ic / g,
  };
  return { planes: blocks(oc), height: kh * kw + (bias ? 1 : 0), width: widths[algorithmOf(problem)] };
}

export function packWeights(problem: Conv2dProblem, { weight, bias }: Conv2dWeights): Float32Array<ArrayBuffer> {
  const { ic, oc, g, kh, kw } = problem;
  const [taps, perGroup, { height, width }] = [kh * kw, ic / g, weightPlanes(problem)];
  const packed = hostMemory(lengthOf(weightPlanes(problem)));
  const ragged = algorithmOf(problem) === "ragged";
  for (let o = 0; o < oc; o++) {
    const plane = Math.floor(o / LANES) * height;
    const first = ragged ? skippedLanes(problem, Math.floor(o / (oc / g))) : 0;
    for (let tap = 0; tap < taps; tap++) {
      for (let i = 0; i < perGroup; i++) {
        packed[LANES * ((plane + tap) * width + first + i) + (o % LANES)] = weight[(o * perGroup + i) * taps + tap]!;
      }
    }
    if (bias) packed[LANES * (plane + taps) * width + (o % LANES)] = bias[o]!;
  }
  return packed;
}

/**
 * The layout of tensors and weights on a device: planes of rows of texels. A texel is four numbers, so a thread computes four outputs, and a
 * texture holds four numbers in each place. A tensor is `[n][c / 4][h][w][4]`, NC4HW4 as in XNNPACK and ONNX Runtime. The channels that fill
 * up the last texel are always zero.
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

/** The size of an array in NC4HW4, innermost last: planes of four channels of an image, rows in a plane, texels in a row. */
export interface Nc4hw4 {
  readonly planes: number;
  readonly height: number;
  readonly width: number;
}

/** The number of texels that hold `channels` channels. */
export function blocks(channels: number): number {
  return Math.ceil(channels / LANES);
}

export function nc4hw4Of([n, c, h, w]: Shape4): Nc4hw4 {
  return { planes: n * blocks(c), height: h, width: w };
}

/** The number of elements of the array: four in each texel. */
export function lengthOf({ planes, height, width }: Nc4hw4): number {
  return LANES * planes * height * width;
}

/** An array of zeros on the host. @throws ConveneError `ERR_OUT_OF_MEMORY` */
export function hostMemory(length: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new ConveneError("ERR_OUT_OF_MEMORY", `gpu: no host memory for ${4 * length} bytes`, { cause });
  }
}

/** A host tensor of either layout as texels. */
export function packTensor({ shape, layout, data }: Tensor): Float32Array<ArrayBuffer> {
  const packed = hostMemory(lengthOf(nc4hw4Of(shape)));
  eachChannel(shape, layout, (from, step, to, count) => {
    for (let i = 0; i < count; i++) packed[to + i * LANES] = data[from + i * step]!;
  });
  return packed;
}

/** Texels as a host tensor. */
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

/** Calls `work` for each channel: its first element in the tensor, the distance of its elements there, its first element in texels. */
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
 * - `"dense"`: one group, or groups that begin and end with a texel.
 * - `"depthwise"`: one input and one output channel for each group, so a lane needs the same lane of the input only.
 * - `"ragged"`: groups of five input channels and more that begin or end within a texel. The kernel goes over whole texels.
 * - `"grouped"`: any other problem, lane by lane.
 */
export type Algorithm = "dense" | "depthwise" | "ragged" | "grouped";

export function algorithmOf({ g, ic, oc }: Conv2dProblem): Algorithm {
  if (g === 1) return "dense";
  if (g === ic && g === oc) return "depthwise";
  const [inputs, outputs] = [ic / g, oc / g];
  if (inputs % LANES === 0 && outputs % LANES === 0) return "dense";
  return inputs >= RAGGED_INPUTS && outputs >= RAGGED_OUTPUTS ? "ragged" : "grouped";
}

/**
 * From five input channels in a group on, texels cost no more than lanes. Time by lanes / time by texels at 14 x 14, 3x3, on two
 * cores of an EPYC: with 5 channels 2.0 in gpu.js's WebAssembly and 1.5 on WebGPU in software, with 6 1.9 and 1.0, with 9 2.7 and
 * 1.4, with 31 2.7 and 1.9.
 */
const RAGGED_INPUTS = 5;
/** From three output channels in a group on, a texel of outputs has two groups at most. The kernel relies on this. */
const RAGGED_OUTPUTS = LANES - 1;

/** The number of lanes that belong to the group before, in the texel in which a group begins. */
function skippedLanes({ g, ic }: Conv2dProblem, group: number): number {
  return ((ic / g) * group) % LANES;
}

/** The largest number of texels that the input channels of a group touch, for any lane in which the group begins. */
export function texelsOfGroup({ g, ic }: Conv2dProblem): number {
  return blocks(ic / g + LANES - 1);
}

/**
 * The size of packed weights. Each four output channels have a plane. A plane has a row for each tap, and a last row for a bias. A row has a
 * texel for each input channel of the group, with the weights of this channel for the four output channels.
 * The row of a `"ragged"` problem begins where the first texel of the group begins, so that four texels of weights belong to each
 * texel of inputs.
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

/** The attributes of operators with a window, over images and over sequences: kernel, strides, dilations and pads. */

import { integerAttribute, integersAttribute, Refusal, textAttribute } from "../graph/attributes.js";
import type { Node } from "../graph/graph.js";
import type { Edges, Pair } from "./layers.js";

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pads: Edges;
  readonly ceilMode: boolean;
}

/** The attributes of a window over one axis (of `[n, c, l]`, where l is h here) or over two axes. */
export function windowOf(node: Node, axes: number, kernel: readonly number[], [ih, iw]: Pair): Window {
  const [kh, kw] = pair(kernel, 1);
  const stride = pair(integersAttribute(node, "strides", axes, 1), 1);
  const dilation = pair(integersAttribute(node, "dilations", axes, 1), 1);
  const ceilMode = integerAttribute(node, "ceil_mode", 0) === 1;
  const auto = textAttribute(node, "auto_pad", "NOTSET", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]);
  let pads = edges(integersAttribute(node, "pads", 2 * axes, 0), axes);
  if (auto === "VALID") pads = [0, 0, 0, 0];
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const [pt, pb] = samePads(ih, kh, stride[0], dilation[0], auto);
    const [pl, pr] = samePads(iw, kw, stride[1], dilation[1], auto);
    pads = [pt, pl, pb, pr];
  }
  return { kernel: [kh, kw], stride, dilation, pads, ceilMode };
}

function samePads(size: number, kernel: number, stride: number, dilation: number, auto: string): Pair {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (kernel - 1) + 1 - size);
  const less = Math.floor(total / 2);
  return auto === "SAME_UPPER" ? [less, total - less] : [total - less, less];
}

/** One number for each spatial axis. If there is one axis only, w has the default. */
export function pair(values: readonly number[] | undefined, standard: number): Pair {
  return [values?.[0] ?? standard, values?.[1] ?? standard];
}

/** The pads of each edge. ONNX lists the beginnings of all axes first, then their ends. */
export function edges(pads: readonly number[] | undefined, axes: number): Edges {
  if (!pads) return [0, 0, 0, 0];
  return axes === 1 ? [pads[0]!, 0, pads[1]!, 0] : [pads[0]!, pads[1]!, pads[2]!, pads[3]!];
}

/** The number of a window's axes over an input of `rank` dimensions, and the letters of the input's dimensions. */
export function spatial(rank: number): { readonly axes: 1 | 2; readonly letters: "nch" | "nchw" } {
  if (rank === 3) return { axes: 1, letters: "nch" };
  if (rank === 4) return { axes: 2, letters: "nchw" };
  throw new Refusal(`its input has ${rank} dimensions; [n, c, h, w] or [n, c, l] would do`);
}

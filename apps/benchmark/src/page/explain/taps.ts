/** The inputs, weights and outputs that belong together: the geometry of a problem. Pure. */

import type { Conv2dProblem, PaddingMode } from "@convene/core";

/** One product: an input and a weight. */
export interface Tap {
  /** The weight's input channel within its group, row and column. */
  readonly i: number;
  readonly ky: number;
  readonly kx: number;
  /** The input's channel. */
  readonly c: number;
  /** Row and column relative to the input. They are negative or past the end if the tap reads padding. */
  readonly py: number;
  readonly px: number;
  /** The place of the value, after applying the padding mode, or `undefined` for a zero. */
  readonly source: readonly [y: number, x: number] | undefined;
}

/** The place that a coordinate reads on an axis of `size`, or `undefined` if it reads a zero. As in torch.nn.functional.pad. */
export function sourceOf(at: number, size: number, mode: PaddingMode): number | undefined {
  if (at >= 0 && at < size) return at;
  const before = at < 0;
  switch (mode) {
    case "zeros":
      return undefined;
    case "replicate":
      return before ? 0 : size - 1;
    case "reflect":
      return before ? -at : 2 * (size - 1) - at;
    case "circular":
      return before ? at + size : at - size;
  }
}

/** The number of products of one output. */
export function tapCount({ ic, g, kh, kw }: Conv2dProblem): number {
  return (ic / g) * kh * kw;
}

/** The `index`-th product of an output, in the order of the weights (OIHW). */
export function tapAt(p: Conv2dProblem, [o, y, x]: readonly number[], index: number): Tap {
  const { kh, kw } = p;
  const kx = index % kw;
  const ky = Math.floor(index / kw) % kh;
  const i = Math.floor(index / (kw * kh));
  const icPerGroup = p.ic / p.g;
  const c = Math.floor(o! / (p.oc / p.g)) * icPerGroup + i;
  const py = y! * p.sh + ky * p.dh - p.pt;
  const px = x! * p.sw + kx * p.dw - p.pl;
  const [sy, sx] = [sourceOf(py, p.ih, p.paddingMode), sourceOf(px, p.iw, p.paddingMode)];
  return { i, ky, kx, c, py, px, source: sy === undefined || sx === undefined ? undefined : [sy, sx] };
}

/** All products of the output `[channel, row, column]`. */
export function tapsOf(p: Conv2dProblem, output: readonly number[]): readonly Tap[] {
  return Array.from({ length: tapCount(p) }, (_, index) => tapAt(p, output, index));
}

/** A use of an input: the output's row and column, and the weight's row and column. It is the same for all filters of the group. */
export interface Use {
  readonly oy: number;
  readonly ox: number;
  readonly ky: number;
  readonly kx: number;
}

/** The uses of the input `[channel, row, column]`, directly or through the padding. */
export function usesOf(p: Conv2dProblem, [, y, x]: readonly number[]): readonly Use[] {
  const along = (outputs: number, taps: number, s: number, d: number, pad: number, size: number, at: number) => {
    const found: (readonly [output: number, tap: number])[] = [];
    for (let output = 0; output < outputs; output++) {
      for (let tap = 0; tap < taps; tap++) {
        if (sourceOf(output * s + tap * d - pad, size, p.paddingMode) === at) found.push([output, tap]);
      }
    }
    return found;
  };
  const rows = along(p.oh, p.kh, p.sh, p.dh, p.pt, p.ih, y!);
  const columns = along(p.ow, p.kw, p.sw, p.dw, p.pl, p.iw, x!);
  return rows.flatMap(([oy, ky]) => columns.map(([ox, kx]) => ({ oy, ox, ky, kx })));
}

/** The output channels of the group of input channel `c`, from the first to the last (exclusive). */
export function outputsOfInput({ ic, oc, g }: Conv2dProblem, c: number): readonly [from: number, to: number] {
  const group = Math.floor(c / (ic / g));
  return [group * (oc / g), (group + 1) * (oc / g)];
}

/** The places of the padded input that the weight `[oc, i, ky, kx]` multiplies, one for each output row and column. */
export function readsOfWeight(p: Conv2dProblem, [o, i, ky, kx]: readonly number[]): readonly Tap[] {
  const taps: Tap[] = [];
  const index = (i! * p.kh + ky!) * p.kw + kx!;
  for (let y = 0; y < p.oh; y++) for (let x = 0; x < p.ow; x++) taps.push(tapAt(p, [o!, y, x], index));
  return taps;
}

/** The cells that belong to a cell and light up with it, as places in the picture. Pure. */

import type { Conv2dProblem } from "@convene/core";
import type { Cell } from "./cell.js";
import { type Board, boardOf, cornerOf, type Layout } from "./layout.js";
import { outputsOfInput, readsOfWeight, type Tap, tapsOf, usesOf } from "./taps.js";

/** Cells that light up, as two SVG paths: their area, and the line around it. */
export interface Mark {
  readonly fill: string;
  readonly edge: string;
}

/** The marks of each role. An outline has no lines between neighbouring cells. */
export interface Marks {
  /** The inputs. */
  readonly reads: Mark;
  /** The padding cells in the place of inputs. */
  readonly padding: Mark;
  readonly weights: Mark;
  readonly results: Mark;
  /** The present product. */
  readonly now: Mark;
  /** Beams from inputs to weights to the result, if there are few enough to see each. */
  readonly beams: readonly string[];
}

/** The most channels with beams. More beams would cover the picture. */
const MOST_BEAMS = 4;

/** @param product for an output: the number of its present product. Later products are not lit */
export function marksOf(
  layout: Layout,
  stages: readonly Conv2dProblem[],
  { kind, board: stage, index }: Cell,
  product?: number,
): Marks {
  const p = stages[stage]!;
  const input = boardOf(layout, { kind: "input", board: stage })!;
  const weight = boardOf(layout, { kind: "weight", board: stage })!;
  const output = boardOf(layout, { kind: "output", board: stage })!;
  const at = (board: Board, indices: Iterable<readonly number[]>): Mark =>
    outline(
      layout.cell,
      [...indices].map((each) => cornerOf(layout, board, each)),
    );
  const read = (taps: readonly Tap[]): Mark =>
    at(
      input,
      taps.flatMap(({ c, source }) => (source ? [[c, ...source]] : [])),
    );
  // Only the first input has a drawn border. A pointwise convolution has no padding.
  const border = (taps: readonly Tap[]): Mark =>
    at(
      input,
      taps.filter(({ py, px }) => py < 0 || px < 0 || py >= p.ih || px >= p.iw).map(({ c, py, px }) => [c, py, px]),
    );

  if (kind === "output") {
    const taps = tapsOf(p, index);
    const now = product === undefined ? undefined : taps[product];
    const places = taps.map(({ i, ky, kx }) => [index[0]!, i, ky, kx]);
    return {
      reads: read(taps),
      padding: border(taps),
      weights: at(weight, places),
      results: at(output, [index]),
      now: now ? both(both(read([now]), border([now])), at(weight, [places[product!]!])) : NONE,
      beams: beamsOf(layout, p, { input, weight, output }, index, taps),
    };
  }
  if (kind === "input") {
    const uses = usesOf(p, index);
    const [from, to] = outputsOfInput(p, index[0]!);
    const i = index[0]! % (p.ic / p.g);
    const taps = new Map(uses.map(({ ky, kx }) => [ky * p.kw + kx, [ky, kx] as const]));
    const outputs = new Map(uses.map(({ oy, ox }) => [oy * p.ow + ox, [oy, ox] as const]));
    const channels = Array.from({ length: to - from }, (_, each) => from + each);
    return {
      reads: at(input, [index]),
      padding: NONE,
      weights: at(
        weight,
        channels.flatMap((o) => [...taps.values()].map((tap) => [o, i, ...tap])),
      ),
      results: at(
        output,
        channels.flatMap((o) => [...outputs.values()].map((place) => [o, ...place])),
      ),
      now: NONE,
      beams: [],
    };
  }
  const taps = readsOfWeight(p, index);
  return {
    reads: read(taps),
    padding: border(taps),
    weights: at(weight, [index]),
    results: at(
      output,
      taps.map((_, place) => [index[0]!, Math.floor(place / p.ow), place % p.ow]),
    ),
    now: NONE,
    beams: [],
  };
}

/** Each cell as a closed path for the fill, and an outline without lines where two cells meet. */
function outline(cell: number, corners: readonly (readonly [x: number, y: number])[]): Mark {
  const key = (x: number, y: number): string => `${Math.round(x * 4)},${Math.round(y * 4)}`;
  const taken = new Set(corners.map(([x, y]) => key(x, y)));
  const fill = corners.map(([x, y]) => `M${x} ${y}h${cell}v${cell}h${-cell}z`).join("");
  const edge = corners
    .map(([x, y]) =>
      [
        taken.has(key(x, y - cell)) ? "" : `M${x} ${y}h${cell}`,
        taken.has(key(x + cell, y)) ? "" : `M${x + cell} ${y}v${cell}`,
        taken.has(key(x, y + cell)) ? "" : `M${x} ${y + cell}h${cell}`,
        taken.has(key(x - cell, y)) ? "" : `M${x} ${y}v${cell}`,
      ].join(""),
    )
    .join("");
  return { fill, edge };
}

const NONE: Mark = { fill: "", edge: "" };
const both = (a: Mark, b: Mark): Mark => ({ fill: a.fill + b.fill, edge: a.edge + b.edge });

/** A quadrilateral between the facing edges of two boxes. */
function beam(across: boolean, [ax, ay, aw, ah]: Rect, [bx, by, bw, bh]: Rect): string {
  return across
    ? `M${ax + aw} ${ay}L${bx} ${by}V${by + bh}L${ax + aw} ${ay + ah}z`
    : `M${ax} ${ay + ah}L${bx} ${by}H${bx + bw}L${ax + aw} ${ay + ah}z`;
}
type Rect = readonly [x: number, y: number, w: number, h: number];

function beamsOf(
  layout: Layout,
  p: Conv2dProblem,
  { input, weight, output }: Readonly<Record<"input" | "weight" | "output", Board>>,
  index: readonly number[],
  taps: readonly Tap[],
): readonly string[] {
  const tiles = p.ic / p.g;
  if (tiles > MOST_BEAMS) return [];
  const { cell, across } = layout;
  const [resultX, resultY] = cornerOf(layout, output, index);
  const result: Rect = [resultX, resultY, cell, cell];
  return Array.from({ length: tiles }, (_, i) => {
    const [first, last] = [taps[i * p.kh * p.kw]!, taps[(i + 1) * p.kh * p.kw - 1]!];
    const [x, y] = cornerOf(layout, input, [first.c, first.py, first.px]);
    const patch: Rect = [x, y, (last.px - first.px + 1) * cell, (last.py - first.py + 1) * cell];
    const [wx, wy] = cornerOf(layout, weight, [index[0]!, i, 0, 0]);
    const tile: Rect = [wx, wy, p.kw * cell, p.kh * cell];
    return [beam(across, patch, tile), beam(across, tile, result)];
  }).flat();
}

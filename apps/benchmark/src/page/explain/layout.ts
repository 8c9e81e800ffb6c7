/** The places of planes and filters: to one scale, in the order of the computation, and each group beside its own filters. Pure. */

import type { Conv2dProblem } from "@convene/core";
import type { Cell } from "./cell.js";

/** Planes of an input or an output, or filters, which are drawn as one block. */
export interface Board {
  readonly kind: Cell["kind"];
  readonly stage: number;
  readonly groups: number;
  /** For an input plane: the rows and columns of padding before the first. */
  readonly padTop: number;
  readonly padLeft: number;
  /** The rows and columns of one tile: a padded input plane, an output plane, or one channel of a filter. */
  readonly rows: number;
  readonly columns: number;
  /** The number of tiles of a filter, and the number of columns of tiles. Both are 1 for planes. */
  readonly tiles: number;
  readonly tileColumns: number;
  /** The corner of each plane or filter, in pixels. */
  readonly corners: readonly (readonly [x: number, y: number])[];
  /** The box around each group, in pixels. */
  readonly blocks: readonly Box[];
  readonly box: Box;
  /** The title in two short lines, name and size. They are short so that titles of neighbours do not touch. */
  readonly title: readonly [name: string, size: string];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Layout {
  readonly boards: readonly Board[];
  /** The side of a cell in pixels, the same everywhere. */
  readonly cell: number;
  readonly width: number;
  readonly height: number;
  /** Whether boards lie side by side. Otherwise they lie below each other. */
  readonly across: boolean;
  /** The number of lines for the groups of a board. */
  readonly bands: number;
}

/** The possible numbers of lines. Many groups need several lines. */
const BANDS = [1, 2, 3, 4, 6, 8, 12, 16];

/** The most cells. More cells would be too small, and would take long to draw. */
export const MOST_CELLS = 400_000;
const LARGEST_CELL = 30;
/** The side of a cell, in pixels, that is large enough for a pointer. */
const GOOD_CELL = 5;
/** Pixels for a board's title, and between boards. */
const TITLE = 44;
const BETWEEN = 58;
/** Cells between planes, and between groups. */
const GAP = 1;
const GROUP_GAP = 2;

type Sketch = Omit<Board, "corners" | "blocks" | "box"> & {
  readonly count: number;
  readonly itemRows: number;
  readonly itemColumns: number;
};

const planesOf = (c: number, h: number, w: number): string => `${c} × ${h} × ${w}`;

function sketch(stages: readonly Conv2dProblem[]): readonly Sketch[] {
  return stages.flatMap((p, stage) => {
    const plane = { tiles: 1, tileColumns: 1, stage, groups: p.g, padTop: 0, padLeft: 0 };
    const [rows, columns] = [p.ih + p.pt + p.pb, p.iw + p.pl + p.pr];
    const input: Sketch = {
      ...plane,
      kind: "input",
      rows,
      columns,
      padTop: p.pt,
      padLeft: p.pl,
      count: p.ic,
      itemRows: rows,
      itemColumns: columns,
      title: ["Input", planesOf(p.ic, p.ih, p.iw)],
    };
    const tiles = p.ic / p.g;
    const tileColumns = tiles <= 4 ? tiles : Math.ceil(Math.sqrt(2 * tiles));
    const between = tileGap(p.kh, p.kw);
    const weight: Sketch = {
      ...plane,
      kind: "weight",
      rows: p.kh,
      columns: p.kw,
      tiles,
      tileColumns,
      count: p.oc,
      itemRows: Math.ceil(tiles / tileColumns) * (p.kh + between) - between,
      itemColumns: tileColumns * (p.kw + between) - between,
      title: [`${p.oc} ${p.oc === 1 ? "filter" : "filters"}`, planesOf(tiles, p.kh, p.kw)],
    };
    const last = stage === stages.length - 1;
    const output: Sketch = {
      ...plane,
      kind: "output",
      rows: p.oh,
      columns: p.ow,
      count: p.oc,
      itemRows: p.oh,
      itemColumns: p.ow,
      title: [last ? "Output" : "Between", planesOf(p.oc, p.oh, p.ow)],
    };
    return stage === 0 ? [input, weight, output] : [weight, output];
  });
}

/** The gap between the tiles of a filter, in cells. Tiles of a pointwise filter touch. */
function tileGap(kh: number, kw: number): number {
  return kh * kw === 1 ? 0 : GAP;
}

/** The number of cells of the whole picture. */
export function cellCount(stages: readonly Conv2dProblem[]): number {
  return sketch(stages).reduce((sum, board) => sum + board.count * board.tiles * board.rows * board.columns, 0);
}

interface Block {
  readonly lines: number;
  readonly perLine: number;
  /** Cells along the flow and across it. */
  readonly along: number;
  readonly athwart: number;
}

/** Puts a group's planes into lines that fit into `room` cells across the flow. */
function block(board: Sketch, room: number, across: boolean): Block {
  const count = board.count / board.groups;
  const [a, b] = across ? [board.itemColumns, board.itemRows] : [board.itemRows, board.itemColumns];
  const fitting = Math.min(count, Math.max(1, Math.floor((room + GAP) / (b + GAP))));
  const perLine = Math.ceil(count / fitting);
  const lines = Math.ceil(count / perLine);
  return { lines, perLine, along: perLine * (a + GAP) - GAP, athwart: lines * (b + GAP) - GAP };
}

/**
 * The layout with the largest cells that fit into `width` by `height` pixels. If only the width limits the cells, the layout is no
 * higher than it needs to be.
 *
 * @param ratio device pixels for each pixel, so that the edges of cells fall between them
 */
export function layOut(stages: readonly Conv2dProblem[], width: number, height: number, ratio = 1): Layout {
  const sketches = sketch(stages);
  const across = width > 760;
  const [room, depth] = across ? [width, height] : [height * 2.2, width];
  let best: Choice | undefined;
  for (const bands of BANDS) {
    // Several lines only if cells in one line would be too small, because one line is easier to follow.
    if (best && best.cell >= GOOD_CELL) break;
    for (let extent = 1; extent <= 700; extent++) {
      const perBand = sketches.map(({ groups }) => Math.ceil(groups / bands));
      const blocks = sketches.map((board, index) =>
        block(board, (extent - (perBand[index]! - 1) * GROUP_GAP) / perBand[index]!, across),
      );
      const pitch = sketches.map((board) =>
        Math.max(...blocks.filter((_, index) => sketches[index]!.groups === board.groups).map((each) => each.athwart)),
      );
      const along = sketches.reduce((sum, board, index) => sum + boardAlong(board, blocks[index]!, bands), 0);
      const athwart = Math.max(...perBand.map((each, index) => each * (pitch[index]! + GROUP_GAP) - GROUP_GAP));
      const titles = across ? 0 : TITLE * sketches.length;
      const cell = Math.min(
        LARGEST_CELL,
        (room - BETWEEN * (sketches.length - 1) - titles) / along,
        (depth - (across ? TITLE : 0)) / athwart,
      );
      if (!best || cell > best.cell * 1.001) best = { cell, bands, blocks, pitch };
    }
  }
  const cell = Math.max(1, Math.floor(best!.cell * ratio)) / ratio;
  return place(sketches, { ...best!, cell }, width, across);
}

interface Choice {
  readonly cell: number;
  readonly bands: number;
  readonly blocks: readonly Block[];
  /** The distance from a group to the next across the flow, in cells, without the gap. */
  readonly pitch: readonly number[];
}

/** The length of a board along the flow, in cells. */
function boardAlong({ groups }: Sketch, { along }: Block, bands: number): number {
  return Math.min(bands, groups) * (along + GROUP_GAP) - GROUP_GAP;
}

function place(
  sketches: readonly Sketch[],
  { cell, bands, blocks, pitch }: Choice,
  width: number,
  across: boolean,
): Layout {
  const perBand = sketches.map(({ groups }) => Math.ceil(groups / bands));
  const depths = perBand.map((each, index) => (each * (pitch[index]! + GROUP_GAP) - GROUP_GAP) * cell);
  const lengths = sketches.map((board, index) => boardAlong(board, blocks[index]!, bands) * cell);
  const deepest = Math.max(...depths);
  const used = lengths.reduce((sum, each) => sum + each, 0) + BETWEEN * (blocks.length - 1);
  // The rest of the width becomes gaps between the boards.
  const extra = across ? Math.max(0, Math.min(140, (width - used) / Math.max(1, blocks.length - 1))) : 0;
  let at = across ? Math.max(0, (width - used - extra * (blocks.length - 1)) / 2) : 0;
  const boards = sketches.map((each, index): Board => {
    const { lines, perLine, along, athwart } = blocks[index]!;
    if (!across) at += TITLE;
    const start = across ? TITLE + (deepest - depths[index]!) / 2 : Math.max(0, (width - depths[index]!) / 2);
    const perGroup = each.count / each.groups;
    const groupBoxes = Array.from({ length: each.groups }, (_, group): Box => {
      const [band, own] = [Math.floor(group / perBand[index]!), group % perBand[index]!];
      const offset = start + (own * (pitch[index]! + GROUP_GAP) + (pitch[index]! - athwart) / 2) * cell;
      const [snapped, begin] = [Math.round(offset), Math.round(at + band * (along + GROUP_GAP) * cell)];
      return across
        ? { x: begin, y: snapped, w: along * cell, h: athwart * cell }
        : { x: snapped, y: begin, w: athwart * cell, h: along * cell };
    });
    const corners = Array.from({ length: each.count }, (_, item): readonly [number, number] => {
      const box = groupBoxes[Math.floor(item / perGroup)]!;
      const own = item % perGroup;
      const [row, column] = across
        ? [Math.floor(own / perLine), own % perLine]
        : [Math.floor(own / lines), own % lines];
      return [box.x + column * (each.itemColumns + GAP) * cell, box.y + row * (each.itemRows + GAP) * cell];
    });
    at += lengths[index]! + BETWEEN + extra;
    return { ...each, corners, blocks: groupBoxes, box: around(groupBoxes) };
  });
  const end = at - BETWEEN - extra;
  return { boards, cell, width, height: Math.ceil(across ? TITLE + deepest : end), across, bands };
}

function around(boxes: readonly Box[]): Box {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const [right, bottom] = [
    Math.max(...boxes.map((box) => box.x + box.w)),
    Math.max(...boxes.map((box) => box.y + box.h)),
  ];
  return { x, y, w: right - x, h: bottom - y };
}

/** The corner of a cell, in pixels. For an input, coordinates count from the input's own first cell, so padding may be negative. */
export function cornerOf(layout: Layout, board: Board, index: readonly number[]): readonly [x: number, y: number] {
  const { cell } = layout;
  const [x, y] = board.corners[index[0]!]!;
  if (board.kind === "weight") {
    const gap = tileGap(board.rows, board.columns);
    const [, tile, ky, kx] = index as [number, number, number, number];
    const row = Math.floor(tile / board.tileColumns) * (board.rows + gap) + ky;
    return [x + ((tile % board.tileColumns) * (board.columns + gap) + kx) * cell, y + row * cell];
  }
  return [x + (index[2]! + board.padLeft) * cell, y + (index[1]! + board.padTop) * cell];
}

/** The board of a cell. The output of one stage is the input of the next. */
export function boardOf({ boards }: Layout, { kind, board: stage }: Pick<Cell, "kind" | "board">): Board | undefined {
  if (kind === "input" && stage > 0) return boardOf({ boards } as Layout, { kind: "output", board: stage - 1 });
  return boards.find((each) => each.kind === kind && each.stage === stage);
}

/** The cell under a point, or `undefined`. Padding gives `undefined`, because it has no values of its own. */
export function cellAt(layout: Layout, stages: readonly Conv2dProblem[], x: number, y: number): Cell | undefined {
  const { cell } = layout;
  for (const board of layout.boards) {
    const { box } = board;
    if (x < box.x || y < box.y || x >= box.x + box.w || y >= box.y + box.h) continue;
    const gap = tileGap(board.rows, board.columns);
    const tileRows = Math.ceil(board.tiles / board.tileColumns);
    const width = (board.tileColumns * (board.columns + gap) - gap) * cell;
    const height = (tileRows * (board.rows + gap) - gap) * cell;
    const item = board.corners.findIndex(
      ([left, top]) => x >= left && y >= top && x < left + width && y < top + height,
    );
    if (item < 0) continue;
    const [left, top] = board.corners[item]!;
    const [row, column] = [Math.floor((y - top) / cell), Math.floor((x - left) / cell)];
    const p = stages[board.stage]!;
    if (board.kind !== "weight") {
      const [own, across] = [row - board.padTop, column - board.padLeft];
      const [h, w] = board.kind === "input" ? [p.ih, p.iw] : [p.oh, p.ow];
      if (own < 0 || across < 0 || own >= h || across >= w) return undefined;
      return { kind: board.kind, board: board.stage, index: [item, own, across] };
    }
    const [tileRow, tileColumn] = [Math.floor(row / (board.rows + gap)), Math.floor(column / (board.columns + gap))];
    const [ky, kx] = [row % (board.rows + gap), column % (board.columns + gap)];
    const tile = tileRow * board.tileColumns + tileColumn;
    if (ky >= board.rows || kx >= board.columns || tile >= board.tiles) return undefined;
    return { kind: "weight", board: board.stage, index: [item, tile, ky, kx] };
  }
  return undefined;
}

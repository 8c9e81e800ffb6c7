/** Paints the values of all planes and filters into a canvas. Everything above them is drawn in SVG. */

import type { Conv2dProblem } from "@convene/core";
import { type Board, cornerOf, type Layout } from "./layout.js";
import { emptyColour, hueOf, valueColour } from "./palette.js";
import { tapCount } from "./taps.js";
import type { StageValues } from "./values.js";

/** The data of the painting. */
export interface Scene {
  readonly layout: Layout;
  readonly stages: readonly Conv2dProblem[];
  /** The values. Left out if there are too many to compute quickly; then planes are empty. */
  readonly values: readonly StageValues[] | undefined;
  readonly dark: boolean;
  readonly ratio: number;
}

/** The width of the line between cells. It is 0 if cells are too small for a line. */
function seam(cell: number, ratio: number): number {
  return cell * ratio >= 5 ? 1 / ratio : 0;
}

function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
}

/** Paints the whole picture, but only the first `whole` outputs of each stage. */
export function paintAll(context: CanvasRenderingContext2D, scene: Scene, whole: readonly number[]): void {
  const { layout, stages, ratio } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, layout.width, layout.height);
  for (const board of layout.boards) {
    const p = stages[board.stage]!;
    if (board.kind === "input") paintInput(context, scene, board, p);
    else if (board.kind === "weight") paintWeights(context, scene, board, p);
    else paintOutputs(context, scene, board.stage, 0, p.oc * p.oh * p.ow, whole[board.stage]!);
  }
}

function paintInput(context: CanvasRenderingContext2D, scene: Scene, board: Board, p: Conv2dProblem): void {
  const { layout, values, dark, ratio } = scene;
  const side = layout.cell - seam(layout.cell, ratio);
  const input = values?.[board.stage]!.input;
  context.fillStyle = emptyColour(dark);
  if (board.rows !== p.ih || board.columns !== p.iw) {
    for (let c = 0; c < p.ic; c++) {
      for (let y = 0; y < board.rows; y++) {
        for (let x = 0; x < board.columns; x++) {
          const [row, column] = [y - p.pt, x - p.pl];
          if (row >= 0 && column >= 0 && row < p.ih && column < p.iw) continue;
          const [left, top] = cornerOf(layout, board, [c, row, column]);
          // A padding cell is smaller than a cell with its own value.
          context.fillRect(left + side * 0.2, top + side * 0.2, side * 0.6, side * 0.6);
        }
      }
    }
  }
  for (let c = 0; c < p.ic; c++) {
    const hue = hueOf(Math.floor(c / (p.ic / p.g)), p.g);
    for (let y = 0; y < p.ih; y++) {
      for (let x = 0; x < p.iw; x++) {
        const [left, top] = cornerOf(layout, board, [c, y, x]);
        context.fillStyle = input ? valueColour(input[(c * p.ih + y) * p.iw + x]!, hue, dark) : emptyColour(dark);
        context.fillRect(left, top, side, side);
      }
    }
  }
}

function paintWeights(context: CanvasRenderingContext2D, scene: Scene, board: Board, p: Conv2dProblem): void {
  const { layout, values, dark, ratio } = scene;
  const side = layout.cell - seam(layout.cell, ratio);
  const weight = values?.[board.stage]!.weight;
  const most = weight ? largest(weight) : 1;
  for (let o = 0; o < p.oc; o++) {
    const hue = hueOf(Math.floor(o / (p.oc / p.g)), p.g);
    for (let at = 0; at < tapCount(p); at++) {
      const [i, ky, kx] = [Math.floor(at / (p.kh * p.kw)), Math.floor(at / p.kw) % p.kh, at % p.kw];
      const [left, top] = cornerOf(layout, board, [o, i, ky, kx]);
      context.fillStyle = weight ? valueColour(weight[o * tapCount(p) + at]! / most, hue, dark) : emptyColour(dark);
      context.fillRect(left, top, side, side);
    }
  }
}

/** Paints the outputs from `from` to `to` (exclusive). Outputs before `whole` have their values. */
export function paintOutputs(
  context: CanvasRenderingContext2D,
  { layout, stages, values, dark, ratio }: Scene,
  stage: number,
  from: number,
  to: number,
  whole: number,
): void {
  const p = stages[stage]!;
  const board = layout.boards.find((each) => each.kind === "output" && each.stage === stage)!;
  const side = layout.cell - seam(layout.cell, ratio);
  const output = values?.[stage]!.output;
  const most = output ? largest(output) : 1;
  const plane = p.oh * p.ow;
  for (let at = from; at < to; at++) {
    const c = Math.floor(at / plane);
    const [left, top] = cornerOf(layout, board, [c, Math.floor(at / p.ow) % p.oh, at % p.ow]);
    const hue = hueOf(Math.floor(c / (p.oc / p.g)), p.g);
    context.fillStyle = output && at < whole ? valueColour(output[at]! / most, hue, dark) : emptyColour(dark);
    context.fillRect(left, top, side, side);
  }
}

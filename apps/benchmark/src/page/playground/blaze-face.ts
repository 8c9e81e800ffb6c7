/**
 * Faces from BlazeFace's outputs (Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019):
 * recognises the network by its outputs, decodes boxes and key points, and merges boxes of one face. Pure.
 */

import type { OutputTensor } from "@convene/core";

/** A face. All numbers are shares of the photo's width and height. */
export interface Face {
  /** The network's certainty, from 0 to 1. */
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The key points, in the order of `KEY_POINTS`. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The names of the key points. Right and left are the person's own. */
export const KEY_POINTS = ["right eye", "left eye", "nose", "mouth", "right ear", "left ear"] as const;

/** The grids of anchors: two in each cell of a 16 x 16 grid, then six in each cell of an 8 x 8 grid. There are 896 anchors, for any input size. */
const GRIDS = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
] as const;
const COUNTS = GRIDS.map(({ cells, anchors }) => cells * cells * anchors);
const ALL = COUNTS.reduce((sum, each) => sum + each, 0);
/** The numbers of one anchor: a box and six points. */
const VALUES = 4 + 2 * KEY_POINTS.length;

/** The least score of a face, and the least overlap of two boxes of one face. The numbers are MediaPipe's. */
const LEAST_SCORE = 0.5;
const LEAST_OVERLAP = 0.3;

/** The centres of the anchors, in [0, 1]. */
export const ANCHORS: readonly (readonly [x: number, y: number])[] = GRIDS.flatMap(({ cells, anchors }) =>
  Array.from({ length: cells * cells * anchors }, (_, index): [number, number] => {
    const cell = Math.floor(index / anchors);
    return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
  }),
);

/** The names of the outputs with scores and with boxes, in the order of the anchors. */
interface Heads {
  readonly scores: readonly string[];
  readonly boxes: readonly string[];
}

/**
 * Whether outputs of these dimensions are BlazeFace's: scores and boxes for 512 and 384 anchors, or for all 896 together. The
 * input is a square of 128 pixels (the front camera's model) or 256 (the back camera's).
 */
export function isBlazeFace(
  size: { readonly width: number; readonly height: number },
  outputs: Readonly<Record<string, readonly number[]>>,
): boolean {
  return size.width === size.height && [128, 256].includes(size.width) && headsOf(outputs) !== undefined;
}

function headsOf(outputs: Readonly<Record<string, readonly number[]>>): Heads | undefined {
  const find = (count: number, values: number): string | undefined =>
    Object.keys(outputs).find((name) => outputs[name]!.join() === [1, count, values].join());
  for (const counts of [[ALL], COUNTS]) {
    const scores = counts.map((count) => find(count, 1));
    const boxes = counts.map((count) => find(count, VALUES));
    const all = [...scores, ...boxes];
    if (all.every((name) => name !== undefined)) return { scores, boxes } as Heads;
  }
  return undefined;
}

/** The place of the photo in the network's square input, in shares of the input. The rest is black. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The placement of a photo in the middle of a square, as large as possible. */
export function placeInSquare(width: number, height: number): Placement {
  const longest = Math.max(width, height);
  const [w, h] = [width / longest, height / longest];
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}

/**
 * The faces that BlazeFace found, the most certain first.
 *
 * @param size the side of the network's input, in pixels
 * @throws RangeError if the outputs are not BlazeFace's
 */
export function decodeFaces(
  outputs: Readonly<Record<string, OutputTensor>>,
  size: number,
  placement: Placement,
): readonly Face[] {
  const heads = headsOf(Object.fromEntries(Object.entries(outputs).map(([name, { dims }]) => [name, dims])));
  if (!heads) throw new RangeError("these outputs are not BlazeFace's");
  const scores = heads.scores.flatMap((name) => [...outputs[name]!.data]);
  const boxes = heads.boxes.flatMap((name) => [...outputs[name]!.data]);
  const found = ANCHORS.flatMap((anchor, index) => {
    const score = 1 / (1 + Math.exp(-scores[index]!));
    if (!(score >= LEAST_SCORE)) return [];
    return [faceAt(boxes.slice(index * VALUES, (index + 1) * VALUES), anchor, size, score)];
  });
  return mergeFaces(found).map((face) => inPhoto(face, placement));
}

function faceAt(values: readonly number[], [ax, ay]: readonly [number, number], size: number, score: number): Face {
  const at = (index: number): number => values[index]! / size;
  const [width, height] = [at(2), at(3)];
  return {
    score,
    left: ax + at(0) - width / 2,
    top: ay + at(1) - height / 2,
    width,
    height,
    points: KEY_POINTS.map((_, point) => [ax + at(4 + 2 * point), ay + at(5 + 2 * point)] as const),
  };
}

/** MediaPipe's weighted suppression: boxes that overlap the most certain box are merged with it. The result is their mean, weighted by scores. */
export function mergeFaces(found: readonly Face[]): readonly Face[] {
  let rest = [...found].sort((a, b) => b.score - a.score);
  const merged: Face[] = [];
  while (rest[0]) {
    const best = rest[0];
    const same = rest.filter((face) => face === best || overlap(face, best) > LEAST_OVERLAP);
    rest = rest.filter((face) => !same.includes(face));
    const total = same.reduce((sum, { score }) => sum + score, 0);
    const mean = (value: (face: Face) => number): number =>
      same.reduce((sum, face) => sum + face.score * value(face), 0) / total;
    merged.push({
      score: best.score,
      left: mean(({ left }) => left),
      top: mean(({ top }) => top),
      width: mean(({ width }) => width),
      height: mean(({ height }) => height),
      points: KEY_POINTS.map(
        (_, point) => [mean(({ points }) => points[point]![0]), mean(({ points }) => points[point]![1])] as const,
      ),
    });
  }
  return merged;
}

/** The common area of two boxes, divided by the area of both together. */
function overlap(a: Face, b: Face): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function inPhoto(face: Face, { left, top, width, height }: Placement): Face {
  return {
    score: face.score,
    left: (face.left - left) / width,
    top: (face.top - top) / height,
    width: face.width / width,
    height: face.height / height,
    points: face.points.map(([x, y]) => [(x - left) / width, (y - top) / height] as const),
  };
}

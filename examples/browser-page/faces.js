/** Makes faces of the output of BlazeFace (front camera, 128 x 128): places the boxes, and keeps the best of overlapping boxes. */

/** The side of the network's input, in pixels. */
export const SIZE = 128;
/** The smallest probability of a face that counts. */
const LEAST = 0.6;
/** If two boxes share more than this part of their area, only the better box stays. */
const MOST_SHARED = 0.3;

/** @typedef {{ left: number, top: number, width: number, height: number, probability: number }} Face parts of the square, from 0 to 1 */

/** The anchors, as centres of boxes: two at each place of a 16 x 16 grid, and six at each place of an 8 x 8 grid. */
const ANCHORS = [
  [16, 2],
  [8, 6],
].flatMap(([cells, each]) =>
  Array.from({ length: cells * cells * each }, (_, at) => {
    const cell = Math.floor(at / each);
    return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
  }),
);

/**
 * Faces, the most probable first.
 *
 * @param {Readonly<Record<string, { dims: readonly number[], data: Float32Array }>>} outputs of the network: scores of `[1, count, 1]`
 * and boxes of `[1, count, 16]` for either grid
 * @returns {Face[]}
 */
export function facesOf(outputs) {
  const byLength = Object.values(outputs).sort((a, b) => b.dims[1] - a.dims[1]);
  const scores = byLength.filter(({ dims }) => dims[2] === 1).flatMap(({ data }) => [...data]);
  const boxes = byLength.filter(({ dims }) => dims[2] === 16).flatMap(({ data }) => [...data]);
  const found = scores.flatMap((score, at) => {
    const probability = 1 / (1 + Math.exp(-score));
    if (probability < LEAST) return [];
    // A box begins with its centre, relative to the anchor, and its size, in pixels; then come six points of the face.
    const [x, y, width, height] = boxes.slice(at * 16, at * 16 + 4).map((value) => value / SIZE);
    const [centreX, centreY] = ANCHORS[at];
    return [{ left: centreX + x - width / 2, top: centreY + y - height / 2, width, height, probability }];
  });
  /** @type {Face[]} */
  const kept = [];
  for (const face of found.sort((a, b) => b.probability - a.probability)) {
    if (kept.every((other) => shared(face, other) < MOST_SHARED)) kept.push(face);
  }
  return kept;
}

/** The part of their area that two boxes share. @param {Face} a @param {Face} b */
function shared(a, b) {
  const overlap = (/** @type {number} */ from, /** @type {number} */ to) => Math.max(0, to - from);
  const both =
    overlap(Math.max(a.left, b.left), Math.min(a.left + a.width, b.left + b.width)) *
    overlap(Math.max(a.top, b.top), Math.min(a.top + a.height, b.top + b.height));
  return both / (a.width * a.height + b.width * b.height - both);
}

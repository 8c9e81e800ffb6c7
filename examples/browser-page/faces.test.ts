import { expect, it } from "vitest";
import { facesOf, SIZE } from "./faces.js";

/** Outputs that see nothing, but for the boxes given: of which grid, at which place, and what the network says of it. */
function outputs(seen: readonly (readonly [grid: 512 | 384, at: number, score: number, box: readonly number[]])[]) {
  const grids = [512, 384].map((count) => ({
    scores: { dims: [1, count, 1], data: new Float32Array(count).fill(-10) },
    boxes: { dims: [1, count, 16], data: new Float32Array(count * 16) },
  }));
  for (const [grid, at, score, box] of seen) {
    const { scores, boxes } = grids[grid === 512 ? 0 : 1]!;
    scores.data[at] = score;
    boxes.data.set(box, at * 16);
  }
  return { a: grids[0]!.scores, b: grids[1]!.scores, c: grids[0]!.boxes, d: grids[1]!.boxes };
}

it("finds no faces if no score is high", () => {
  expect(facesOf(outputs([]))).toEqual([]);
});

it("puts a box around its anchor, in parts of the picture", () => {
  // The grid of 16: place 2 * (16 * 8 + 4) is the cell of row 8, column 4.
  const [face] = facesOf(outputs([[512, 2 * (16 * 8 + 4), 3, [0, 0, SIZE / 4, SIZE / 2]]]));
  expect(face!.probability).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  expect(face!.left).toBeCloseTo(4.5 / 16 - 1 / 8, 6);
  expect(face!.top).toBeCloseTo(8.5 / 16 - 1 / 4, 6);
  expect([face!.width, face!.height]).toEqual([1 / 4, 1 / 2]);
});

it("keeps the better one of two boxes over one face, and keeps the boxes of two faces, the most probable first", () => {
  const box = [0, 0, SIZE / 4, SIZE / 4];
  const here = 6 * (8 * 2 + 2);
  const faces = facesOf(
    outputs([
      [384, here, 2, box],
      [384, here + 1, 4, box],
      [384, 6 * (8 * 6 + 6), 3, box],
    ]),
  );
  expect(faces.map(({ probability }) => Math.round(-Math.log(1 / probability - 1)))).toEqual([4, 3]);
});

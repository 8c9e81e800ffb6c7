/** Texels in a buffer or an array of numbers, which gpu.js reads one by one: `x[plane][row][4 * column + lane]`. */

import type { Access, ArgumentName } from "./kernel-source.js";
import { LANES } from "./nc4hw4.js";

export const elementsAccess: Access = {
  place: () => ({ lines: [], z: "this.thread.z", y: "this.thread.y", x: "this.thread.x" }),
  texel: (_, from, z, y, x) => ({
    lines: [],
    lanes: Array.from({ length: LANES }, (_lane, lane) => element(from, z, y, x, String(lane))),
  }),
  lane: element,
};

function element(from: ArgumentName, z: string, y: string, x: string, lane: string): string {
  return `${from}[${z}][${y}][(${x}) * ${LANES} + ${lane}]`;
}

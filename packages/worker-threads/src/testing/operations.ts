/** Operations of every kind, most of them large enough for several workers, and some too small. */

import { randomSource } from "@convene/conformance";
import {
  type Backend,
  formatOperation,
  operationInputShapes,
  operationOutputShape,
  operationProblem,
  type OperationProblem,
  type Shape4,
  tensor,
} from "@convene/core";
import type { Example } from "./problems.js";

const IMAGES = { n: 2, c: 24, h: 40, w: 31 };
const INPUT = { n: 2, c: 24, ih: 40, iw: 31 };

export const OPERATIONS: readonly OperationProblem[] = [
  ...(["relu6", "hardSwish", "sigmoid", "silu", "tanh", "gelu", "geluTanh", { leakyRelu: 0.1 }] as const).map(
    (activation) => operationProblem({ kind: "activation", activation, ...IMAGES }),
  ),
  operationProblem({ kind: "activation", activation: "hardSigmoid", n: 3, c: 5, h: 1, w: 1 }),
  operationProblem({ kind: "prelu", ...IMAGES }),
  operationProblem({ kind: "prelu", n: 1, c: 3, h: 200, w: 201 }),
  operationProblem({ kind: "maxPool2d", ...INPUT, kh: 3, sh: 2, pt: 1, pl: 1, ceilMode: true }),
  operationProblem({ kind: "avgPool2d", ...INPUT, kh: 2, sh: 2 }),
  // One row of output, which is cut along its channels.
  operationProblem({ kind: "avgPool2d", n: 1, c: 203, ih: 20, kh: 20 }),
  operationProblem({ kind: "add", ...IMAGES, activation: "relu" }),
  operationProblem({ kind: "multiply", ...IMAGES, perChannel: true }),
  operationProblem({ kind: "add", n: 2, c: 7, h: 100, w: 61, perChannel: true }),
  operationProblem({ kind: "concat", n: 2, channels: [24, 7, 24], h: 40, w: 31 }),
  operationProblem({ kind: "slice", n: 2, c: 40, ih: 41, oc: 17, oh: 20, ow: 13, fc: 3, fh: 1, fw: 2, sh: 2, sw: 3 }),
  operationProblem({ kind: "channelShuffle", ...IMAGES, g: 3 }),
  operationProblem({ kind: "pad", ...INPUT, pf: 1, pt: 3, pl: 2, pb: 1, pr: 3, value: 0.5 }),
  operationProblem({ kind: "upsample", ...INPUT, oh: 80, ow: 62, mode: "nearest" }),
  operationProblem({ kind: "upsample", ...INPUT, oh: 71, ow: 50, mode: "bilinear", coordinates: "halfPixel" }),
  operationProblem({ kind: "softmax", ...IMAGES }),
  operationProblem({ kind: "groupNorm", ...IMAGES, g: 3 }),
  operationProblem({ kind: "groupNorm", n: 1, g: 203, c: 203, h: 40, w: 31 }),
  operationProblem({ kind: "layerNorm", ...IMAGES }),
  operationProblem({ kind: "pixelShuffle", n: 2, ic: 24, ih: 40, iw: 31, rh: 2 }),
  operationProblem({ kind: "pixelShuffle", n: 2, ic: 24, ih: 40, iw: 31, rh: 2, order: "dcr" }),
  // A reshape by a transpose, one by a copy, and one by both through the workspace.
  operationProblem({ kind: "reshape", n: 2, ic: 24, ih: 40, iw: 31, oc: 24 * 40 * 31, oh: 1 }),
  operationProblem({ kind: "reshape", n: 2, ic: 24, ih: 40, iw: 31, on: 3, oc: 16, oh: 40, ow: 31 }),
  operationProblem({ kind: "reshape", n: 2, ic: 24, ih: 40, iw: 31, on: 3, oc: 16, oh: 40, ow: 31, order: "nhwc" }),
];

function elements(shape: Shape4): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** One operation on real values. */
export function operationExample(problem: OperationProblem, seed: number): Example {
  const random = randomSource(seed);
  const numbers = (shape: Shape4): Float32Array =>
    Float32Array.from({ length: elements(shape) }, () => 16 * random() - 8);
  const hosts = operationInputShapes(problem).map((shape) => tensor(numbers(shape), shape));
  const slope = problem.kind === "prelu" ? { slope: numbers([1, problem.c, 1, 1]) } : {};
  const outputShape = operationOutputShape(problem);
  // An element that nobody writes stays NaN.
  const unwritten = tensor(new Float32Array(elements(outputShape)).fill(NaN), outputShape);
  return {
    name: formatOperation(problem),
    count: 1,
    async bits(backend: Backend) {
      const plan = await backend.prepareOperation(problem, slope);
      const inputs = hosts.map((host) => backend.upload(host));
      const output = backend.upload(unwritten);
      plan.run(inputs, output);
      const reading = backend.read(output);
      for (const each of [plan, output, ...inputs]) each.dispose();
      return new Int32Array((await reading).data.buffer);
    },
  };
}

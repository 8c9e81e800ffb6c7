/**
 * The textbook example of the saving by groups: 128 filters of 3x3 over a 7x7x3 image, and the depthwise and pointwise pair in their
 * place. The numbers are those of core's `Conv2d.cost`.
 */

import { Conv2d, depthwiseSeparable, type Shape4 } from "@convene/core";
import type { Workload } from "./workload.js";

const INPUT: Shape4 = [1, 3, 7, 7];
const OPTIONS = { inChannels: 3, outChannels: 128, kernelSize: 3 };

export function textbook(): Workload {
  const standard = new Conv2d(OPTIONS);
  const [depthwise, pointwise] = depthwiseSeparable(OPTIONS);
  return {
    name: "textbook",
    about: "128 filters of 3x3 over a 7x7x3 image, and the depthwise and pointwise pair in their place",
    layers: [
      { name: "standard", problem: standard.problem(INPUT), repeat: 1 },
      { name: "depthwise", problem: depthwise.problem(INPUT), repeat: 1 },
      { name: "pointwise", problem: pointwise.problem(depthwise.outputShape(INPUT)), repeat: 1 },
    ],
  };
}

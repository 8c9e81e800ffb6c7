/** The layers that speed is compared on: standard, depthwise, pointwise and grouped, from three networks. */

import { parseProblem } from "@convene/core";
import type { Workload } from "./workload.js";

const LAYERS: readonly (readonly [problem: string, from: string])[] = [
  ["ic3_ih224_oc32_kh3_sh2_ph1", "MobileNet V1, first layer"],
  ["g32_ic32_ih112_oc32_kh3_ph1", "MobileNet V1, depthwise"],
  ["ic32_ih112_oc64_kh1", "MobileNet V1, pointwise"],
  ["g128_ic128_ih56_oc128_kh3_ph1", "MobileNet V1, depthwise"],
  ["ic128_ih56_oc128_kh1", "MobileNet V1, pointwise"],
  ["g256_ic256_ih28_oc256_kh3_sh2_ph1", "MobileNet V1, depthwise, stride 2"],
  ["ic512_ih14_oc512_kh1", "MobileNet V1, pointwise"],
  ["g512_ic512_ih14_oc512_kh3_ph1", "MobileNet V1, depthwise"],
  ["ic1024_ih7_oc1024_kh1", "MobileNet V1, pointwise"],
  ["ic64_ih56_oc64_kh3_ph1", "ResNet-50, 3x3"],
  ["ic256_ih14_oc256_kh3_ph1", "ResNet-50, 3x3"],
  ["g32_ic128_ih56_oc128_kh3_ph1", "ResNeXt-50 32x4d, grouped"],
];

export function yardstick(): Workload {
  return {
    name: "yardstick",
    about: "twelve layers of MobileNet V1, ResNet-50 and ResNeXt-50",
    layers: LAYERS.map(([text, name]) => ({ name, problem: parseProblem(text), repeat: 1 })),
  };
}

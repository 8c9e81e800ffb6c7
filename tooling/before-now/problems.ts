/** The problems for comparing two builds: lists of problems by name, and layers of networks. */

import { mobilenetV2 } from "../../apps/benchmark/src/engine/workloads/mobilenet-v2.js";
import { distinctLayers } from "../../apps/benchmark/src/engine/workloads/workload.js";
import { yardstick } from "../../apps/benchmark/src/engine/workloads/yardstick.js";

const DENSE = ["ic64_ih56_oc64_kh3_ph1", "ic256_ih14_oc256_kh3_ph1"];

const yardsticks = distinctLayers(yardstick().layers).map(({ text }) => text);

export const PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  yardstick: yardsticks,
  "yardstick without dense 3x3": yardsticks.filter((text) => !DENSE.includes(text)),
  "dense 3x3": DENSE,
  "dilated 3x3": [
    "ic64_ih80_oc64_kh3_ph5_dh5",
    "ic64_ih56_oc64_kh3_ph2_dh2",
    "ic64_ih56_oc64_kh3_ph8_dh8",
    "ic256_ih33_oc256_kh3_ph6_dh6",
    "ic512_ih14_oc512_kh3_ph4_dh4",
    "ic64_ih14_oc64_kh3_ph7_dh7",
  ],
  "ragged panels": [
    "ic24_ih64_oc28_kh1",
    "ic32_ih32_oc36_kh1",
    "ic36_ih32_oc42_kh1",
    "ic16_ih56_oc12_kh1",
    "ic64_ih28_oc10_kh1",
  ],
  "depthwise 3x3 stride 1": [
    "g32_ic32_ih112_oc32_kh3_ph1",
    "g64_ic64_ih112_oc64_kh3_ph1",
    "g128_ic128_ih56_oc128_kh3_ph1",
    "g144_ic144_ih56_oc144_kh3_ph1",
    "g192_ic192_ih28_oc192_kh3_ph1",
    "g256_ic256_ih28_oc256_kh3_ph1",
    "g384_ic384_ih14_oc384_kh3_ph1",
    "g512_ic512_ih14_oc512_kh3_ph1",
    "g576_ic576_ih14_oc576_kh3_ph1",
    "g960_ic960_ih7_oc960_kh3_ph1",
    "g1024_ic1024_ih7_oc1024_kh3_ph1",
  ],
  "depthwise 3x3 stride 2": [
    "g64_ic64_ih112_oc64_kh3_sh2_ph1",
    "g96_ic96_ih112_oc96_kh3_sh2_ph1",
    "g128_ic128_ih56_oc128_kh3_sh2_ph1",
    "g144_ic144_ih56_oc144_kh3_sh2_ph1",
    "g256_ic256_ih28_oc256_kh3_sh2_ph1",
    "g512_ic512_ih14_oc512_kh3_sh2_ph1",
    "g576_ic576_ih14_oc576_kh3_sh2_ph1",
  ],
  "depthwise 5x5": [
    "g144_ic144_ih56_oc144_kh5_sh2_ph2",
    "g240_ic240_ih28_oc240_kh5_ph2",
    "g480_ic480_ih14_oc480_kh5_ph2",
    "g672_ic672_ih14_oc672_kh5_ph2",
    "g672_ic672_ih14_oc672_kh5_sh2_ph2",
    "g1152_ic1152_ih7_oc1152_kh5_ph2",
  ],
  "one pixel": ["ic1024_ih1_oc1000_kh1"],
  grouped: ["g32_ic128_ih56_oc128_kh3_ph1"],
  "256 images of one pixel": ["n256_ic1024_ih1_oc1000_kh1"],
  "depthwise with a multiplier": ["g64_ic64_ih56_oc128_kh3_ph1"],
  "mobilenet-v2": distinctLayers(mobilenetV2().layers).map(({ text }) => text),
};

/** Operations of each kind that differ from the first in one option. A cache of kernels or tables must have this option in its key. */

import type { OperationKind } from "@convene/core";

const pools = (kind: "maxPool2d" | "avgPool2d"): readonly string[] =>
  [
    "",
    "_kh2_kw3",
    "_kw2",
    "_sh2_sw1",
    "_sw2",
    "_pt1",
    "_pl1",
    "_pb1",
    "_pr1",
    "_dh2_dw1",
    "_dw2",
    "_sh2",
    "_sh2_ceilMode",
    ...(kind === "avgPool2d" ? ["_pt1_countExcludePad"] : []),
  ].map((rest) => `${kind}_c4_ih6${rest.startsWith("_kh") ? "" : "_kh3"}${rest}`);

const binaries = (kind: "add" | "multiply"): readonly string[] =>
  ["", "_relu", "_relu6", "_clamp-300:700", "_clamp-300:600", "_perChannel", "_perChannel_relu"].map(
    (rest) => `${kind}_c4_h6${rest}`,
  );

export const ALIKE_OPERATIONS: Readonly<Record<OperationKind, readonly string[]>> = {
  activation: [
    "relu",
    "relu6",
    "clamp-1:2",
    "clamp-1:3",
    "sigmoid",
    "hardSigmoid",
    "hardSigmoid0.2:0.5",
    "hardSigmoid0.2:0.4",
    "hardSwish",
    "silu",
    "tanh",
    "gelu",
    "geluTanh",
    "leakyRelu0.1",
    "leakyRelu0.2",
  ].map((activation) => `activation_${activation}_c4_h6`),
  // The second problem is the same, with other slopes. The others are shapes with the same number of elements.
  prelu: ["prelu_c4_h6", "prelu_c4_h6", "prelu_c6_h4_w6", "prelu_c4_h4_w9", "prelu_n2_c2_h6"],
  maxPool2d: pools("maxPool2d"),
  avgPool2d: pools("avgPool2d"),
  add: binaries("add"),
  multiply: binaries("multiply"),
  concat: [
    "concat_channels2:6_h4",
    "concat_channels6:2_h4",
    "concat_channels4:4_h4",
    "concat_channels2:2:4_h4",
    "concat_channels8_h4",
  ],
  slice: [
    "slice_c6_ih7_oc3_oh3_ow3",
    "slice_c6_ih7_oc3_oh3_ow3_fc1",
    "slice_c6_ih7_oc3_oh3_ow3_fh1",
    "slice_c6_ih7_oc3_oh3_ow3_fw1",
    "slice_c6_ih7_oc3_oh3_ow3_sh2_sw1",
    "slice_c6_ih7_oc3_oh3_ow3_sw2",
  ],
  channelShuffle: [
    "channelShuffle_g2_c12_h3",
    "channelShuffle_g3_c12_h3",
    "channelShuffle_g4_c12_h3",
    "channelShuffle_g6_c12_h3",
  ],
  pad: [
    "pad_c4_ih5_pt1",
    "pad_c4_ih5_pb1",
    "pad_c4_ih5_pl1",
    "pad_c4_ih5_pr1",
    "pad_c4_ih5_pf1",
    "pad_c4_ih5_pk1",
    "pad_c4_ih5_pt1_value2",
    "pad_c4_ih5_pt1_value3",
  ],
  upsample: [
    "upsample_c4_ih3_oh7_nearest",
    "upsample_c4_ih3_oh7_nearest_halfPixel",
    "upsample_c4_ih3_oh7_nearest_ceil",
    "upsample_c4_ih3_oh7_nearest_scaleH2_scaleW2",
    "upsample_c4_ih3_oh7_bilinear",
    "upsample_c4_ih3_oh7_bilinear_halfPixel",
    "upsample_c4_ih3_oh7_bilinear_alignCorners",
    "upsample_c4_ih3_oh7_ow6_bilinear",
  ],
  softmax: ["softmax_c4_h6", "softmax_c6_h4_w6", "softmax_c4_h4_w9", "softmax_n2_c2_h6"],
  groupNorm: ["groupNorm_g2_c12_h3", "groupNorm_g3_c12_h3", "groupNorm_g12_c12_h3", "groupNorm_g2_c12_h3_eps0.5"],
  layerNorm: ["layerNorm_c4_h6", "layerNorm_c4_h6_eps0.5", "layerNorm_c4_h4_w9", "layerNorm_n2_c2_h6"],
  pixelShuffle: [
    "pixelShuffle_ic12_ih3_rh2",
    "pixelShuffle_ic12_ih3_rh2_dcr",
    "pixelShuffle_ic12_ih3_rh2_rw1",
    "pixelShuffle_ic12_ih3_rh1_rw2",
    "pixelShuffle_ic12_ih3_rh3_rw2",
    "pixelShuffle_ic12_ih3_rh2_rw3",
  ],
  reshape: [
    "reshape_ic6_ih4_iw3_oc12_oh2_ow3",
    "reshape_ic6_ih4_iw3_oc12_oh2_ow3_nhwc",
    "reshape_ic6_ih4_iw3_oc12_oh3_ow2",
    "reshape_ic6_ih4_iw3_oc3_oh4_ow6",
  ],
};

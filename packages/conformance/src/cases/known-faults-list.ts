/**
 * Situations in which a public library computed a wrong convolution, or none, with the address of the report. The problems are our own. They are as small
 * as the situation allows, and have tails, so that the same fault shows.
 */

export interface KnownFault {
  /** The address of the report. Left out: this suite found the fault, and no report is known. */
  readonly address?: string;
  /** The property of the situation that leads to the fault. */
  readonly about: string;
  /** The problems of the situation, which run in this order on one backend. */
  readonly problems: readonly string[];
}

const GITHUB = "https://github.com/";

export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    address: `${GITHUB}microsoft/onnxruntime/issues/26734`,
    about: "the pads of SAME_UPPER under a stride of 2, and a kernel smaller than the stride",
    problems: ["ic3_ih8_oc4_kh3_sh2_pb1_pr1", "ic2_ih7_oc4_kh3_sh2_ph1", "ic2_ih7_oc3_kh1_sh2", "ic2_ih8_oc3_kh2_sh3"],
  },
  {
    address: `${GITHUB}microsoft/onnxruntime/issues/29651`,
    about: "a standard convolution of more than three input channels, no multiple of 4, into a multiple of 4",
    problems: ["ic6_ih5_iw7_oc4_kh3_ph1", "ic9_ih5_iw7_oc32_kh3_ph1", "ic5_ih5_iw7_oc8_kh3_ph1"],
  },
  {
    address: `${GITHUB}microsoft/onnxruntime/pull/32048`,
    about: "the same convolution with another activation after it: a kernel kept for the first one",
    problems: ["ic5_ih4_oc6_kh1_relu", "ic5_ih4_oc6_kh1", "ic5_ih4_oc6_kh1_clamp-7:9", "ic5_ih4_oc6_kh1_clamp-7:8"],
  },
  {
    address: `${GITHUB}microsoft/onnxruntime/pull/15050`,
    about: "pads of one side only, together with a bias, channels last",
    problems: ["ic3_ih6_iw7_oc5_kh3_pt1_pl1", "ic3_ih6_iw7_oc5_kh3_sh2_pb1_pr1_relu"],
  },
  {
    address: `${GITHUB}microsoft/onnxruntime/pull/15837`,
    about: "what is added after the sum comes before the activation",
    problems: ["ic4_ih5_oc6_kh3_ph1_residual_relu", "g6_ic6_ih5_oc6_kh3_ph1_residual_relu6"],
  },
  {
    address: `${GITHUB}microsoft/onnxjs/issues/41`,
    about: "as many groups as input channels, and several outputs of each",
    problems: ["g8_ic8_ih9_oc64_kh3_sh2_ph1"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/649`,
    about: "a kernel and strides that are not square, under equal pads",
    problems: ["ic1_ih5_oc2_kh3_kw1", "ic2_ih7_oc3_kh3_sw2_ph1", "g3_ic3_ih6_iw9_oc3_kh1_kw4_ph2"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/5378`,
    about: "depthwise with a dilation of 4",
    problems: ["g9_ic9_ih13_oc9_kh3_ph4_dh4", "g9_ic9_ih10_iw13_oc9_kh3_dh4"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/6263`,
    about: "depthwise 3x3 with a dilation over 1",
    problems: ["g4_ic4_ih9_oc4_kh3_ph2_dh2", "g4_ic4_ih11_oc4_kh3_ph3_dh3"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/6629`,
    about: "depthwise by a row or a column under a stride of 2, padded at the end or not at all",
    problems: [
      "g4_ic4_ih4_oc4_kh1_kw2_sh2",
      "g4_ic4_ih4_oc4_kh1_kw3_sh2_pr1",
      "g3_ic3_ih4_oc3_kh3_kw1_sh2_pb1",
      "g2_ic2_ih3_oc2_kh2_kw1_sh2_pb1",
    ],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/4844`,
    about: "a second run over an image of odd width",
    problems: ["ic4_ih6_iw7_oc8_kh1", "ic4_ih6_iw7_oc8_kh1", "ic4_ih6_iw7_oc8_kh3_ph1", "ic4_ih6_iw7_oc8_kh3_ph1"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/1936`,
    about: "images over 200 pixels wide, of one channel",
    problems: ["ic1_ih3_iw211_oc1_kh3_ph1", "ic1_ih5_iw307_oc2_kh3"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/3095`,
    about: "a fused clamp after a stride of 2, with the odd pad at the end",
    problems: ["ic16_ih8_oc8_kh3_sh2_pb1_pr1_relu"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/6284`,
    about: "the 3x3 convolutions of SqueezeNet: 16 channels into 64, over more columns than a tile has",
    problems: ["ic16_ih3_iw55_oc64_kh3_ph1"],
  },
  {
    address: `${GITHUB}tensorflow/tfjs/issues/5907`,
    about: "a stride larger than the image",
    problems: ["ic3_ih3_oc4_kh3_sh5_ph1", "ic3_ih3_oc4_kh1_sh5"],
  },
  {
    address: `${GITHUB}tensorflow/tensorflow/issues/30311`,
    about: "one input channel",
    problems: ["ic1_ih6_oc5_kh3_ph1", "ic1_ih6_oc8_kh3_sh2_ph1"],
  },
  {
    address: `${GITHUB}google/XNNPACK/issues/958`,
    about: "padding at the bottom and the right before a stride of 2, as MobileNet V2 begins",
    problems: ["ic3_ih12_oc32_kh3_sh2_pb1_pr1_relu6", "g5_ic5_ih12_oc5_kh3_sh2_pb1_pr1_relu6"],
  },
  {
    address: `${GITHUB}pytorch/pytorch/issues/188335`,
    about: "a kernel of 256 rows over several images",
    problems: ["n3_g2_ic2_ih256_iw3_oc4_kh256_kw1_nobias", "n2_ic1_ih3_iw259_oc2_kh1_kw256"],
  },
  {
    address: `${GITHUB}pytorch/pytorch/issues/83180`,
    about: "strides that differ between rows and columns",
    problems: ["ic1_ih3_iw6_oc1_kh3_sw2", "ic3_ih7_iw6_oc4_kh2_kw3_sh3_sw1"],
  },
  {
    address: `${GITHUB}pytorch/pytorch/issues/82921`,
    about: "one row, many channels, a stride",
    problems: ["ic57_ih1_iw40_oc20_kh1_kw3_sw2_nobias"],
  },
  {
    address: `${GITHUB}pytorch/pytorch/issues/19912`,
    about: "two groups, pointwise, four times as many outputs",
    problems: ["g2_ic4_ih1_oc16_kh1_nobias", "g2_ic4_ih3_oc16_kh1"],
  },
  {
    address: `${GITHUB}pytorch/pytorch/issues/37844`,
    about: "circular padding of one axis only",
    problems: ["ic6_ih8_iw5_oc2_kh3_pw1_circular", "ic6_ih8_iw5_oc2_kh3_ph1_pw0_circular"],
  },
  {
    address: `${GITHUB}pytorch/pytorch/issues/24504`,
    about: "circular padding at the start alone, where the end has none",
    problems: ["ic2_ih5_oc3_kh3_pt3_pl4_circular", "ic2_ih5_oc3_kh1_pl1_circular"],
  },
  {
    address: `${GITHUB}Tencent/ncnn/issues/1014`,
    about: "a stride of 2 and a number of output pixels that is no multiple of 4",
    problems: ["ic3_ih18_iw17_oc4_kh3_sh2_ph1", "ic3_ih22_iw20_oc4_kh3_sh2_ph1"],
  },
  {
    address: `${GITHUB}Tencent/ncnn/issues/1111`,
    about: "Winograd's tiles over an image that is not square",
    problems: ["ic16_ih11_iw9_oc16_kh3_ph1", "ic16_ih6_iw13_oc17_kh3_ph1"],
  },
  {
    address: `${GITHUB}alibaba/MNN/pull/154`,
    about: "dilations that differ between rows and columns",
    problems: ["ic3_ih9_oc4_kh3_dw3", "g4_ic4_ih9_oc4_kh3_ph2_dh3_dw2"],
  },
  {
    address: `${GITHUB}alibaba/MNN/issues/2291`,
    about: "depthwise over an image of two pixels, which is all border",
    problems: ["g12_ic12_ih2_iw1_oc12_kh3_ph1", "g12_ic12_ih1_iw2_oc12_kh3_ph1"],
  },
  {
    address: `${GITHUB}opencv/opencv/issues/23151`,
    about: "depthwise under a stride of 2, whose last window ends outside of the image",
    problems: ["g8_ic8_ih6_iw8_oc8_kh3_sh2_ph1", "g8_ic8_ih5_iw9_oc8_kh3_sh2_ph1"],
  },
  {
    address: `${GITHUB}ARM-software/ComputeLibrary/issues/78`,
    about: "an even kernel, at the right border",
    problems: ["ic1_ih4_oc1_kh2", "ic3_ih5_iw7_oc4_kh4_pr1"],
  },
  {
    address: `${GITHUB}ml-explore/mlx/issues/833`,
    about: "more padding than the kernel is large",
    problems: ["ic2_ih5_iw6_oc3_kh3_ph4", "g2_ic2_ih3_oc2_kh1_ph2"],
  },
  {
    address: `${GITHUB}tenstorrent/tt-metal/issues/10256`,
    about: "255 output channels, as a detector's head has",
    problems: ["ic5_ih2_iw3_oc255_kh1", "ic5_ih3_oc255_kh3_ph1"],
  },
  {
    address: `${GITHUB}majianjia/nnom/issues/84`,
    about: "pointwise with a stride, handed to a matrix product that has none",
    problems: ["ic8_ih6_iw7_oc8_kh1_sh2", "ic8_ih6_iw7_oc8_kh1_sw2"],
  },
  // In onnxruntime-web 1.30, found by this suite.
  {
    about: "groups of five outputs or more that are no multiple of a vector's four: one vector spans two groups",
    problems: ["g2_ic2_ih1_oc10_kh1_nobias", "g4_ic8_ih3_oc20_kh3_ph1", "g2_ic6_ih4_oc36_kh1"],
  },
  {
    about: "reflection in a batch of one and along an axis of one element",
    problems: ["ic3_ih5_oc4_kh3_ph2_reflect", "n2_ic5_ih4_iw1_oc4_kh3_kw1_ph1_pw0_reflect"],
  },
];

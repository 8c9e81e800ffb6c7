/**
 * Problems that a backend may transform: 3x3 kernels of stride 1, here without dilation. Rule 3 exists only for such kernels. Winograd's tiles
 * have 2 to 4 outputs a side, and their own weights for each pair of channels. So these problems vary tails, pads and channels.
 * They are strings, so that you can paste each into a command.
 */

export const WINOGRAD_PROBLEMS: readonly string[] = [
  // Every output size from 1 to 9, in either direction; enough channels for backends that transform from 16 on.
  "ic16_ih1_iw9_oc16_kh3_ph1",
  "ic24_ih2_iw8_oc16_kh3_ph1_relu",
  "ic16_ih3_iw7_oc24_kh3_ph1_residual",
  "ic32_ih4_iw6_oc32_kh3_ph1_relu6",
  "ic16_ih5_iw5_oc48_kh3_ph1_residual_relu",
  "ic48_ih6_iw4_oc16_kh3_ph1_nobias",
  "ic24_ih7_iw3_oc24_kh3_ph1_replicate",
  "ic32_ih8_iw2_oc24_kh3_ph1_replicate_residual_relu6",
  "ic16_ih9_iw1_oc32_kh3_ph1",
  // At most two outputs a side. Smaller tiles waste less work for them.
  "ic16_ih2_oc24_kh3_ph1_residual",
  "n6_ic24_ih2_iw1_oc16_kh3_ph1_relu",
  "g2_ic48_ih4_oc32_kh3",
  // Without pads; pads that differ from edge to edge, and wide ones; every mode.
  "ic16_ih11_iw6_oc16_kh3",
  "ic24_ih6_iw11_oc32_kh3_residual",
  "ic16_ih7_iw8_oc24_kh3_pt2_pb1_pr3",
  "ic32_ih6_iw9_oc16_kh3_pl2_pb2_pr1_circular",
  "ic16_ih8_iw5_oc16_kh3_pt1_pl2_reflect",
  "ic48_ih5_iw7_oc48_kh3_pb2_pr1_replicate",
  "ic3_ih10_iw13_oc5_kh3_ph2",
  // Groups of one channel and of 24 channels; several images.
  "g2_ic32_ih6_iw7_oc32_kh3_ph1",
  "g3_ic48_ih5_iw9_oc48_kh3_ph1_reflect",
  "g2_ic48_ih9_iw5_oc48_kh3_ph1_circular_residual",
  "g12_ic12_ih7_iw10_oc12_kh3_ph1",
  "g5_ic10_ih6_oc15_kh3_ph1_circular",
  "n3_ic16_ih6_iw5_oc16_kh3_ph1_relu",
  "n2_g2_ic32_ih9_oc48_kh3_ph1_residual",
  // Few channels, and numbers of channels that no tile divides.
  "ic1_ih6_iw10_oc1_kh3_ph1",
  "ic2_ih9_iw7_oc3_kh3_ph1_circular",
  "ic17_ih8_iw9_oc19_kh3_ph1",
  "ic40_ih7_iw9_oc40_kh3_ph1_reflect_residual_clamp-20:20",
];

/** Problems at the corners of the option space, which random problems seldom reach. They are strings, so that you can paste each into a command. */

export const CORNER_PROBLEMS: readonly string[] = [
  // One of everything.
  "ic1_ih1_oc1_kh1",
  "ic1_ih1_oc1_kh3_ph1",
  "g7_ic7_ih1_oc7_kh7_ph3",
  // The textbook's standard convolution, depthwise and pointwise.
  "ic3_ih7_oc128_kh3",
  "g3_ic3_ih7_oc3_kh3",
  "ic3_ih5_oc128_kh1",
  // Inputs smaller than the kernel; padding on one side only.
  "ic2_ih2_oc3_kh5_ph2",
  "ic2_ih3_iw1_oc2_kh3_pt0_pl1_pb0_pr1",
  "ic4_ih5_oc4_kh3_pt4_relu",
  "g4_ic4_ih5_oc4_kh3_pr4",
  // Output tiles with tails in rows, columns and channels.
  "ic5_ih9_iw11_oc13_kh3_ph1",
  "ic16_ih4_iw5_oc31_kh1",
  "g5_ic5_ih13_iw7_oc5_kh3_ph1",
  "g18_ic18_ih6_iw9_oc18_kh3_ph1_relu6",
  "g37_ic37_ih6_iw9_oc37_kh3_sh2_ph1",
  "g6_ic6_ih8_oc6_kh5_ph2_dh2",
  // Groups of few channels, and multipliers.
  "g8_ic32_ih6_oc32_kh3_ph1_residual",
  "g3_ic3_ih6_oc9_kh3_ph1",
  "g2_ic6_ih5_oc22_kh3_sh2_ph1_relu",
  // Equal strides of 2: a backend is likely to have its own path for them, and the pairs of options do not contain them.
  "ic6_ih8_oc10_kh1_sh2",
  "ic4_ih9_oc9_kh3_sh2_ph1",
  "ic3_ih13_oc8_kh7_sh2_ph3_relu",
  "g10_ic10_ih8_oc10_kh3_sh2_pb1_pr1_relu6",
  // Strides larger than the kernel, and dilation that reaches past the edge.
  "ic3_ih11_oc4_kh2_sh3_sw5",
  "ic3_ih7_oc4_kh3_ph6_dh6_dw3",
  "g9_ic9_ih11_oc9_kh1_sh3",
  // Far more padding than taps: a backend that does work for each padded pixel takes very long.
  "ic3_ih3_iw5_oc4_kh1_kw2_pw50000_dw100000",
  "g4_ic4_ih3_iw5_oc4_kh1_kw2_pl100000_dw100000",
  "ic2_ih4_oc3_kh3_sh50000_sw1_pt100000_replicate",
  // Each padding mode at its widest.
  "ic3_ih5_iw4_oc3_kh3_ph4_pw3_reflect",
  "ic3_ih2_iw3_oc3_kh3_ph5_pw7_replicate",
  "ic3_ih4_iw3_oc3_kh3_ph4_pw3_circular",
  "g8_ic8_ih5_iw4_oc8_kh3_ph4_pw3_reflect_residual",
  "g8_ic8_ih4_iw3_oc8_kh3_ph4_pw3_circular",
  // The same sizes in each mode: tables for one mode must not be used for another mode.
  "ic3_ih5_oc4_kh3_ph2",
  "ic3_ih5_oc4_kh3_ph2_reflect",
  "ic3_ih5_oc4_kh3_ph2_replicate",
  "ic3_ih5_oc4_kh3_ph2_circular",
  // Long sums, and global average pooling as a depthwise convolution.
  "ic96_ih4_oc5_kh3_ph1",
  "ic512_ih2_oc9_kh1",
  "g24_ic24_ih7_oc24_kh7_nobias",
  // More elements than a 16-bit number can count.
  "ic1_ih257_oc1_kh1",
  // Clamps whose bounds are no integers, or zero.
  "ic3_ih5_oc4_kh3_clamp-5.5:40.25",
  "ic3_ih5_oc4_kh3_clamp-40:0",
  // Batches, and a clamp that starts above zero.
  "n3_ic3_ih5_oc7_kh3_ph1_clamp2:30",
  "n2_g4_ic4_ih6_oc4_kh3_ph1_residual_relu6",
  "n5_ic8_ih1_oc8_kh1_nobias_residual",
];

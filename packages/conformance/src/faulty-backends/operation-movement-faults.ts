/** Faults of operations that only move or select values: concat, slice, channelShuffle, pad, upsample, pixelShuffle, reshape. */

import type { Fault } from "./faulty-backend.js";
import { askedOtherwise, elementOf, faultyResults, operationFault, rightResult } from "./faulty-operation.js";

export const OPERATION_MOVEMENT_FAULTS: readonly Fault[] = [
  operationFault(
    {
      name: "concat-in-reverse",
      about: "Inputs come from a stack, so the last input is the first.",
      kinds: ["concat"],
      problems: { wrong: "concat_channels3:5_h4", right: "concat_channels8_h4" },
    },
    (name) =>
      askedOtherwise(name, ["concat"], (p, { inputs }) => [
        { ...p, channels: [...p.channels].reverse() },
        { inputs: [...inputs].reverse() },
      ]),
  ),
  operationFault(
    {
      name: "concat-of-one-image",
      about: "Each whole input is copied behind the one before, which is right for one image only.",
      kinds: ["concat"],
      problems: { wrong: "concat_n2_channels3:5_h4", right: "concat_channels3:5_h4" },
    },
    (name) =>
      faultyResults(name, ["concat"], ({ at }, _p, { inputs }) => {
        const all = inputs.flatMap((data) => [...data]);
        return all[at];
      }),
  ),
  operationFault(
    {
      name: "concat-by-adding",
      about: "The output is cleared, and each input is added in its place. So the sign of a zero is lost.",
      kinds: ["concat"],
    },
    (name) => faultyResults(name, ["concat"], ({ at }, _p, _operands, result) => 0 + result[at]!),
  ),
  operationFault(
    {
      name: "slice-from-the-first-channel",
      about: "The offsets of rows and columns are added to the pointer, but not the offset of channels.",
      kinds: ["slice"],
      problems: { wrong: "slice_c7_ih4_oc3_fc2", right: "slice_c7_ih4_oc3" },
    },
    (name) => askedOtherwise(name, ["slice"], (p, operands) => [{ ...p, fc: 0 }, operands]),
  ),
  operationFault(
    {
      name: "slice-ends-at-the-last-channel",
      about: "A slice of channels always takes the last channels, because the code handles only starts from the end.",
      kinds: ["slice"],
      problems: { wrong: "slice_c7_ih4_oc3_fc2", right: "slice_c7_ih4_oc3_fc4" },
    },
    (name) => askedOtherwise(name, ["slice"], (p, operands) => [{ ...p, fc: p.c - p.oc }, operands]),
  ),
  operationFault(
    {
      name: "slice-columns-without-steps",
      about: "The step of rows is used, but columns are copied without a step.",
      kinds: ["slice"],
      problems: { wrong: "slice_c3_ih7_oh3_ow3_sh2", right: "slice_c3_ih7_oh3_ow3_sh2_sw1" },
    },
    (name) => askedOtherwise(name, ["slice"], (p, operands) => [{ ...p, sw: 1 }, operands]),
  ),
  operationFault(
    {
      name: "shuffle-transposed",
      about: "Channels are shuffled as c/g groups of g, which is the inverse shuffle.",
      kinds: ["channelShuffle"],
      problems: { wrong: "channelShuffle_g2_c6_h3", right: "channelShuffle_g2_c4_h3" },
    },
    (name) => askedOtherwise(name, ["channelShuffle"], (p, operands) => [{ ...p, g: p.c / p.g }, operands]),
  ),
  operationFault(
    {
      name: "pad-value-ignored",
      about: "The border is filled with zeros instead of the given value.",
      kinds: ["pad"],
      problems: { wrong: "pad_c3_ih4_pt1_value-1.5", right: "pad_c3_ih4_pt1" },
    },
    (name) => askedOtherwise(name, ["pad"], (p, operands) => [{ ...p, value: 0 }, operands]),
  ),
  operationFault(
    {
      name: "pad-on-the-other-side",
      about: "The left and right pads are exchanged.",
      kinds: ["pad"],
      problems: { wrong: "pad_c3_ih4_pl2", right: "pad_c3_ih4_pl2_pr2" },
    },
    (name) => askedOtherwise(name, ["pad"], (p, operands) => [{ ...p, pl: p.pr, pr: p.pl }, operands]),
  ),
  operationFault(
    {
      name: "pad-channels-behind",
      about: "All added channels come after the input's channels, and none before.",
      kinds: ["pad"],
      problems: { wrong: "pad_c3_ih4_pf2", right: "pad_c3_ih4_pk2" },
    },
    (name) => askedOtherwise(name, ["pad"], (p, operands) => [{ ...p, pf: 0, pk: p.pf + p.pk }, operands]),
  ),
  operationFault(
    {
      name: "upsample-axes-exchanged",
      about: "Rows and columns are exchanged in the reads of the input.",
      kinds: ["upsample"],
      problems: { wrong: "upsample_c3_ih3_oh9_ow6_nearest", right: "upsample_c3_ih3_oh6_nearest" },
    },
    (name) =>
      faultyResults(name, ["upsample"], ({ image, c, y, x }, p, operands) => {
        if (p.mode !== "nearest") return rightResult(p, operands)[((image * p.c + c) * p.oh + y) * p.ow + x];
        const source = (at: number, size: number, count: number): number => Math.floor((at * size) / count);
        const row = Math.min(source(y, p.iw, p.ow), p.ih - 1);
        const column = Math.min(source(x, p.ih, p.oh), p.iw - 1);
        return elementOf(p, operands, 0, [image, c, row, column]);
      }),
  ),
  operationFault(
    {
      name: "upsample-corners-not-aligned",
      about: "alignCorners is taken for halfPixel, the default of many libraries.",
      kinds: ["upsample"],
      problems: { wrong: "upsample_c3_ih4_oh8_bilinear_alignCorners", right: "upsample_c3_ih4_oh8_bilinear_halfPixel" },
    },
    (name) =>
      askedOtherwise(name, ["upsample"], (p, operands) => [
        { ...p, coordinates: p.coordinates === "alignCorners" ? "halfPixel" : p.coordinates },
        operands,
      ]),
  ),
  operationFault(
    {
      name: "upsample-always-rounds-down",
      about: "The nearest pixel is always rounded down, and the rounding option is ignored.",
      kinds: ["upsample"],
      problems: { wrong: "upsample_c3_ih4_oh7_nearest_ceil", right: "upsample_c3_ih4_oh7_nearest" },
    },
    (name) => askedOtherwise(name, ["upsample"], (p, operands) => [{ ...p, rounding: "floor" }, operands]),
  ),
  operationFault(
    {
      name: "upsample-halves-round-up",
      about: "Math.round is used for roundPreferFloor. The two differ in the middle between two pixels.",
      kinds: ["upsample"],
      problems: {
        wrong: "upsample_c3_ih6_oh3_nearest_halfPixel_roundPreferFloor",
        right: "upsample_c3_ih6_oh3_nearest_halfPixel_roundPreferCeil",
      },
    },
    (name) =>
      askedOtherwise(name, ["upsample"], (p, operands) => [
        { ...p, rounding: p.rounding === "roundPreferFloor" ? "roundPreferCeil" : p.rounding },
        operands,
      ]),
  ),
  operationFault(
    {
      name: "upsample-scale-from-the-sizes",
      about: "The scale of a file is ignored, and output size / input size is used, which is often the same.",
      kinds: ["upsample"],
      problems: {
        wrong: "upsample_c3_ih5_iw4_oh7_ow6_nearest_scaleH1.5_scaleW1.75",
        right: "upsample_c3_ih5_iw4_oh7_ow6_nearest",
      },
    },
    (name) => askedOtherwise(name, ["upsample"], (p, operands) => [{ ...p, scaleH: 0, scaleW: 0 }, operands]),
  ),
  operationFault(
    {
      name: "nearest-by-weights",
      about:
        "The nearest pixel is interpolated with a weight of 0 for its neighbour, so an infinite neighbour gives NaN.",
      kinds: ["upsample"],
    },
    (name) =>
      faultyResults(name, ["upsample"], ({ at }, p, _operands, result) => {
        const [pixel, weight] = [result[at]!, 0];
        return p.mode === "nearest" ? pixel + weight * pixel : pixel;
      }),
  ),
  operationFault(
    {
      name: "bilinear-before-the-first-pixel",
      about: "A coordinate before the first pixel is not clamped, so the first two pixels are extrapolated.",
      kinds: ["upsample"],
      problems: { wrong: "upsample_c3_ih4_oh8_bilinear_halfPixel", right: "upsample_c3_ih4_oh8_bilinear" },
    },
    (name) =>
      faultyResults(name, ["upsample"], ({ image, c, y, x, at }, p, _operands, result) => {
        if (p.mode !== "bilinear" || p.coordinates !== "halfPixel" || y > 0 || p.ih < 2 || p.oh <= p.ih)
          return result[at];
        const below = result[((image * p.c + c) * p.oh + y + 1) * p.ow + x]!;
        return 2 * result[at]! - below;
      }),
  ),
  operationFault(
    {
      name: "pixel-shuffle-of-the-other-order",
      about: "crd is taken for dcr, ONNX's default.",
      kinds: ["pixelShuffle"],
      problems: { wrong: "pixelShuffle_ic12_ih3_rh2", right: "pixelShuffle_ic12_ih3_rh2_dcr" },
    },
    (name) => askedOtherwise(name, ["pixelShuffle"], (p, operands) => [{ ...p, order: "dcr" }, operands]),
  ),
  operationFault(
    {
      name: "pixel-shuffle-columns-first",
      about: "Within a block, the order of places is by columns instead of by rows.",
      kinds: ["pixelShuffle"],
      problems: { wrong: "pixelShuffle_ic12_ih3_rh2", right: "pixelShuffle_ic12_ih3_rh2_rw1" },
    },
    (name) =>
      faultyResults(name, ["pixelShuffle"], ({ image, c, y, x }, p, operands) => {
        const [i, j] = [y % p.rh, x % p.rw];
        const oc = p.ic / (p.rh * p.rw);
        const channel = p.order === "crd" ? c * p.rh * p.rw + j * p.rh + i : (j * p.rh + i) * oc + c;
        return elementOf(p, operands, 0, [image, channel, Math.floor(y / p.rh), Math.floor(x / p.rw)]);
      }),
  ),
  operationFault(
    {
      name: "reshape-in-the-devices-order",
      about: "On a device with channels innermost nothing is moved, which is right only for an nhwc order.",
      kinds: ["reshape"],
      problems: { wrong: "reshape_ic6_ih4_iw3_oc12_oh2_ow3", right: "reshape_ic6_ih4_iw3_oc12_oh2_ow3_nhwc" },
    },
    (name) => askedOtherwise(name, ["reshape"], (p, operands) => [{ ...p, order: "nhwc" }, operands]),
  ),
  operationFault(
    {
      name: "reshape-within-images",
      about: "Each image is reshaped by itself, even if the batch size changes. Elements that do not fit wrap around.",
      kinds: ["reshape"],
      problems: { wrong: "reshape_n2_ic4_ih3_on1_oc8_oh3", right: "reshape_n2_ic4_ih3_oc2_oh3_ow6" },
    },
    (name) =>
      faultyResults(name, ["reshape"], ({ at }, p, { inputs }, result) => {
        if (p.order === "nhwc") return result[at];
        const [before, after] = [p.ic * p.ih * p.iw, p.oc * p.oh * p.ow];
        return inputs[0]![(Math.floor(at / after) % p.n) * before + ((at % after) % before)];
      }),
  ),
];

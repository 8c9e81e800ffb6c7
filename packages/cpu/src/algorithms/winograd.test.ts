import { parseProblem } from "@convene/core";
import { expect, it } from "vitest";
import { TILES } from "../tiles.js";
import { winograd } from "./winograd.js";

/** Whether Winograd's algorithm takes a problem. `FEW` in winograd.ts has the measurements. */
const takes = (text: string, accuracy: "fast" | "strict" = "fast"): boolean =>
  winograd.supports(parseProblem(text), TILES.few, accuracy);

it.each([
  ["16 channels on an image of any size", "ic16_ih2_oc16_kh3_ph1"],
  ["8 inputs and 16 outputs, on 12 x 12 pixels", "ic8_ih12_oc16_kh3_ph1"],
  ["16 inputs and 8 outputs", "ic16_ih28_oc8_kh3_ph1"],
  ["12 channels", "ic12_ih12_oc12_kh3_ph1"],
  ["12 channels in each group, in a batch of small images", "g2_n4_ic24_ih6_oc24_kh3_ph1"],
])("takes %s", (_, text) => {
  expect(takes(text)).toBe(true);
  expect(takes(text, "strict")).toBe(false);
});

it.each([
  ["8 channels", "ic8_ih56_oc8_kh3_ph1"],
  ["8 channels in each group", "g4_ic32_ih56_oc32_kh3_ph1"],
  ["7 inputs", "ic7_ih56_oc64_kh3_ph1"],
  ["few channels on a small image", "ic8_ih11_oc16_kh3_ph1"],
  ["a stride", "ic64_ih56_oc64_kh3_sh2_ph1"],
])("leaves %s to the direct sum", (_, text) => {
  expect(takes(text)).toBe(false);
});

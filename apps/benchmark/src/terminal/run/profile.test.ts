import { type ModelLayer, parseOperation, parseProblem } from "@convene/core";
import { createColors } from "@convene/conformance/terminal";
import { describe, expect, it } from "vitest";
import { kindOf, profileLines, profileRows } from "./profile.js";

const layer = (name: string, text: string): ModelLayer => ({
  name,
  problem: text.startsWith("ic") || text.startsWith("g") ? parseProblem(text) : parseOperation(text),
  algorithm: `of ${name}`,
  arithmetic: "direct",
  cost: { macs: 0, parameters: 0, bytesRead: 0, bytesWritten: 0, arithmeticIntensity: 0 },
  milliseconds: undefined,
});
const TIMES = [
  { layer: layer("stem", "ic3_ih8_oc8_kh3"), milliseconds: [1, 3, 2] },
  { layer: layer("pool", "maxPool2d_c8_ih6_kh2"), milliseconds: [0.5] },
  { layer: layer("head", "ic8_ih3_oc4_kh1"), milliseconds: [0.25, 0.75] },
  { layer: layer("second", "ic3_ih8_oc8_kh3"), milliseconds: [1] },
];

it.each([
  ["ic3_ih8_oc8_kh3", "standard convolution"],
  ["ic3_ih8_oc8_kh1", "pointwise convolution"],
  ["g8_ic8_ih8_oc16_kh3", "depthwise convolution"],
  ["g2_ic8_ih8_oc16_kh1", "grouped convolution"],
  ["softmax_c3_h1", "softmax"],
])("%s is a %s", (text, kind) => expect(kindOf(layer("", text))).toBe(kind));

describe("a profile", () => {
  it("has medians, summed up for each kind, largest first", () => {
    const { layers, kinds, total } = profileRows(TIMES);
    expect(total).toBe(4);
    expect(layers.map(({ name, milliseconds }) => [name, milliseconds])).toEqual([
      ["stem", 2],
      ["second", 1],
      ["pool", 0.5],
      ["head", 0.5],
    ]);
    expect(kinds.map(({ name, count, share }) => [name, count, share])).toEqual([
      ["standard convolution", 2, 0.75],
      ["maxPool2d", 1, 0.125],
      ["pointwise convolution", 1, 0.125],
    ]);
  });

  it("is printed with bars, within a terminal's width", () => {
    const colors = createColors(false);
    const lines = profileLines(TIMES, colors, undefined, 2);
    expect(lines).toHaveLength(8);
    expect(lines[1]).toMatch(/^standard convolution +2 +3\.000 +75\.0 % +█{20}$/);
    expect(lines.at(-1)).toMatch(/^second +of second +1\.000 +25\.0 %/);
    for (const line of profileLines(TIMES, colors, 40)) expect(line.length).toBeLessThanOrEqual(40);
  });
});

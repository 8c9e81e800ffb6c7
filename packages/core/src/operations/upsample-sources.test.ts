import { describe, expect, it } from "vitest";
import { parseOperation } from "./operation-string.js";
import type { UpsampleProblem } from "./operation-problem.js";
import { upsampleSources } from "./upsample-sources.js";

const rows = (words: string) => {
  const { low, high, weight } = upsampleSources(parseOperation(`upsample_c1_${words}`) as UpsampleProblem, "h");
  return { low: [...low], high: [...high], weight: [...weight] };
};

describe("nearest", () => {
  // The indices are those of ONNX's own examples for Resize, and of torch's nearest.
  it.each([
    ["ih2_oh4_nearest", [0, 0, 1, 1]],
    ["ih4_oh2_nearest", [0, 2]],
    ["ih3_oh9_nearest", [0, 0, 0, 1, 1, 1, 2, 2, 2]],
    ["ih2_oh4_nearest_halfPixel_roundPreferFloor", [0, 0, 1, 1]],
    ["ih4_oh8_nearest_alignCorners_roundPreferFloor", [0, 0, 1, 1, 2, 2, 3, 3]],
    ["ih4_oh8_nearest_halfPixel_ceil", [0, 1, 1, 2, 2, 3, 3, 3]],
    ["ih4_oh8_nearest_halfPixel_floor", [0, 0, 0, 1, 1, 2, 2, 3]],
    ["ih2_oh3_nearest_halfPixel_roundPreferCeil", [0, 1, 1]],
    ["ih2_oh3_nearest_halfPixel_roundPreferFloor", [0, 0, 1]],
    ["ih5_oh1_nearest_pytorchHalfPixel", [0]],
    ["ih5_oh1_nearest_halfPixel", [2]],
    // Of two rows or more, pytorchHalfPixel is halfPixel.
    ["ih6_oh2_nearest_pytorchHalfPixel", [1, 4]],
    ["ih6_oh3_nearest_pytorchHalfPixel", [0, 2, 4]],
    // As onnxruntime: 1.5 / 0.6 is 2.5, though the float32 next to 0.6 is larger.
    ["ih4_oh2_nearest_halfPixel_scaleH0.6", [0, 2]],
  ])("%s", (words, low) => expect(rows(words)).toEqual({ low, high: low, weight: low.map(() => 0) }));
});

describe("bilinear", () => {
  it("reads with half-pixel centres, as torch does without align_corners", () => {
    expect(rows("ih2_oh4_bilinear_halfPixel")).toEqual({
      low: [0, 0, 0, 1],
      high: [1, 1, 1, 1],
      weight: [0, 0.25, 0.75, 0],
    });
  });

  it("reads with aligned corners", () => {
    expect(rows("ih3_oh5_bilinear_alignCorners")).toEqual({
      low: [0, 0, 1, 1, 2],
      high: [1, 1, 2, 2, 2],
      weight: [0, 0.5, 0, 0.5, 0],
    });
  });

  it("reads the first and last row for two rows of output, and the first row for one, with aligned corners", () => {
    expect(rows("ih3_oh2_bilinear_alignCorners")).toEqual({ low: [0, 2], high: [1, 2], weight: [0, 0] });
    expect(rows("ih3_oh1_bilinear_alignCorners")).toEqual({ low: [0], high: [1], weight: [0] });
  });

  it("reads the only row, if the input has one", () => {
    expect(rows("ih1_oh3_bilinear_halfPixel")).toEqual({ low: [0, 0, 0], high: [0, 0, 0], weight: [0, 0, 0] });
  });

  it("reads by the given scale, if it differs from the ratio of the sizes", () => {
    expect(rows("ih4_oh5_bilinear_asymmetric_scaleH1.5").weight.map((each) => each.toFixed(3))).toEqual([
      "0.000",
      "0.667",
      "0.333",
      "0.000",
      "0.667",
    ]);
  });
});

it("columns have sources by the widths, not by the heights", () => {
  const problem = parseOperation("upsample_c1_ih3_iw2_oh3_ow4_nearest") as UpsampleProblem;
  expect([...upsampleSources(problem, "h").low]).toEqual([0, 1, 2]);
  expect([...upsampleSources(problem, "w").low]).toEqual([0, 0, 1, 1]);
});

import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { kernelArguments, kernelSource } from "./kernel-source.js";

const source = (text: string): string => kernelSource(parseProblem(text));

describe("kernelSource", () => {
  it("is one loop for a pointwise convolution", () => {
    expect(
      source("ic512_ih14_oc512_kh1")
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual([
      "function (x, w, b) {",
      "let sum = b[0][0][this.thread.z];",
      "for (let i = 0; i < 512; i++) {",
      "sum += x[i][this.thread.y][this.thread.x] * w[0][this.thread.z][i];",
      "}",
      "return sum;",
      "}",
    ]);
  });

  it("has no loop over channels for a depthwise one, and no test where nothing is padded", () => {
    const text = source("g8_ic8_ih9_oc8_kh3_sh2_nobias");
    expect(text).toContain(
      "sum += x[plane][this.thread.y * 2 + ky][this.thread.x * 2 + kx] * w[0][this.thread.z][ky * 3 + kx];",
    );
    expect(text).not.toMatch(/ if |let i /);
  });

  it("tells images from channels where there are several", () => {
    expect(source("n2_ic3_ih5_oc7_kh1")).toContain("const image = Math.floor((this.thread.z + 0.5) / 7);");
  });

  it.each([
    ["zeros", "if (iy >= 0 && iy < 5) {"],
    ["replicate", "if (iy > 4) { iy = 4; }"],
    ["reflect", "if (iy > 4) { iy = 8 - iy; }"],
    ["circular", "if (iy > 4) { iy = iy - 5; }"],
  ])("pads with %s", (mode, line) => {
    expect(source(`ic3_ih5_oc7_kh3_ph1${mode === "zeros" ? "" : `_${mode}`}`)).toContain(line);
  });

  it("adds the residual before the activation, in which NaN is neither too small nor too large", () => {
    const lines = source("ic3_ih5_oc7_kh1_residual_relu6")
      .split("\n")
      .map((line) => line.trim());
    expect(lines.slice(-5)).toEqual([
      "sum += r[this.thread.z][this.thread.y][this.thread.x];",
      "if (sum < 0.0) { sum = 0.0; }",
      "if (sum > 6.0) { sum = 6.0; }",
      "return sum;",
      "}",
    ]);
  });

  it("takes bias and residual only where they are", () => {
    expect(kernelArguments(parseProblem("ic3_ih5_oc7_kh1_nobias"))).toEqual(["x", "w"]);
    expect(kernelArguments(parseProblem("ic3_ih5_oc7_kh1_residual"))).toEqual(["x", "w", "b", "r"]);
  });
});

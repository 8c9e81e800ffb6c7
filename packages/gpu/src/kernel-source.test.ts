import { parseProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { elementsAccess } from "./access-elements.js";
import { texelsAccess } from "./access-texels.js";
import { kernelArguments, kernelSource } from "./kernel-source.js";

const lines = (text: string): string[] =>
  kernelSource(parseProblem(text), elementsAccess)
    .split("\n")
    .map((line) => line.trim());
const source = (text: string): string => lines(text).join("\n");

describe("kernelSource", () => {
  it("is one loop for a pointwise convolution, with sixteen products in it", () => {
    const text = lines("ic512_ih14_oc512_kh1");
    expect(text.slice(0, 11)).toEqual([
      "function (x, w) {",
      ...[0, 1, 2, 3].map((l) => `let s${l} = w[this.thread.z][1][(0) * 4 + ${l}];`),
      "for (let i = 0; i < 128; i++) {",
      ...[0, 1, 2, 3].map((c) => `const v${c} = x[i][this.thread.y][(this.thread.x) * 4 + ${c}];`),
      "s0 += v0 * w[this.thread.z][0][(i * 4) * 4 + 0] + v1 * w[this.thread.z][0][(i * 4 + 1) * 4 + 0] + v2 * w[this.thread.z][0][(i * 4 + 2) * 4 + 0] + v3 * w[this.thread.z][0][(i * 4 + 3) * 4 + 0];",
    ]);
    expect(text.slice(14)).toEqual(["}", "return [s0, s1, s2, s3];", "}"]);
  });

  it("reads the same from textures, by native functions", () => {
    const problem = parseProblem("ic512_ih14_oc512_kh1");
    const text = kernelSource(problem, texelsAccess(kernelArguments(problem), 8192));
    expect(text).toContain("const plane0 = Math.floor((top + 0.5) / 14);");
    expect(text).toContain("const v = xTexel(i, y0, x0);");
    expect(text).toContain("const w3 = wTexel(plane0, 0, i * 4 + 3);");
  });

  it("has no products for channels that only fill up a texel, and none of their outputs", () => {
    const text = source("ic3_ih5_oc6_kh1_nobias");
    expect(text).not.toMatch(/v3|\bi\b/);
    expect(text).toContain("if (this.thread.z > 0.5) { s2 = 0.0; s3 = 0.0; }");
  });

  it("computes each lane by itself in a depthwise convolution, without a loop over channels, and without a test if there is no padding", () => {
    const text = source("g8_ic8_ih9_oc8_kh3_sh2_nobias");
    expect(text).toContain(
      "s1 += x[this.thread.z][this.thread.y * 2 + ky][(this.thread.x * 2 + kx) * 4 + 1] * w[this.thread.z][ky * 3 + kx][(0) * 4 + 1];",
    );
    expect(text).not.toMatch(/ if |let i /);
  });

  it("reads whole texels if groups end at the end of a texel, and lane by lane otherwise", () => {
    expect(source("g32_ic128_ih56_oc128_kh3_ph1")).toContain("const plane = (this.thread.z) * 1;");
    const text = source("g2_ic6_ih9_oc8_kh1");
    expect(text).toContain("const c3 = Math.floor((this.thread.z * 4 + 3 + 0.5) / 4) * 3;");
    expect(text).toContain("s3 += x[q3][this.thread.y][(this.thread.x) * 4 + c3 + i - q3 * 4]");
  });

  it("separates the image's index from the channel's, if there are several images", () => {
    const text = source("n2_ic3_ih5_oc7_kh1");
    expect(text).toContain("const image = Math.floor((this.thread.z + 0.5) / 2);");
    expect(text).toContain("const plane = image * 1;");
  });

  it.each([
    ["zeros", "if (iy >= 0 && iy < 5) {"],
    ["replicate", "if (iy > 4) { iy = 4; }"],
    ["reflect", "if (iy > 4) { iy = 8 - iy; }"],
    ["circular", "if (iy > 4) { iy = iy - 5; }"],
  ])("pads with %s", (mode, line) => {
    expect(source(`ic3_ih5_oc7_kh3_ph1${mode === "zeros" ? "" : `_${mode}`}`)).toContain(line);
  });

  it("adds the residual before the activation, which keeps NaN", () => {
    expect(lines("ic3_ih5_oc4_kh1_residual_relu6").slice(-4)).toEqual([
      "if (s3 < 0.0) { s3 = 0.0; }",
      "if (s3 > 6.0) { s3 = 6.0; }",
      "return [s0, s1, s2, s3];",
      "}",
    ]);
    expect(source("ic3_ih5_oc4_kh1_residual_relu6")).toContain(
      "s3 += r[this.thread.z][this.thread.y][(this.thread.x) * 4 + 3];\nif (s0 < 0.0)",
    );
  });

  it("has an argument for the residual only if the problem has a residual", () => {
    expect(Object.keys(kernelArguments(parseProblem("ic3_ih5_oc7_kh1")))).toEqual(["x", "w"]);
    expect(Object.keys(kernelArguments(parseProblem("ic3_ih5_oc7_kh1_residual")))).toEqual(["x", "w", "r"]);
  });
});

import { parseProblem } from "@convene/core";
import { expect, test } from "vitest";
import { onnxModel } from "./onnx.js";

/** The names of Conv's attributes in a model. */
function attributes(problem: string, bare: boolean): readonly string[] {
  const p = parseProblem(problem);
  const weight = new Float32Array((p.oc * p.ic * p.kh * p.kw) / p.g);
  const text = new TextDecoder("latin1").decode(onnxModel(p, { weight }, { bare }));
  return ["kernel_shape", "strides", "dilations", "pads", "group"].filter((name) => text.includes(name));
}

test("a bare model leaves out attributes with default values, and nothing else", () => {
  expect(attributes("ic4_ih5_oc4_kh3_nobias", false)).toEqual([
    "kernel_shape",
    "strides",
    "dilations",
    "pads",
    "group",
  ]);
  expect(attributes("ic4_ih5_oc4_kh3_nobias", true)).toEqual([]);
  expect(attributes("ic4_ih5_oc4_kh3_dh2_nobias", true)).toEqual(["dilations"]);
  expect(attributes("g2_ic4_ih5_oc4_kh3_sw2_pl1_nobias", true)).toEqual(["strides", "pads", "group"]);
});

/**
 * Finds out how a device treats numbers for which shading languages promise nothing, by computing with them. WGSL lets an
 * implementation flush subnormals to zero and assume that there are no NaNs and infinities (W3C, "WebGPU Shading Language",
 * section "Floating Point Evaluation"), and so does GLSL ES 3.00 (Khronos, section 4.5.1, "Range and Precision").
 */

import {
  type Backend,
  type BackendFeatures,
  type Conv2dProblem,
  parseProblem,
  type Support,
  tensor,
} from "@convene/core";

const LANGUAGE = "shading languages do not promise them";

/** 2⁻¹⁴⁰: subnormal. */
const TINY = 2 ** -140;

/** Runs small convolutions on `backend`, and disposes only of its own tensors and plans. */
export async function probeFeatures(backend: Backend): Promise<BackendFeatures> {
  const subnormals = await Promise.all([
    one(backend, "ic1_ih1_oc1_kh1_nobias", TINY, 1),
    one(backend, "ic1_ih1_oc1_kh1_nobias", 1, TINY),
    one(backend, "ic1_ih1_oc1_kh1_nobias", 2 ** -70, 2 ** -70),
  ]);
  const nonFinite = await Promise.all([
    one(backend, "ic1_ih1_oc1_kh1_nobias_relu6", NaN, 1),
    one(backend, "ic1_ih1_oc1_kh1_nobias", 1, NaN),
    one(backend, "ic1_ih1_oc1_kh1_nobias", Infinity, 0),
  ]);
  const infinite = await one(backend, "ic1_ih1_oc1_kh1_nobias", -Infinity, 2);
  return {
    subnormals: support(
      subnormals.every((y) => y === TINY),
      "flushes subnormals to zero",
    ),
    nonFinite: support(nonFinite.every((y) => Number.isNaN(y)) && infinite === -Infinity, "loses NaN or infinities"),
  };
}

function support(kept: boolean, what: string): Support {
  return kept || { reason: `this device ${what}; ${LANGUAGE}` };
}

/** The result of a convolution of one element. */
async function one(backend: Backend, text: string, x: number, w: number): Promise<number> {
  const problem: Conv2dProblem = parseProblem(text);
  const plan = await backend.prepareConv2d(problem, { weight: Float32Array.of(w) });
  const input = backend.upload(tensor(Float32Array.of(x), [1, 1, 1, 1]));
  const output = backend.allocate([1, 1, 1, 1]);
  plan.run(input, output);
  const { data } = await backend.read(output);
  for (const each of [plan, input, output]) each.dispose();
  return data[0]!;
}

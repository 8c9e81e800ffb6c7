/** The functions of the WebAssembly kernels over all of float32, against float64. */

import { type Activation, operationProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { erfc } from "../js-kernels/operations/erfc.js";
import { loadWasmKernels } from "../wasm.js";
import { FUNCTION_ULPS, ulp } from "../testing/allowance.js";
import { LIMIT, runOperation } from "../testing/bench.js";
import { activationOf } from "../testing/definitions.js";

type Named = Extract<Activation, string>;
const FUNCTIONS = [...(Object.keys(FUNCTION_ULPS) as Named[]), "geluTanh"] as const;

/** Every so many floats of either sign, a prime; and the interval where functions bend, evenly. */
const STEP = 20_011;
const BEND = 20;
const EVENLY = 100_000;

function sweep(): Float32Array {
  const bits: number[] = [];
  for (let each = 0; each < 0x7f800000; each += STEP) bits.push(each, each | 0x80000000);
  const floats = new Float32Array(Int32Array.from(bits).buffer);
  const evenly = Float32Array.from({ length: EVENLY }, (_, at) => BEND * ((2 * at) / EVENLY - 1));
  return Float32Array.from([...floats, ...evenly]);
}

const definitionOf = (name: Named): ((x: number) => number) =>
  // Quadrature, with which erfc.test.ts holds this to account, takes minutes for so many.
  name === "gelu" ? (x) => (x / 2) * erfc(-x * Math.SQRT1_2) : activationOf(name);

describe.each(["simd128", "relaxed"] as const)("%s", (simd) => {
  const valuesOf = async (activation: Named, inputs: Float32Array): Promise<Float32Array> => {
    const kernels = await loadWasmKernels({ simd }, LIMIT);
    const problem = operationProblem({ kind: "activation", activation, c: 1, h: 1, w: inputs.length });
    return runOperation(kernels, problem, { inputs: [inputs], slope: undefined }).output;
  };

  it.each(FUNCTIONS)(
    "%s is within the error that docs/kernels.md states, for floats of all magnitudes",
    async (name) => {
      const inputs = sweep();
      const outputs = await valuesOf(name, inputs);
      const define = definitionOf(name);
      let worst = 0;
      let wrong: string | undefined;
      for (const [at, x] of inputs.entries()) {
        const expected = define(x);
        // That of geluTanh is in units of 2^-24·|x|.
        const unit = name === "geluTanh" ? Math.max(Math.abs(x) * 2 ** -24, 2 ** -149) : ulp(expected);
        // A result too large for float32, of an x near its end, is infinity.
        const error = outputs[at] === Math.fround(expected) ? 0 : Math.abs(outputs[at]! - expected) / unit;
        if (!(error <= worst)) [worst, wrong] = [error, `${name}(${x}) is ${outputs[at]}; expected ${expected}`];
      }
      expect(worst, wrong).toBeLessThanOrEqual(FUNCTION_ULPS[name] ?? 4);
      // Nothing is right everywhere: 0 would mean that nothing was compared.
      expect(worst).toBeGreaterThan(0.5);
    },
  );

  it.each([
    ["sigmoid", [NaN, 0.5, 0.5, 1, 1, 0, 0]],
    ["tanh", [NaN, 0, -0, 1, 1, -1, -1]],
    ["silu", [NaN, 0, -0, Infinity, 1e30, NaN, -0]],
    ["gelu", [NaN, 0, -0, Infinity, 1e30, NaN, -0]],
    ["geluTanh", [NaN, 0, -0, Infinity, 1e30, NaN, -0]],
    ["hardSwish", [NaN, 0, -0, Infinity, 1e30, NaN, -0]],
    ["hardSigmoid", [NaN, 0.5, 0.5, 1, 1, 0, 0]],
  ] as const)("%s of NaN, zeros, infinities and large numbers follows its formula", async (name, [, ...expected]) => {
    const outputs = await valuesOf(name, Float32Array.of(NaN, 0, -0, Infinity, 1e30, -Infinity, -1e30));
    expect([...outputs]).toEqual([NaN, ...expected.map((value) => Math.fround(value))]);
  });

  it("tanh of a small x is x, bit for bit, also for subnormals", async () => {
    const small = Float32Array.of(2 ** -149, -(2 ** -149), 1e-41, 1e-38, -1e-20, 1e-8, 2e-4 * 2 ** -10);
    expect(await valuesOf("tanh", small)).toEqual(small);
  });

  it("hardSwish of x is x from 3 on, and 0 up to -3", async () => {
    const inputs = Float32Array.from({ length: 10_000 }, (_, at) => 3 + at * 0.37);
    expect(await valuesOf("hardSwish", inputs)).toEqual(inputs);
    const zeros = await valuesOf(
      "hardSwish",
      inputs.map((x) => -x),
    );
    expect([...new Set(zeros.map((y) => y + 0))]).toEqual([0]);
  });
});

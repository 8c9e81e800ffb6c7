import {
  formatOperation,
  operationProblem,
  parseOperation,
  type Activation,
  type ActivationProblem,
} from "@convene/core";
import { afterAll, describe, expect, it } from "vitest";
import { gpu } from "../index.js";
import { javaScriptBackend, runOperation } from "../testing/run-operation.js";
import { activation } from "./activation.js";

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

/** The integral of the normal distribution below -u, for u of at least 0: a continued fraction, and near 0 its series. */
function tail(u: number): number {
  const density = Math.exp((-u * u) / 2) / Math.sqrt(2 * Math.PI);
  if (u > 3) {
    let fraction = u;
    for (let k = 200; k > 0; k--) fraction = u + k / fraction;
    return density / fraction;
  }
  let [term, sum] = [u, 0];
  for (let k = 1; k < 200; k++) {
    sum += term;
    term *= (u * u) / (2 * k + 1);
  }
  return 0.5 - density * sum;
}

const SCALE = Math.sqrt(8 / Math.PI);
/** `reach`: what is added to the units in the last place for each unit of |x|, where the function is steep to its own size. */
const FUNCTIONS: readonly { readonly which: Activation; readonly f: (x: number) => number; readonly ulps: number }[] = [
  { which: "sigmoid", f: sigmoid, ulps: 6 },
  { which: "silu", f: (x) => x * sigmoid(x), ulps: 8 },
  { which: "tanh", f: Math.tanh, ulps: 6 },
  { which: "gelu", f: (x) => x * (x < 0 ? tail(-x) : 1 - tail(x)), ulps: 16 },
  { which: "hardSigmoid", f: (x) => Math.min(Math.max((x + 3) / 6, 0), 1), ulps: 6 },
  { which: "hardSwish", f: (x) => x * Math.min(Math.max((x + 3) / 6, 0), 1), ulps: 6 },
  { which: { leakyRelu: 0.1 }, f: (x) => (x < 0 ? x * Math.fround(0.1) : x), ulps: 1 },
];

/** From -100 to 100, closer together near 0, and -3 with its neighbours, where hardSigmoid begins. */
const COUNT = 4000;
const at = (element: number): number => {
  if (element < 3) return Math.fround(-3 + (element - 1) * 2 ** -22);
  const t = (2 * element) / COUNT - 1;
  return Math.fround(t < 0 ? -100 * t ** 4 : 100 * t ** 4);
};

/** Below it a device may have zeros: what is off is then as large as that. */
const NORMAL = 2 ** -126;

const missing = await gpu({ mode: "webgpu" }).then(
  async (backend) => void (await backend.dispose()),
  (error: Error) => error.message,
);

describe.each(["cpu", "webasm", "webgpu"] as const)("in mode %s", (mode) => {
  const skipped = mode === "webgpu" && missing !== undefined && !process.env["CI"];
  const opened = skipped ? undefined : gpu({ mode });
  afterAll(async () => (await opened)?.dispose());

  const problem = (which: Activation): string =>
    formatOperation(operationProblem({ kind: "activation", c: 4, h: 10, w: COUNT / 40, activation: which }));
  const off = (actual: number, expected: number): number =>
    Math.max(0, Math.abs(actual - expected) - NORMAL) / Math.max(Math.abs(expected), NORMAL) / 2 ** -24;

  it.skipIf(skipped).each(FUNCTIONS)(
    "$which is within its bound for arguments of all sizes",
    async ({ which, f, ulps }) => {
      const { data } = await runOperation(problem(which), { backend: (await opened)!, fill: at });
      const worst = data.map((each, i) => off(each, f(at(i)))).reduce((a, b) => Math.max(a, b), 0);
      expect(worst).toBeLessThan(2 * ulps);
    },
  );

  it.skipIf(skipped)("geluTanh is as near as its argument in float32 allows", async () => {
    const { data } = await runOperation(problem("geluTanh"), { backend: (await opened)!, fill: at });
    const worst = data.map((each, i) => {
      const x = at(i);
      const v = SCALE * (x + 0.044715 * x ** 3);
      // The argument has four roundings, and the function is as steep as it is large.
      return off(each, x * sigmoid(v)) - 4 * Math.abs(v) * sigmoid(-v);
    });
    expect(worst.reduce((a, b) => Math.max(a, b), 0)).toBeLessThan(16);
  });

  it.skipIf(skipped)("gives PyTorch's results for large numbers, infinities and NaN", async () => {
    const backend = (await opened)!;
    if (backend.features.nonFinite !== true) return;
    const given = [3e38, -3e38, Infinity, -Infinity, NaN, 0];
    const of = async (which: Activation): Promise<readonly number[]> => {
      const text = formatOperation(operationProblem({ kind: "activation", c: 1, h: 2, w: 3, activation: which }));
      const { data } = await runOperation(text, { backend, fill: (element) => given[element]! });
      return data.map((each) => each + 0);
    };
    const large = Math.fround(3e38);
    for (const which of ["silu", "gelu", "geluTanh", "hardSwish"] as const) {
      expect(await of(which), which).toEqual([large, 0, Infinity, NaN, NaN, 0]);
    }
    expect(await of("sigmoid")).toEqual([1, 0, 1, 0, NaN, 0.5]);
    expect(await of("hardSigmoid")).toEqual([1, 0, 1, 0, NaN, 0.5]);
    expect(await of("tanh")).toEqual([1, -1, 1, -1, NaN, 0]);
    expect(await of("relu6")).toEqual([6, 0, 6, 0, NaN, 0]);
    expect(await of({ leakyRelu: 0.5 })).toEqual([large, -Math.fround(1.5e38), Infinity, -Infinity, NaN, 0]);
  });
});

it("hardSigmoid has its parameters in the kernel's text", async () => {
  const { data } = await runOperation("activation_hardSigmoid0.2:0.5_c1_h1_w3", { fill: (element) => element - 1 });
  expect(data.map((each) => Math.round(each * 1e6) / 1e6)).toEqual([0.3, 0.5, 0.7]);
});

it.each(["hardSigmoid", "hardSwish"])("%s is 0 at -3, also if a compiler divides each term of a sum", async (which) => {
  const sixth = Math.fround(1 / 6);
  const divideTerms = (source: string): string =>
    source.replace(/\((\w+) \+ 3\.0\) \/ 6\.0/g, (_, x: string) => `(${x} * ${sixth} + 0.5)`);
  const backend = javaScriptBackend(Infinity, () => undefined, divideTerms);
  const { data } = await runOperation(`activation_${which}_c1_h1_w2`, {
    backend,
    fill: (element) => [-3, 0][element]!,
  });
  expect(data.map((each) => each + 0)).toEqual([0, which === "hardSwish" ? 0 : 0.5]);
});

it("refuses a clamp whose two bounds are the same infinity", () => {
  const clamped = parseOperation("activation_clamp-Infinity:-Infinity_c1_h1") as ActivationProblem;
  expect(activation.refuse!(clamped)).toMatch(/a clamp to an infinity alone/);
});

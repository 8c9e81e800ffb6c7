/** networks: right backends pass, also with float32 sums. The suite finds faults of shared memory, and names their cause. */

import { type Backend, inputShape, network, outputShape, tensor } from "@convene/core";
import { describe, expect, test } from "vitest";
import { accumulate } from "../faulty-backends/accumulate.js";
import { faultyBackend, faultyCompute } from "../faulty-backends/faulty-backend.js";
import { randomSource } from "../random-source.js";
import { type ReferenceStorage, referenceBackend } from "../reference-backend.js";
import { referenceConv2d } from "../reference.js";
import { runConformance } from "../run-conformance.js";
import { runProblem } from "../run-problem.js";
import { checkWithin } from "../rules.js";
import { makeExample } from "./networks-check.js";
import { convolutionsOf } from "./networks-convolutions.js";
import { buildNetwork, type NetworkDefinition, problemsOf } from "./networks-definition.js";
import { CHAINS, NETWORKS } from "./networks-list.js";
import { randomNetwork } from "./networks-random.js";
import { referenceNetwork } from "./networks-reference.js";
import { networkCases } from "./networks.js";

const random = randomSource(1);
const RANDOM = Array.from({ length: 300 }, (_, at) => randomNetwork(`random ${at}`, random));
const ALL = [...NETWORKS, ...CHAINS, ...RANDOM];

const run = (make: () => Promise<Backend>, only = "") =>
  runConformance(make, { suites: ["networks"], only, randomProblems: 100 });

describe("definitions", () => {
  test("integers stay exact in every layer, in any order of additions", () => {
    for (const definition of ALL) {
      for (const { largest, output } of makeExample(definition, "integer", 1).expected) {
        expect(largest).toBeLessThanOrEqual(2 ** 24);
        expect(output.every(Number.isInteger)).toBe(true);
      }
    }
  });

  test("few networks have only zeros as their result", () => {
    const telling = ALL.filter((definition) => {
      const { output } = makeExample(definition, "integer", 1).expected.at(-1)!;
      return output.filter((y) => y !== 0).length > output.length / 20;
    });
    expect(telling.length).toBeGreaterThan(ALL.length * 0.98);
    expect(telling).toEqual(expect.arrayContaining([...NETWORKS]));
  });

  test("random networks have residuals, branches, strides, groups and every padding mode, in two layers or more", () => {
    const layers = RANDOM.flatMap((definition) => definition.layers);
    const problems = RANDOM.flatMap(problemsOf);
    expect(RANDOM.every((definition) => definition.layers.length > 1)).toBe(true);
    expect(layers.filter(({ residual }) => residual !== undefined).length).toBeGreaterThan(layers.length / 5);
    expect(layers.filter(({ input }) => input !== undefined).length).toBeGreaterThan(layers.length / 10);
    expect(problems.some(({ g, ic, oc }) => g > 1 && g < ic && ic === oc)).toBe(true);
    expect(problems.some(({ g, ic, oc }) => g > 1 && g === ic && oc > ic)).toBe(true);
    expect(problems.some(({ sh }) => sh > 1)).toBe(true);
    expect(new Set(problems.map(({ paddingMode }) => paddingMode)).size).toBe(4);
  });

  test("the same seed gives the same networks", () => {
    expect(randomNetwork("one", randomSource(7))).toEqual(randomNetwork("one", randomSource(7)));
    expect(randomNetwork("one", randomSource(7))).not.toEqual(randomNetwork("one", randomSource(8)));
  });

  test("each case has a name of its own and says which problems it runs", async () => {
    const cases = await networkCases({});
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const { problems } of cases) expect(problems!.length).toBeGreaterThan(0);
  });
});

describe("the reference of a network", () => {
  test.each(NETWORKS)("$name: equals the results of its layers one by one", async (definition) => {
    const { input, expected, net } = makeExample(definition, "integer", 1);
    const backend = await referenceBackend();
    for (const [index, { problem, output }] of expected.entries()) {
      const { conv, input: from, residual } = convolutionsOf(net)[index]!;
      const valueOf = (ref: number) => (ref < 0 ? input : expected[ref]!.output);
      const added = residual === undefined ? undefined : valueOf(residual);
      const operands = { ...conv.weights, input: valueOf(from), residual: added };
      expect((await runProblem(backend, problem, operands)).output).toEqual(output);
    }
    await backend.dispose();
  });

  test("its bound holds for an input with the largest allowed error of a layer", () => {
    const definition = NETWORKS.find(({ name }) => name === "three standard convolutions")!;
    const net = buildNetwork(definition, "real", 1);
    const [first, ...rest] = convolutionsOf(net).map(({ conv }) => conv);
    const { input, expected } = makeExample(definition, "real", 1);
    // The first layer's result has nearly the largest allowed error everywhere, with one sign. The other layers are exact.
    const off = expected[0]!.output.map((y, at) => y + 0.999 * expected[0]!.error[at]!);
    const shape = outputShape(expected[0]!.problem);
    const results = referenceNetwork(network(...rest), "real", off, shape);
    expect(first!.inChannels).toBe(definition.input[1]);
    expect(input.length).toBe(definition.input.reduce((a, b) => a * b));
    results.forEach(({ output }, at) => {
      const { output: exact, error } = expected[at + 1]!;
      const verdict = checkWithin(output, exact, error);
      expect(verdict).toMatchObject({ ok: true });
      expect(verdict.ratio).toBeGreaterThan(0);
    });
  });
});

test("the reference passes all, and nothing is skipped", async () => {
  const { counts, results } = await run(referenceBackend);
  expect(counts).toEqual({ passed: results.length, failed: 0, untrusted: 0, skipped: 0 });
  const chains = results.filter(({ name }) => name.includes(": at once and one by one"));
  expect(chains).toHaveLength(2 * CHAINS.length);
  for (const { algorithm } of chains) expect(algorithm).toBe("reference");
});

test("plain float32 sums pass, so the bound is wide enough for float32", async () => {
  const float32 = faultyCompute("float32", (problem, operands, output) =>
    output.set(accumulate(problem, operands, Math.fround)),
  );
  const { counts, worstRatio } = await run(float32);
  expect(counts.failed).toBe(0);
  expect(worstRatio).toBeGreaterThan(0);
  expect(worstRatio).toBeLessThan(1);
});

describe("the suite finds", () => {
  test("tensors that share memory although both are in use, and says that no layer is wrong alone", async () => {
    const sharing = faultyBackend("sharing", () => ({
      // Two buffers in turn, as if only the next layer read the result of a layer.
      allocateShared: (lifetimes) => {
        const most = Math.max(...lifetimes.map(({ shape }) => shape.reduce((a, b) => a * b)));
        const buffers = [new Float32Array(most), new Float32Array(most)];
        const storages = lifetimes.map(({ shape }, at) => ({
          data: buffers[at % 2]!.subarray(
            0,
            shape.reduce((a, b) => a * b),
          ),
        }));
        return { storages, free: () => undefined };
      },
    }));
    const { results } = await run(sharing, "input, six layers later: integers");
    expect(results[0]).toMatchObject({
      status: "failed",
      message: expect.stringContaining("the first layer to be wrong is 5 of 6"),
    });
    expect(results[0]!.message).toContain("though by itself it is right");
  });

  test("a layer that is wrong alone", async () => {
    const wrong = faultyCompute("no-stride", (problem, operands, output) => {
      const { output: right } = referenceConv2d(problem, operands);
      output.set(problem.g > 1 && problem.sh > 1 ? right.map((y) => Math.abs(y - 1)) : right);
    });
    const { results } = await run(wrong, "MobileNet V2: reals");
    expect(results[0]).toMatchObject({ status: "failed", algorithm: "reference, one fault" });
    expect(results[0]!.message).toMatch(
      /first layer to be wrong is 5 of 13, g24_ic24_ih8_oc24_kh3_sh2_ph1_relu6, and it is wrong by itself too/,
    );
  });

  test("answers of overlapping runs that are mixed up", async () => {
    const late = faultyBackend("late", (right) => ({
      read: async (source: ReferenceStorage, shape, layout) => {
        await Promise.resolve();
        return right.read(source, shape, layout);
      },
    }));
    const { results } = await run(late, "five inputs at once, in either layout");
    expect(results.map(({ status }) => status)).toEqual(["failed", "failed"]);
    expect(results[0]!.message).toMatch(/^run 1: /);
  });
});

describe("chains are checked", () => {
  test("as prepare puts them into shared memory", async () => {
    const overlapping = faultyBackend("overlapping", (right) => ({
      // All tensors share one buffer, so the residual of the last layer is overwritten too early.
      allocateShared: (lifetimes) => {
        const sizes = lifetimes.map(({ shape }) => shape.reduce((a, b) => a * b));
        const { data } = right.allocate([1, 1, 1, Math.max(...sizes)]);
        return { storages: sizes.map((size) => ({ data: data.subarray(0, size) })), free: () => undefined };
      },
    }));
    const { results } = await run(overlapping, "an inverted residual: at once and one by one");
    expect(results.map(({ status }) => status)).toEqual(["failed", "failed"]);
    for (const { message } of results) expect(message).toMatch(/^at once: /);
  });

  test("and as layers that run one by one", async () => {
    const wrong = faultyCompute("wrong", (problem, operands, output) =>
      output.set(referenceConv2d({ ...problem, activation: undefined }, operands).output),
    );
    const { results } = await run(wrong, "depthwise and pointwise: at once and one by one");
    expect(results.map(({ status }) => status)).toEqual(["failed", "failed"]);
    for (const { message } of results) expect(message).toMatch(/^one by one: /);
  });
});

test("the input of a definition has the definition's shape", () => {
  const definition: NetworkDefinition = NETWORKS[0]!;
  const { input, shape } = makeExample(definition, "real", 1);
  expect(tensor(input, shape).shape).toEqual(inputShape(problemsOf(definition)[0]!));
});

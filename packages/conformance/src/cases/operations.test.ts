/** The cases of operations cover the options, are skipped for the right reasons, and pass with float32 arithmetic. */

import {
  type Backend,
  type BackendFeatures,
  formatOperation,
  type OperationKind,
  type OperationProblem,
  parseOperation,
} from "@convene/core";
import { type BackendImplementation, defineBackend, OPERATION_KINDS } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { type ReferenceStorage, referenceImplementation, withMemory } from "../reference-backend.js";
import { runConformance } from "../run-conformance.js";
import { float32Operations } from "../testing/float32-operations.js";
import { operationCases } from "./operations.js";
import { ALIKE_OPERATIONS } from "./operations-alike.js";
import { ONE_OF_EACH, OPERATION_PROBLEMS } from "./operations-problems.js";

const SUITES = { suites: ["operations", "manifest"] } as const;

const backendWith =
  (change: Partial<BackendImplementation<ReferenceStorage>>): (() => Promise<Backend>) =>
  async () =>
    defineBackend(withMemory({ ...referenceImplementation, ...change }));

/** The reference with other features. */
const declaring = (features: Partial<BackendFeatures>): (() => Promise<Backend>) =>
  backendWith({ features: { ...referenceImplementation.features, ...features } });

describe("a backend that computes in float32", () => {
  test("passes everything, with errors that are not far below the bounds", async () => {
    const { counts, results, worstRatio } = await runConformance(backendWith(float32Operations), {
      suites: ["operations"],
    });
    expect(results.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(counts.passed).toBe((await operationCases()).length);
    expect(worstRatio).toBeGreaterThan(0.5);
    expect(worstRatio).toBeLessThanOrEqual(1);
  });
});

describe("an operation that a backend does not have", () => {
  test("skips its cases with that reason, one for each kind, and the rest passes", async () => {
    const { nonFinite, subnormals } = referenceImplementation.features;
    const { prepareOperation: _, ...convolving } = referenceImplementation;
    const only = async (): Promise<Backend> =>
      defineBackend(withMemory({ ...convolving, features: { nonFinite, subnormals } }));
    const { counts, results } = await runConformance(only, SUITES);
    expect(counts).toMatchObject({ failed: 0, untrusted: 0, skipped: (await operationCases()).length });
    expect(new Set(results.filter(({ status }) => status === "skipped").map(({ message }) => message))).toEqual(
      new Set(OPERATION_KINDS.map((kind) => `features.operations does not have ${kind}`)),
    );
    expect(counts.passed).toBeGreaterThan(10);
  });

  test("fails if skips are not allowed", async () => {
    const operations = OPERATION_KINDS.filter((kind) => kind !== "prelu");
    const only = ["prelu", "reshape"];
    const { results } = await runConformance(declaring({ operations }), { ...SUITES, only, noSkips: true });
    const failed = results.filter(({ status }) => status === "failed");
    expect(failed.length).toBeGreaterThan(8);
    for (const { name, message } of failed) {
      expect(name).toMatch(/^prelu_/);
      expect(message).toBe("features.operations does not have prelu");
    }
  });

  test("is skipped problem by problem with the reason of supportsOperation", async () => {
    const supportsOperation = (problem: OperationProblem) =>
      problem.kind !== "maxPool2d" || problem.dh * problem.dw === 1 || { reason: "dilation is not done yet" };
    const { counts, results } = await runConformance(declaring({ supportsOperation }), {
      ...SUITES,
      only: ["Pool2d", "features"],
    });
    expect(counts).toMatchObject({ failed: 0, untrusted: 0 });
    const skipped = results.filter(({ status }) => status === "skipped");
    expect(skipped.length).toBeGreaterThan(2);
    for (const { name, message } of skipped) {
      expect(name).toMatch(/^maxPool2d_.*_d[hw]\d/);
      expect(message).toBe("dilation is not done yet");
    }
  });
});

describe("the cases", () => {
  test("have names of their own, which begin with what they run", async () => {
    const cases = await operationCases();
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const { name, problems } of cases) {
      const text = name.split(/[:,] /)[0]!;
      expect(formatOperation(parseOperation(text))).toBe(text);
      expect(problems!.map((each) => ("kind" in each ? formatOperation(each) : ""))).toContain(text);
    }
  });

  test("name problems of their own kind, in the notation of a report, except for numbers that float32 rounds", () => {
    for (const kind of OPERATION_KINDS) {
      for (const text of [...OPERATION_PROBLEMS[kind], ...ALIKE_OPERATIONS[kind]]) {
        const printed = formatOperation(parseOperation(text));
        expect(parseOperation(text).kind).toBe(kind);
        expect(printed.replaceAll(/\d\.\d+/g, (number) => String(Number(Number(number).toPrecision(6))))).toBe(text);
      }
    }
    expect(ONE_OF_EACH.map((text) => parseOperation(text).kind)).toEqual(OPERATION_KINDS);
  });

  test.each(OPERATION_KINDS)("of %s cover sizes of 1, batches, and planes that are not square", (kind) => {
    const shapes = inputShapes(kind);
    expect(shapes.some(([, , h, w]) => h === 1 && w === 1)).toBe(true);
    expect(shapes.some(([n]) => n === 1) && shapes.some(([n]) => n === 3)).toBe(true);
    expect(shapes.some(([, , h, w]) => h! > 1 && w! > 1 && h !== w)).toBe(true);
    // A pixel of one channel is its own mean, so its only result is zero. It is a case of special values.
    expect(kind === "layerNorm" || shapes.some(([, c]) => c === 1)).toBe(true);
    expect(shapes.filter(([, c]) => c! > 1 && c! % 4 !== 0).length).toBeGreaterThan(2);
  });

  test("cover 1 to 9 channels, 16 and 33, in all kinds together, and 33 in nearly each", () => {
    const counts = new Set(OPERATION_KINDS.flatMap((kind) => inputShapes(kind).map(([, c]) => c)));
    for (const c of [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33]) expect(counts).toContain(c);
    const wide = OPERATION_KINDS.filter((kind) => inputShapes(kind).some(([, c]) => c! > 32));
    expect(wide).toEqual(OPERATION_KINDS);
  });

  const OPTIONS: Readonly<Partial<Record<OperationKind, Readonly<Record<string, readonly unknown[]>>>>> = {
    activation: {
      activation: [
        "relu",
        "relu6",
        "sigmoid",
        "hardSigmoid",
        "hardSwish",
        "silu",
        "tanh",
        "gelu",
        "geluTanh",
        { leakyRelu: Math.fround(0.3) },
        { leakyRelu: -0.5 },
        { leakyRelu: 1.75 },
        { hardSigmoid: [Math.fround(0.2), 0.5] },
        { clamp: [-1.5, 2.25] },
        { clamp: [-2, Infinity] },
      ],
    },
    maxPool2d: { ceilMode: [true, false], dh: [1, 2, 3], dw: [1, 2], kh: [1, 2, 3, 4, 5], sh: [1, 2, 3, 5] },
    avgPool2d: { ceilMode: [true, false], countIncludePad: [true, false], dh: [1, 2, 3], kh: [1, 2, 3, 4, 5, 7, 32] },
    add: { perChannel: [true, false], activation: [undefined, "relu", "relu6", { clamp: [-300, 700] }] },
    multiply: { perChannel: [true, false], activation: [undefined, "relu", "relu6", { clamp: [-300, 700] }] },
    slice: { fc: [0, 2, 8], fh: [0, 1, 2], fw: [0, 2, 3], sh: [1, 2, 5], sw: [1, 2, 3] },
    channelShuffle: { g: [1, 2, 3, 4, 5] },
    pad: {
      pf: [0, 1, 3],
      pk: [0, 1, 3],
      pt: [0, 1, 2],
      pb: [0, 1, 3],
      pl: [0, 1, 2],
      pr: [0, 1, 4],
      value: [0, -1.5, 7],
    },
    upsample: {
      mode: ["nearest", "bilinear"],
      coordinates: ["halfPixel", "pytorchHalfPixel", "alignCorners", "asymmetric"],
      rounding: ["floor", "ceil", "roundPreferFloor", "roundPreferCeil"],
      scaleH: [0, 1.5, 2.5],
    },
    groupNorm: { g: [1, 2, 3, 4, 5, 33], eps: [Math.fround(1e-5), Math.fround(0.001), 0.5] },
    layerNorm: { eps: [Math.fround(1e-5), Math.fround(0.001), 0.5] },
    pixelShuffle: { order: ["crd", "dcr"], rh: [1, 2, 3], rw: [1, 2, 3] },
    reshape: { order: ["nchw", "nhwc"], on: [1, 2, 3, 4] },
  };

  test.each(Object.entries(OPTIONS))("of %s cover every option", (kind, options) => {
    // The cast allows any key, because no kind of the union has all of them.
    const problems = problemsOf(kind as OperationKind) as unknown as readonly Readonly<Record<string, unknown>>[];
    for (const [key, values] of Object.entries(options)) {
      const found = problems.map((problem) => problem[key]);
      for (const value of values) expect(found).toContainEqual(value);
    }
  });

  test("of upsample cover every pair of coordinates and rounding", () => {
    const pairs = problemsOf("upsample").flatMap((p) =>
      p.kind === "upsample" && p.mode === "nearest" ? [`${p.coordinates} ${p.rounding}`] : [],
    );
    expect(new Set(pairs).size).toBe(16);
  });
});

function problemsOf(kind: OperationKind): readonly OperationProblem[] {
  return OPERATION_PROBLEMS[kind].map(parseOperation);
}

/** `[n, c, h, w]` of the first input of each problem. */
function inputShapes(kind: OperationKind): readonly (readonly number[])[] {
  return problemsOf(kind).map((p) => {
    // Each kind has its own names of sizes.
    const given = p as unknown as Readonly<Record<string, number>>;
    const channels = p.kind === "concat" ? p.channels.reduce((sum, c) => sum + c, 0) : (given["c"] ?? given["ic"]!);
    return [p.n, channels, given["h"] ?? given["ih"]!, given["w"] ?? given["iw"]!];
  });
}

describe("the manifest of operations", () => {
  /** The failures of a backend, by name. */
  const failures = async (backend: () => Promise<Backend>): Promise<Record<string, string | undefined>> => {
    const { results } = await runConformance(backend, { suites: ["manifest"], only: ["peration"] });
    return Object.fromEntries(
      results.filter(({ status }) => status === "failed").map(({ name, message }) => [name, message]),
    );
  };
  const LIST = "features.operations is a list of kinds, each once, or left out";
  const TAKEN = "prepareOperation takes what features has, and its plans say what runs";
  const ONE_TAKEN = "features.supportsOperation takes at least one problem of each kind";
  const REFUSED = "what features does not have or refuses, prepareOperation refuses with ERR_UNSUPPORTED";

  test.each([
    [["add", "fold"], /has "fold", which is none of activation, prelu/],
    [["add", "prelu", "add"], /has "add" twice/],
    ["add", /\("add"\) must be a list/],
  ])("refuses features.operations of %j", async (operations, words) => {
    const found = await failures(declaring({ operations: operations as OperationKind[] }));
    expect(found[LIST]).toMatch(words);
  });

  test("requires prepareOperation, also if there are no operations", async () => {
    const right = await declaring({ operations: [] })();
    const without = async (): Promise<Backend> => ({ ...right, prepareOperation: undefined as never });
    const found = await failures(without);
    expect(found[TAKEN]).toMatch(/prepareOperation \(undefined\) must be a function/);
  });

  test("finds an implementation that lacks what features declares", async () => {
    const { prepareOperation: _, ...rest } = referenceImplementation;
    const found = await failures(async () => defineBackend(rest));
    expect(found[TAKEN]).toMatch(/ERR_UNSUPPORTED|does not have the operation activation/);
  });

  test("finds a kind that is always refused, and an answer that changes", async () => {
    const supportsOperation = ({ kind }: OperationProblem) => kind !== "softmax" || { reason: "no exp here" };
    expect((await failures(declaring({ supportsOperation })))[ONE_TAKEN]).toMatch(/has softmax, and none of \d+/);
    let asked = 0;
    const fickle = declaring({ supportsOperation: () => asked++ % 2 === 0 || { reason: "not now" } });
    expect(Object.values(await failures(fickle)).join()).toMatch(/says one thing and then another/);
  });

  test("finds a backend that takes operations which its features do not have", async () => {
    const right = await declaring({})();
    const taking = async (): Promise<Backend> => ({
      ...right,
      features: { ...right.features, operations: ["add"] },
    });
    expect((await failures(taking))[REFUSED]).toMatch(/of activation_.*does not have activation\): it was accepted/);
  });
});

/** The goldens file is complete, and covers pairs of options. Core initialises weights as PyTorch does. */

import { Conv2d, type Conv2dProblem, ConveneError, formatProblem, randomUniform } from "@convene/core";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";

import { goldensBase64 } from "./generated/goldens-data.js";
import { type GoldenCase, type Goldens, loadGoldens, parseGoldens } from "./goldens.js";

let file: Uint8Array;
let goldens: Goldens;

beforeAll(async () => {
  file = await readFile(new URL("../goldens/pytorch.bin.gz", import.meta.url));
  goldens = await parseGoldens(file);
});

describe("the goldens", () => {
  it("are more than 300, and all differ", () => {
    expect(goldens.torch).toMatch(/^\d+\.\d+/);
    expect(goldens.cases.length).toBeGreaterThan(300);
    expect(new Set(goldens.cases.map((c) => `${c.kind} ${c.name}`)).size).toBe(goldens.cases.length);
  });

  it("are equal to the goldens inside the package", async () => {
    expect(goldensBase64 === Buffer.from(file).toString("base64"), "pnpm generate brings it up to date").toBe(true);
    expect((await loadGoldens()).cases.map((c) => c.name)).toEqual(goldens.cases.map((c) => c.name));
  });

  it("are loaded once, and each caller gets its own arrays", async () => {
    const [first, again] = await Promise.all([loadGoldens(), loadGoldens()]);
    const arraysOf = ({ cases, initialisations, uniforms }: Goldens): readonly (Float32Array | Float64Array)[] => [
      ...cases.flatMap(({ operands, expected }) => [...Object.values(operands), expected]),
      ...initialisations.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight])),
      ...uniforms.map(({ data }) => data),
    ];
    for (const data of arraysOf(first)) data.fill(NaN);
    for (const loaded of [again, await loadGoldens()]) {
      const arrays = arraysOf(loaded);
      expect(arrays.length).toBeGreaterThan(1000);
      expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(arrays.length);
      expect(arrays.some((data) => data.some(Number.isNaN))).toBe(false);
    }
  });

  it("have names that format and parse to the same problem", () => {
    for (const { name, problem } of goldens.cases) expect(formatProblem(problem)).toBe(name);
  });

  it("have operands of their problem's size", () => {
    for (const { name, problem: p, operands, expected } of goldens.cases) {
      const outputs = p.n * p.oc * p.oh * p.ow;
      expect(
        [
          operands.input.length,
          operands.weight.length,
          operands.bias?.length,
          operands.residual?.length,
          expected.length,
        ],
        name,
      ).toEqual([
        p.n * p.ic * p.ih * p.iw,
        (p.oc * p.ic * p.kh * p.kw) / p.g,
        p.bias ? p.oc : undefined,
        p.residual ? outputs : undefined,
        outputs,
      ]);
    }
  });

  it("have integers that float32 sums exactly in any order", () => {
    const integers = goldens.cases.filter((c) => c.kind === "integer");
    expect(integers.length).toBeGreaterThan(100);
    for (const { name, problem: p, operands, expected } of integers) {
      const most = (values: Float32Array = new Float32Array()): number =>
        values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      const terms = (p.ic / p.g) * p.kh * p.kw;
      const bound =
        terms * most(operands.input) * most(operands.weight) + most(operands.bias) + most(operands.residual);
      expect(bound, name).toBeLessThanOrEqual(2 ** 24);
      for (const values of [...Object.values(operands), expected])
        expect(values.every(Number.isInteger), name).toBe(true);
    }
  });

  it("have real values that need float32's precision", () => {
    const reals = goldens.cases.filter((c) => c.kind === "real");
    expect(reals.length).toBeGreaterThan(100);
    const rounded = reals.filter((c) => c.expected.some((y) => Math.fround(y) !== y));
    expect(rounded.length).toBeGreaterThan(reals.length / 3);
    for (const c of reals) expect(c.expected.every(Number.isFinite), c.name).toBe(true);
  });

  it("are not mostly zero, so that a fault can show", () => {
    for (const { name, expected } of goldens.cases) {
      const nonzero = expected.reduce((count, y) => count + (y === 0 ? 0 : 1), 0);
      expect(nonzero / expected.length, name).toBeGreaterThanOrEqual(0.3);
    }
  });

  it("have answers on both sides of each bound of an activation", () => {
    const at = { relu: [0], relu6: [0, 6] };
    for (const [activation, bounds] of Object.entries(at)) {
      const answers = goldens.cases.filter((c) => c.problem.activation === activation).flatMap((c) => [...c.expected]);
      for (const bound of bounds) expect(answers).toContain(bound);
      expect(answers.every((y) => y >= 0 && (activation === "relu" || y <= 6))).toBe(true);
      expect(answers.some((y) => y > 0 && y < 6)).toBe(true);
    }
  });
});

describe("pairs of options", () => {
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const size = (key: keyof Conv2dProblem, from: number, to: number): Factor => ({
    levels: range(from, to),
    of: (c) => c.problem[key],
  });
  interface Factor {
    readonly levels: readonly unknown[];
    readonly of: (c: GoldenCase) => unknown;
  }
  const factors: Record<string, Factor> = {
    groups: { levels: ["1", "2", "3", "depthwise", "depthwise x2", "depthwise x3"], of: (c) => groupsKind(c.problem) },
    paddingMode: { levels: ["zeros", "reflect", "replicate", "circular"], of: (c) => c.problem.paddingMode },
    activation: {
      levels: [undefined, "relu", "relu6", "clamp"],
      of: (c) => (typeof c.problem.activation === "object" ? "clamp" : c.problem.activation),
    },
    bias: { levels: [true, false], of: (c) => c.problem.bias },
    residual: { levels: [true, false], of: (c) => c.problem.residual },
    kind: { levels: ["integer", "real"], of: (c) => c.kind },
    strided: { levels: [true, false], of: (c) => c.problem.sh > 1 || c.problem.sw > 1 },
    dilated: { levels: [true, false], of: (c) => c.problem.dh > 1 || c.problem.dw > 1 },
    n: size("n", 1, 3),
    ...Object.fromEntries((["kh", "kw"] as const).map((key) => [key, size(key, 1, 7)])),
    ...Object.fromEntries((["sh", "sw", "dh", "dw"] as const).map((key) => [key, size(key, 1, 3)])),
    ...Object.fromEntries((["pt", "pl", "pb", "pr"] as const).map((key) => [key, size(key, 0, 4)])),
    ...Object.fromEntries((["ih", "iw"] as const).map((key) => [key, size(key, 1, 12)])),
  };
  // Each of these consists of two factors. So a pair with a size is a triple, and the goldens do not promise triples.
  const compound = new Set(["strided", "dilated"]);
  const isSize = (name: string): boolean => /^([kisd][hw]|p[tlbr])$/.test(name);
  const names = Object.keys(factors);

  it.each(names)("%s with every other option", (a) => {
    for (const b of names) {
      const [x, y] = [factors[a]!, factors[b]!];
      if (a === b || (compound.has(a) && isSize(b)) || (compound.has(b) && isSize(a))) continue;
      const seen = new Set(goldens.cases.map((c) => `${String(x.of(c))} with ${String(y.of(c))}`));
      const wanted = x.levels.flatMap((p) => y.levels.map((q) => `${String(p)} with ${String(q)}`));
      expect(
        wanted.filter((pair) => !seen.has(pair)),
        `${a} with ${b}`,
      ).toEqual([]);
    }
  });

  function groupsKind(p: Conv2dProblem): string {
    if (p.g === 1 || p.ic !== p.g) return String(p.g);
    return p.oc === p.ic ? "depthwise" : `depthwise x${p.oc / p.ic}`;
  }
});

describe("PyTorch's random numbers", () => {
  const bits = (values: Float32Array): string =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");

  it("equal the initial weights of Conv2d, bit for bit", () => {
    const seeds = new Set(goldens.initialisations.map((golden) => golden.seed));
    expect(seeds).toEqual(new Set([0, 1, 42, 4294967295]));
    for (const { seed, options, weight, bias } of goldens.initialisations) {
      const ours = new Conv2d(options, { seed }).weights;
      expect(bits(ours.weight)).toBe(bits(weight));
      expect(ours.bias && bits(ours.bias)).toBe(bias && bits(bias));
    }
  });

  it("equal the values of randomUniform, bit for bit", () => {
    expect(goldens.uniforms.length).toBeGreaterThan(0);
    for (const { shape, data, ...options } of goldens.uniforms)
      expect(bits(randomUniform(shape, options).data)).toBe(bits(data));
  });
});

describe("a damaged file", () => {
  const refused = async (bytes: Uint8Array, why: RegExp): Promise<void> => {
    const error = await parseGoldens(bytes).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConveneError);
    expect((error as ConveneError).code).toBe("ERR_INVALID_OPTION");
    expect((error as ConveneError).message).toMatch(why);
  };
  const through = async (bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> =>
    new Uint8Array(await new Response(new Blob([bytes.slice()]).stream().pipeThrough(stream)).arrayBuffer());
  const unpack = (bytes: Uint8Array): Promise<Uint8Array> => through(bytes, new DecompressionStream("gzip"));
  const pack = (bytes: Uint8Array): Promise<Uint8Array> => through(bytes, new CompressionStream("gzip"));
  const replaced = (bytes: Uint8Array, from: string, to: string): Uint8Array => {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(from);
    expect(at).toBeGreaterThan(0);
    const copy = bytes.slice();
    copy.set(new TextEncoder().encode(to), at);
    return copy;
  };

  it("is refused if it was cut anywhere", async () => {
    for (const length of [0, 1]) await refused(file.subarray(0, length), /not compressed with gzip/);
    for (const length of [2, 10, 18, 1000, file.length >> 1, file.length - 9, file.length - 1]) {
      await refused(file.subarray(0, length), /truncated or damaged/);
    }
  });

  it("is refused if it was cut before it was compressed", async () => {
    const raw = await unpack(file);
    await refused(await pack(raw.subarray(0, 3)), /ends after 3 bytes/);
    await refused(await pack(raw.subarray(0, 5000)), /header should end/);
    await refused(await pack(raw.subarray(0, raw.length >> 1)), /the values of \S+ should end/);
    await refused(await pack(raw.subarray(0, raw.length - 8)), /the values of a uniform should end/);
    await refused(await pack(new Uint8Array([...raw, ...new Uint8Array(8)])), /accounts for \d+ of its \d+ bytes/);
  });

  it("is refused if one byte was changed", async () => {
    const flipped = (at: number): Uint8Array => file.map((byte, i) => (i === at ? byte ^ 0xff : byte));
    await refused(flipped(0), /not compressed with gzip/);
    await refused(flipped(1), /not compressed with gzip/);
    await refused(flipped(file.length >> 1), /truncated or damaged/);
    await refused(flipped(file.length - 6), /truncated or damaged/);
  });

  it("is refused if it is something else", async () => {
    const raw = await unpack(file);
    await refused(new TextEncoder().encode("version https://git-lfs.github.com/spec/v1"), /not compressed with gzip/);
    await refused(await pack(new TextEncoder().encode("\u0004\0\0\0null")), /does not say "convene-goldens"/);
    await refused(await pack(new TextEncoder().encode("\u0004\0\0\0nope")), /not JSON/);
    await refused(await pack(replaced(raw, "convene-goldens", "convene-silvers")), /does not say "convene-goldens"/);
    await refused(await pack(replaced(raw, '"version":1', '"version":2')), /version 2; expected 1/);
    await refused(await pack(replaced(raw, '"int8"', '"int9"')), /unknown type "int9"/);
    await refused(
      await pack(replaced(raw, '"uniforms"', '"uniformz"')),
      /lacks torch, cases, initialisations or uniforms/,
    );
  });
});

/**
 * Every kernel at the level of memory: what it writes, what it does not, and that any division of its jobs gives the same
 * bits. A backend's own interface could not show a write between two tensors.
 */

import { setFlagsFromString } from "node:v8";
import { makeOperands, randomProblem, randomSource, referenceConv2d } from "@convene/conformance";
import { type Conv2dProblem, formatProblem, inputShape, outputShape, parseProblem, tensor } from "@convene/core";
import { describe, expect, it } from "vitest";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { chooseAlgorithm } from "./algorithms/index.js";
import { createJsKernels } from "./js-kernels/index.js";
import type { Kernels } from "./kernel-set.js";
import { createArena } from "./memory.js";
import { clearZeroRows, readTensor, type Storage, storageAt, storageLayout, writeTensor } from "./storage.js";
import { loadWasmKernels } from "./wasm.js";

// Node 20 has relaxed SIMD behind a flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const LIMIT = 2 ** 24;
const SENTINEL = 12345.678;

const KERNEL_SETS: readonly (readonly [name: string, load: () => Promise<Kernels>])[] = [
  ["simd128 4x8", () => loadWasmKernels("simd128", LIMIT, "4x8")],
  ["simd128 6x8", () => loadWasmKernels("simd128", LIMIT, "6x8")],
  ["relaxed 4x8", () => loadWasmKernels("relaxed", LIMIT, "4x8")],
  ["relaxed 6x8", () => loadWasmKernels("relaxed", LIMIT, "6x8")],
  ["JavaScript", async () => createJsKernels(LIMIT)],
];

/** Every count of pixels and channels that a tile can be short of, in each algorithm; then random ones. */
const PROBLEMS: readonly Conv2dProblem[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9]
    .flatMap((count) => [
      `ic3_ih${count}_iw1_oc${count}_kh1_residual`,
      `ic3_ih${count}_iw1_oc${count + 8}_kh1`,
      `g3_ic6_ih${count}_iw1_oc${3 * count}_kh1`,
      `n2_g${count}_ic${count}_ih5_oc${count}_kh3_ph1_residual`,
      `n2_g${count + 16}_ic${count + 16}_ih${count}_oc${count + 16}_kh3_ph1`,
      `g${count}_ic${count}_ih5_oc${count}_kh2_sh2`,
    ])
    .map(parseProblem),
  // Many blocks of input, in images and groups, where a block is as small as LEAST below.
  ...["n2_ic24_ih9_oc20_kh3_ph1", "n2_g3_ic24_ih9_oc24_kh3_ph1_relu", "ic64_ih8_oc9_kh1"].map(parseProblem),
  ...Array.from({ length: 150 }, () => randomProblem(random())),
];

function random(): () => number {
  random.source ??= randomSource(99);
  return random.source;
}
random.source = undefined as (() => number) | undefined;

describe.each(KERNEL_SETS)("%s", (_, load) => {
  it.each([
    ["blocks as they are", BLOCK_LIMITS, 1],
    ["blocks of 1 KiB", { least: 1024, most: 1024 }, 1],
    ["as many blocks as make seven jobs", BLOCK_LIMITS, 7],
  ])("writes its output, nothing else, in any division of its jobs: %s", async (_name, blockLimits, leastJobs) => {
    const kernels = await load();
    const next = randomSource(7);
    let divided = 0;
    for (const problem of PROBLEMS) {
      const text = formatProblem(problem);
      const arena = createArena(kernels.memory, LIMIT);
      const { input, weight, bias, residual } = makeOperands(problem, "integer", 5);
      const place = (shape: Storage["shape"]): Storage =>
        storageAt(arena.allocate(storageLayout(shape).total, "test"), shape);
      const x = place(inputShape(problem));
      const r = residual && place(outputShape(problem));
      const { built, addresses } = arena.together(() =>
        chooseAlgorithm(problem).prepare({ tiles: kernels.tiles, arena, blockLimits, leastJobs }, problem, {
          weight,
          bias,
        }),
      );
      const y = place(outputShape(problem));
      // Past the output there is room to overrun.
      arena.allocate(4096, "test");

      writeTensor(arena, x, tensor(input, inputShape(problem)));
      if (r) writeTensor(arena, r, tensor(residual, outputShape(problem)));
      clearZeroRows(arena, x);
      arena.f32.fill(SENTINEL, y.address / 4, (y.address + y.total + 4096) / 4);
      const before = arena.i32.slice();

      for (const [start, end] of divide(built.jobs, next)) {
        kernels.run[built.kernel]!(built.plan, x.data, y.data, r ? r.data : 0, start, end);
        divided++;
      }
      const expected = Float32Array.from(referenceConv2d(problem, { input, weight, bias, residual }).output);
      expect(readTensor(arena, y, "nchw").data.map(plusZero), text).toEqual(expected.map(plusZero));

      // Outside the output's own pixels not a bit has changed.
      const after = arena.i32.slice();
      const pixels = y.image - y.zeroRow;
      for (let n = 0; n < problem.n; n++) {
        const at = (y.data + n * y.image) / 4;
        const count = problem.oc * problem.oh * problem.ow;
        expect(4 * count).toBeLessThanOrEqual(pixels);
        after.set(before.subarray(at, at + count), at);
      }
      expect(firstDifference(before, after), `${text}: byte that was overwritten`).toBeUndefined();
      for (const address of addresses) arena.free(address);
    }
    expect(divided).toBeGreaterThan(2 * PROBLEMS.length);
  });

  it.each(["input", "residual"])("reads nothing past the end of memory where its %s lies there", async (last) => {
    const kernels = await load();
    kernels.memory.grow(2 ** 20);
    for (const problem of PROBLEMS) {
      if (last === "residual" && !problem.residual) continue;
      const arena = createArena(kernels.memory, LIMIT);
      const { input, weight, bias, residual } = makeOperands(problem, "integer", 5);
      const place = (shape: Storage["shape"]): Storage =>
        storageAt(arena.allocate(storageLayout(shape).total, "test"), shape);
      const placeAtEnd = (shape: Storage["shape"]): Storage => {
        const free = arena.allocate(64, "test");
        arena.free(free);
        const room = kernels.memory.buffer.byteLength - free - storageLayout(shape).total;
        if (room > 0) arena.allocate(room, "test");
        const storage = place(shape);
        expect(storage.address + storage.total).toBe(kernels.memory.buffer.byteLength);
        return storage;
      };
      const { built } = arena.together(() =>
        chooseAlgorithm(problem).prepare(
          { tiles: kernels.tiles, arena, blockLimits: BLOCK_LIMITS, leastJobs: 1 },
          problem,
          { weight, bias },
        ),
      );
      const y = place(outputShape(problem));
      let x: Storage;
      let r: Storage | undefined;
      if (last === "input") {
        r = residual && place(outputShape(problem));
        x = placeAtEnd(inputShape(problem));
      } else {
        x = place(inputShape(problem));
        r = placeAtEnd(outputShape(problem));
      }
      writeTensor(arena, x, tensor(input, inputShape(problem)));
      if (r) writeTensor(arena, r, tensor(residual!, outputShape(problem)));
      clearZeroRows(arena, x);
      kernels.run[built.kernel]!(built.plan, x.data, y.data, r ? r.data : 0, 0, built.jobs);
      const expected = Float32Array.from(referenceConv2d(problem, { input, weight, bias, residual }).output);
      expect(readTensor(arena, y, "nchw").data.map(plusZero), formatProblem(problem)).toEqual(expected.map(plusZero));
    }
  });
});

/** Ranges that cover 0 to `jobs`, at most four, in random order. */
function divide(jobs: number, next: () => number): readonly (readonly [number, number])[] {
  const cuts = [0, ...[0, 0, 0].map(() => Math.floor(next() * (jobs + 1))), jobs].sort((a, b) => a - b);
  const ranges = cuts.slice(1).map((cut, index) => [cuts[index]!, cut] as const);
  return ranges
    .map((range) => [next(), range] as const)
    .sort(([a], [b]) => a - b)
    .map(([, range]) => range);
}

function plusZero(value: number): number {
  return value + 0;
}

function firstDifference(a: Int32Array, b: Int32Array): number | undefined {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? undefined : 4 * at;
}

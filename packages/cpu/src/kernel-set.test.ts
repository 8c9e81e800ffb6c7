/**
 * Every kernel at the level of memory: what it writes, what it does not, and that any division of its jobs gives the same
 * bits. A backend's own interface could not show a write between two tensors.
 */

import { makeOperands, randomProblem, randomSource, referenceConv2d } from "@convene/conformance";
import { type Conv2dProblem, formatProblem, inputShape, outputShape, parseProblem, tensor } from "@convene/core";
import { describe, expect, it } from "vitest";
import type { Plan, Workplace } from "./algorithms/algorithm.js";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { planConv2d } from "./algorithms/index.js";
import { createJsKernels } from "./js-kernels/index.js";
import { type Arena, createArena } from "./arena.js";
import type { KernelSet } from "./kernel-set.js";
import { clearZeroRows, readTensor, type Storage, storageAt, storageLayout, writeTensor } from "./storage.js";
import type { Registers } from "./tiles.js";
import { loadWasmKernels } from "./wasm.js";
import type { Simd } from "./wasm-build.js";
import { createWorkspace } from "./workspace.js";

const LIMIT = 2 ** 24;
const SENTINEL = 12345.678;

const wasm = (simd: Simd, registers: Registers) =>
  [`${simd}, ${registers} registers`, () => loadWasmKernels({ simd, registers }, LIMIT)] as const;
const KERNEL_SETS: readonly (readonly [name: string, load: () => Promise<KernelSet>])[] = [
  wasm("simd128", "few"),
  wasm("relaxed", "few"),
  wasm("relaxed", "many"),
  wasm("relaxed", "wide"),
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
      `g${count + 8}_ic${count + 8}_ih9_iw${count + 2}_oc${count + 8}_kh3_sh2_ph1_residual`,
      `g${count + 8}_ic${count + 8}_ih5_iw${count}_oc${count + 8}_kh5_ph2_residual`,
      `g${count}_ic${count}_ih7_iw${2 * count + 1}_oc${count}_kh5_sh2_ph2`,
      // Tiles that cross from image to image, of one pixel and of several.
      `n${count}_ic5_ih1_oc${8 + count}_kh1_residual`,
      `n${count}_ic3_ih3_iw${1 + (count % 3)}_oc${3 + count}_kh3_ph1_residual`,
      `n2_g2_ic4_ih${count + 1}_iw3_oc${18 + 2 * count}_kh2`,
      `ic40_ih1_oc${30 + count}_kh1_residual`,
      // Rows of taps that are runs of memory, and rows that are not.
      `ic${count}_ih6_iw9_oc9_kh3_ph1_residual`,
      // Groups of few channels, and two output channels for each input channel.
      `n2_g3_ic${3 * count}_ih5_iw${count + 2}_oc9_kh3_ph1_residual`,
      `g2_ic4_ih4_iw${count + 3}_oc${2 * count}_kh2_kw3_pw1_dh2_residual`,
      `n2_g${count}_ic${count}_ih4_iw${count + 3}_oc${2 * count}_kh3_ph1_residual`,
      // Winograd: tiles that edges of the image cut, channels past the last, groups, images.
      `ic16_ih${count + 2}_iw${count}_oc${16 + count}_kh3_ph1_residual`,
      `n2_ic${16 + count}_ih${count + 2}_iw9_oc16_kh3_pt1_pr1_circular`,
      `n${count}_g2_ic38_ih2_iw${1 + (count % 2)}_oc36_kh3_ph1`,
      `ic3_ih5_iw${count + 4}_oc8_kh3_sh2_pl1`,
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

/** Of each problem its operands, and float64's answer to them: the same for every set of kernels, in every division. */
const EXAMPLES = new Map(
  PROBLEMS.map((problem) => {
    const operands = makeOperands(problem, "integer", 5);
    return [
      problem,
      { operands, expected: Float32Array.from(referenceConv2d(problem, operands).output).map(plusZero) },
    ];
  }),
);

/** A problem planned beside its tensors, for three workers, with sentinels wherever nothing should be written. */
function bench(
  kernels: KernelSet,
  arena: Arena,
  problem: Conv2dProblem,
  { blockLimits = BLOCK_LIMITS, leastJobs = 1 }: Partial<Pick<Workplace, "blockLimits" | "leastJobs">>,
) {
  const { operands, expected } = EXAMPLES.get(problem)!;
  const workspace = createWorkspace(arena, WORKERS, (address) => arena.free(address));
  const place: Workplace = { tiles: kernels.tiles, arena, blockLimits, leastJobs };
  const { plan } = planConv2d(place, workspace, problem, operands, "fast");
  const room = arena.allocate(4096, "test");
  const storage = (shape: Storage["shape"]): Storage =>
    storageAt(arena.allocate(storageLayout(shape).total, "test"), shape);
  return { operands, workspace, plan, room, storage, expected };
}

/** Integers are exact; what a plan that transforms its operands computes of them is near, as the largest of them goes. */
function expectOutput(plan: Plan, actual: Float32Array, expected: Float32Array, text: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const allowed = plan.arithmetic === "direct" ? 0 : largest * 2 ** -18;
  const wrong = actual.findIndex((value, at) => !(Math.abs(value - expected[at]!) <= allowed));
  expect(wrong, `${text}: position of a wrong element`).toBe(-1);
}

const WORKERS = 3;

describe.each(KERNEL_SETS)("%s", (_, load) => {
  it.each([
    ["blocks of the usual sizes", BLOCK_LIMITS, 1],
    ["blocks of 1 KiB", { least: 1024, most: 1024 }, 1],
    ["blocks for at least seven jobs", BLOCK_LIMITS, 7],
    ["blocks for at least forty jobs", BLOCK_LIMITS, 40],
  ])(
    "each plan writes its right output and nothing else, in any division of its jobs: %s",
    async (_name, blockLimits, leastJobs) => {
      const kernels = await load();
      const next = randomSource(7);
      let divided = 0;
      for (const problem of PROBLEMS) {
        const text = formatProblem(problem);
        const arena = createArena(kernels.memory, LIMIT);
        const { operands, workspace, plan, room, storage, expected } = bench(kernels, arena, problem, {
          blockLimits,
          leastJobs,
        });
        const x = storage(inputShape(problem));
        const r = operands.residual && storage(outputShape(problem));
        const y = storage(outputShape(problem));
        // Past the output there is room to overrun.
        arena.allocate(4096, "test");

        writeTensor(arena, kernels.copies, x, tensor(operands.input, inputShape(problem)));
        if (r) writeTensor(arena, kernels.copies, r, tensor(operands.residual!, outputShape(problem)));
        clearZeroRows(arena, x);
        // A plan that needs no workspace has none, at no address.
        const workspaceStart = workspace.shared === 0 ? room : workspace.shared;
        arena.f32.fill(SENTINEL, workspaceStart / 4, (room + 4096) / 4);
        arena.f32.fill(SENTINEL, y.address / 4, (y.address + y.total + 4096) / 4);
        const before = arena.i32.slice();

        for (const { kernel, params, jobs } of plan.steps) {
          for (const [start, end] of divide(jobs, next)) {
            const own = workspace.own + Math.floor(next() * WORKERS) * workspace.ownBytes;
            kernels.run[kernel]!(params, x.data, y.data, r ? r.data : 0, workspace.shared, own, start, end);
            divided++;
          }
        }
        const after = arena.i32.slice();
        expectOutput(plan, readTensor(arena, kernels.copies, y, "nchw").data, expected, text);

        // Outside the output's own pixels, and the workspace, not a bit has changed.
        const workspaceEnd = workspace.own + WORKERS * workspace.ownBytes;
        after.set(before.subarray(workspace.shared / 4, workspaceEnd / 4), workspace.shared / 4);
        const pixels = y.image - y.zeroRow;
        for (let n = 0; n < problem.n; n++) {
          const at = (y.data + n * y.image) / 4;
          const count = problem.oc * problem.oh * problem.ow;
          expect(4 * count).toBeLessThanOrEqual(pixels);
          after.set(before.subarray(at, at + count), at);
        }
        expect(firstDifference(before, after), `${text}: byte that was overwritten`).toBeUndefined();
      }
      expect(divided).toBeGreaterThan(2 * PROBLEMS.length);
    },
  );

  it.each(["input", "residual"])("no plan reads past the end of memory if its %s lies at the end", async (last) => {
    const kernels = await load();
    kernels.memory.grow(2 ** 20);
    for (const problem of PROBLEMS) {
      if (last === "residual" && !problem.residual) continue;
      const arena = createArena(kernels.memory, LIMIT);
      const { operands, workspace, plan, storage, expected } = bench(kernels, arena, problem, {});
      const placeAtEnd = (shape: Storage["shape"]): Storage => {
        const free = arena.allocate(64, "test");
        arena.free(free);
        const room = kernels.memory.buffer.byteLength - free - storageLayout(shape).total;
        if (room > 0) arena.allocate(room, "test");
        const placed = storage(shape);
        expect(placed.address + placed.total).toBe(kernels.memory.buffer.byteLength);
        return placed;
      };
      const y = storage(outputShape(problem));
      let x: Storage;
      let r: Storage | undefined;
      if (last === "input") {
        r = operands.residual && storage(outputShape(problem));
        x = placeAtEnd(inputShape(problem));
      } else {
        x = storage(inputShape(problem));
        r = placeAtEnd(outputShape(problem));
      }
      writeTensor(arena, kernels.copies, x, tensor(operands.input, inputShape(problem)));
      if (r) writeTensor(arena, kernels.copies, r, tensor(operands.residual!, outputShape(problem)));
      clearZeroRows(arena, x);
      for (const { kernel, params, jobs } of plan.steps) {
        kernels.run[kernel]!(params, x.data, y.data, r ? r.data : 0, workspace.shared, workspace.own, 0, jobs);
      }
      expectOutput(plan, readTensor(arena, kernels.copies, y, "nchw").data, expected, formatProblem(problem));
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
  // All of a memory, thousands of times.
  if (Buffer.from(a.buffer).equals(Buffer.from(b.buffer))) return undefined;
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? undefined : 4 * at;
}

/** An operation planned beside its tensors in the memory of a kernel set, with sentinels wherever nothing should be written. */

import { randomSource } from "@convene/conformance";
import {
  formatOperation,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  type Shape4,
  tensor,
} from "@convene/core";
import type { OperationPlan } from "../algorithms/algorithm.js";
import { BLOCK_LIMITS } from "../algorithms/igemm.js";
import { createArena } from "../arena.js";
import type { KernelSet } from "../kernel-set.js";
import { readTensor, type Storage, storageAt, storageLayout, writeTensor } from "../storage.js";
import { createWorkspace } from "../workspace.js";
import { inputOf, outputOf, planOperation } from "../operations/index.js";

export const LIMIT = 2 ** 24;
const SENTINEL = 12345.678;
const WORKERS = 3;

export interface Operands {
  readonly inputs: readonly Float32Array[];
  readonly slope: Float32Array | undefined;
}

/**
 * The inputs and slopes of an operation: the results of `element`, which gets a random number in [0, 1) and the
 * element's place. The default gives numbers between -8 and 8.
 */
export function operandsOf(
  problem: OperationProblem,
  seed: number,
  element: (random: number, at: number) => number = (random) => 16 * random - 8,
): Operands {
  const next = randomSource(seed);
  const numbers = (shape: Shape4): Float32Array =>
    Float32Array.from({ length: shape.reduce((product, size) => product * size) }, (_, at) => element(next(), at));
  return {
    inputs: operationInputShapes(problem).map(numbers),
    slope: problem.kind === "prelu" ? numbers([1, problem.c, 1, 1]) : undefined,
  };
}

export interface Outcome {
  readonly plan: OperationPlan;
  readonly output: Float32Array;
  /** The address of an overwritten byte outside output and workspace. With `atEnd` nobody looks for such a byte. */
  readonly overwritten: number | undefined;
}

export interface BenchOptions {
  readonly leastJobs?: number;
  /** Gives the random numbers by which jobs are divided among workers. Left out: one worker does all jobs at once. */
  readonly next?: () => number;
  /** Puts the input of this number at the end of the memory, past which a load traps. */
  readonly atEnd?: number;
}

/** The output in NCHW. */
export function runOperation(
  kernels: KernelSet,
  problem: OperationProblem,
  { inputs, slope }: Operands,
  { leastJobs = 1, next, atEnd }: BenchOptions = {},
): Outcome {
  const arena = createArena(kernels.memory, LIMIT);
  const workspace = createWorkspace(arena, WORKERS, (address) => arena.free(address));
  const place = { tiles: kernels.tiles, arena, blockLimits: BLOCK_LIMITS, leastJobs };
  const { plan } = planOperation(place, workspace, problem, slope ? { slope } : {});
  const room = arena.allocate(4096, "test");
  const storage = (shape: Shape4): Storage =>
    storageAt(arena.allocate(storageLayout(shape).total, formatOperation(problem)), shape);
  const storageAtEnd = (shape: Shape4): Storage => {
    const free = arena.allocate(64, "test");
    arena.free(free);
    const between = kernels.memory.buffer.byteLength - free - storageLayout(shape).total;
    if (between > 0) arena.allocate(between, "test");
    return storage(shape);
  };
  const y = storage(operationOutputShape(problem));
  arena.allocate(4096, "test");
  const shapes = operationInputShapes(problem);
  const xs = shapes.map((shape, index) => (index === atEnd ? undefined : storage(shape)));
  const last = atEnd === undefined ? undefined : storageAtEnd(shapes[atEnd]!);
  if (last !== undefined && last.address + last.total !== kernels.memory.buffer.byteLength) {
    throw new Error(`input ${atEnd} ends at ${last.address + last.total}, not at the end of the memory`);
  }
  const storages = xs.map((each) => each ?? last!);
  for (const [index, each] of storages.entries()) {
    writeTensor(arena, kernels.copies, each, tensor(inputs[index]!, shapes[index]!));
  }
  const run = (): void => {
    const second = storages.length > 1 ? storages[1]!.data : 0;
    for (const step of plan.steps) {
      const [from, to] = [inputOf(step, storages, workspace.shared), outputOf(step, y, workspace.shared)];
      for (const [start, end] of next ? divide(step.jobs, next) : [[0, step.jobs] as const]) {
        const own = workspace.own + (next ? Math.floor(next() * WORKERS) : 0) * workspace.ownBytes;
        kernels.run[step.kernel]!(step.params, from, to, second, workspace.shared, own, start, end);
      }
    }
  };
  // The read goes through the staging area, which is not checked for overwritten bytes.
  const read = (): Float32Array => readTensor(arena, kernels.copies, y, "nchw").data;
  if (last !== undefined) {
    run();
    return { plan, output: read(), overwritten: undefined };
  }
  const workspaceStart = workspace.shared === 0 ? room : workspace.shared;
  arena.f32.fill(SENTINEL, workspaceStart / 4, (room + 4096) / 4);
  arena.f32.fill(SENTINEL, y.address / 4, (y.address + y.total + 4096) / 4);
  const before = arena.i32.slice();

  run();
  const after = arena.i32.slice();
  const output = read();
  after.set(
    before.subarray(workspace.shared / 4, (workspace.own + WORKERS * workspace.ownBytes) / 4),
    workspace.shared / 4,
  );
  const [n, c, h, w] = y.shape;
  for (let image = 0; image < n; image++) {
    const at = (y.data + image * y.image) / 4;
    after.set(before.subarray(at, at + c * h * w), at);
  }
  return { plan, output, overwritten: firstDifference(before, after) };
}

function firstDifference(a: Int32Array, b: Int32Array): number | undefined {
  // The memory is compared as bytes at once, because one element at a time takes a hundred times as long.
  if (Buffer.from(a.buffer).equals(Buffer.from(b.buffer))) return undefined;
  return 4 * a.findIndex((value, at) => value !== b[at]);
}

/** Ranges that cover 0 to `jobs`, at most four, in random order. */
function divide(jobs: number, next: () => number): readonly (readonly [number, number])[] {
  const cuts = [0, ...[0, 0, 0].map(() => Math.floor(next() * (jobs + 1))), jobs].sort((a, b) => a - b);
  const ranges = cuts.slice(1).map((cut, index) => [cuts[index]!, cut] as const);
  return ranges
    .map((range) => [next(), range] as const)
    .sort(([a], [b]) => a - b)
    .map(([, range]) => range);
}

/**
 * lifecycle, memory: many plans one after the other, the memory of tensors, memory with old content. If a backend reports its memory, all memory must
 * be given back. If it does not, results are still checked, and the case is skipped.
 */

import { inputShape, type MemoryUse, outputShape, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import {
  benchCase,
  expectNoneLeft,
  expectRight,
  fail,
  integers,
  memoryUse,
  needMemory,
  takenOf,
  type Workbench,
} from "./lifecycle-workbench.js";

/** One for each kind of kernel that a backend is likely to have. */
const KINDS = ["ic5_ih6_oc11_kh3_ph1", "g12_ic12_ih6_oc12_kh3_ph1", "g4_ic16_ih5_oc16_kh3_ph1_residual_relu"].map(
  parseProblem,
);

/** Small problems, because there are a thousand plans of them. */
const CYCLED = ["ic3_ih4_oc5_kh3_ph1", "g5_ic5_ih4_oc5_kh3_ph1", "g2_ic4_ih4_oc6_kh3_ph1_residual"].map(parseProblem);
/** The number of first rounds in which a backend may still take more memory: for its own buffers, or for the first pages of a pool. */
const WARM_UP = 10;

export function memoryCases(): readonly ConformanceCase[] {
  const counted = "of prepare, run and dispose without growth";
  return [
    benchCase(`fifty cycles ${counted}`, (bench) => cycles(bench, 50)),
    benchCase(`a thousand cycles ${counted}`, (bench) => cycles(bench, 1000), { quick: false, limit: 120_000 }),
    benchCase("a tensor counts as memory in use until it is disposed", countedTensors),
    benchCase("memory that was full of NaN before does not show", uncleanMemory),
  ];
}

async function cycles({ backend, ...bench }: Workbench, count: number): Promise<void> {
  const problems = takenOf(backend, CYCLED).map((problem, index) => ({
    problem,
    operands: integers(problem, index + 1),
  }));
  const before = await memoryUse(backend);
  let warm: MemoryUse | undefined;
  for (let cycle = 1; cycle <= count; cycle++) {
    const { problem, operands } = problems[cycle % problems.length]!;
    const it = await bench.prepare(problem, operands);
    const [fed, output] = [it.feed(operands), it.output()];
    it.run(fed, output);
    expectRight(it.plan, operands, await bench.read(output), `cycle ${cycle}`);
    for (const each of [output, it.plan, fed.input, fed.residual]) each?.dispose();
    if (cycle % WARM_UP !== 0) continue;
    const now = await memoryUse(backend);
    expectNoneLeft(before, now, `after ${cycle} cycles`);
    warm ??= now;
    if (now && warm && now.reserved > warm.reserved) {
      fail(`${warm.reserved} bytes were reserved after ${WARM_UP} cycles, ${now.reserved} after ${cycle}`);
    }
  }
  needMemory(backend);
}

async function countedTensors({ backend, keep }: Workbench): Promise<void> {
  needMemory(backend);
  const before = await memoryUse(backend);
  const bytes = 4 * 3 * 5 * 7 * 11;
  const tensors = [1, 2, 3].map(() => keep(backend.allocate([3, 5, 7, 11])));
  const during = await memoryUse(backend);
  if (before && during && during.used < before.used + 3 * bytes) {
    fail(`three tensors of ${bytes} bytes each were allocated, and ${during.used - before.used} more are in use`);
  }
  if (during && during.reserved < during.used) {
    fail(`${during.used} bytes are in use, which is more than the ${during.reserved} that are reserved`);
  }
  for (const each of tensors) each.dispose();
  expectNoneLeft(before, await memoryUse(backend));
}

async function uncleanMemory(bench: Workbench): Promise<void> {
  for (const problem of takenOf(bench.backend, KINDS)) {
    // One tensor of every size that the case needs, and a larger one, from which a backend may cut smaller ones.
    const dirty = [inputShape(problem), outputShape(problem), outputShape(problem), [1, 64, 16, 16] as const].map(
      (shape) => bench.filled(shape, NaN),
    );
    await bench.backend.sync();
    for (const each of dirty) each.dispose();
    const operands = integers(problem, 5);
    const it = await bench.prepare(problem, operands);
    // The output is allocated without an upload, so its old content is still there.
    const output = bench.keep(bench.backend.allocate(outputShape(problem)));
    it.run(it.feed(operands), output);
    expectRight(it.plan, operands, await bench.read(output), "in memory that was full of NaN");
  }
}

/** lifecycle, many plans: alive together, in flight together, and as similar to each other as possible. */

import { type Conv2dProblem, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import {
  benchCase,
  expectNoneLeft,
  expectRight,
  integers,
  type Known,
  memoryUse,
  type Prepared,
  takenOf,
  type Workbench,
} from "./lifecycle-workbench.js";

/** For each of these problems, ten plans are alive together. */
const MANY = [
  "ic5_ih6_oc11_kh3_ph1",
  "g12_ic12_ih6_oc12_kh3_ph1",
  "g4_ic16_ih5_oc16_kh3_ph1_residual_relu",
  "ic7_ih4_iw9_oc3_kh2_ph1",
  "g2_ic6_ih7_oc10_kh5_ph2",
].map(parseProblem);
const PLANS_OF_EACH = 10;

/** Problems that differ from each other in one field, which the key of a cache of kernels or tables must contain. */
const ALIKE = [
  "ic4_ih6_oc4_kh3_ph1",
  "ic4_ih6_oc4_kh3_ph1_relu",
  "ic4_ih6_oc4_kh3_ph1_relu6",
  "ic4_ih6_oc4_kh3_ph1_clamp-20:20",
  "ic4_ih6_oc4_kh3_ph1_clamp-20:30",
  "ic4_ih6_oc4_kh3_ph1_nobias",
  "ic4_ih6_oc4_kh3_ph1_residual",
  "ic4_ih6_oc4_kh3_ph1_reflect",
  "ic4_ih6_oc4_kh3_ph1_replicate",
  "ic4_ih6_oc4_kh3_ph1_circular",
  "ic4_ih6_oc4_kh3_pt2_pl1_pr1",
  "ic4_ih6_oc4_kh3_pt1_pl2_pb1",
  "ic4_ih6_oc4_kh3_ph2_pw1",
  "ic4_ih6_oc4_kh3_sh2_ph1",
  "ic4_ih6_oc4_kh3_sh1_sw2_ph1",
  "ic4_ih6_oc4_kh3_kw1_ph1",
  "ic4_ih6_oc8_kh3_ph1",
  "ic8_ih6_oc4_kh3_ph1",
  "ic4_ih6_iw7_oc4_kh3_ph1",
  "ic4_ih7_iw6_oc4_kh3_ph1",
  "n2_ic4_ih6_oc4_kh3_ph1",
  "g2_ic4_ih6_oc4_kh3_ph1",
  "g4_ic4_ih6_oc4_kh3_ph1",
  // With such large strides all of them even have the same output size.
  "ic4_ih8_oc4_kh3_sh4_ph1",
  "ic4_ih8_oc4_kh3_sh4_sw5_ph1",
  "ic4_ih8_oc4_kh3_sh5_sw4_ph1",
  "ic4_ih8_oc4_kh3_sh4_ph1_dh1_dw2",
  "ic4_ih8_oc4_kh3_sh4_ph1_dh2_dw1",
  "ic4_ih8_oc4_kh3_sh4_pl1_pb1_pr1",
  "ic4_ih8_oc4_kh3_sh4_pt1_pb1_pr1",
].map(parseProblem);

export function planCases(): readonly ConformanceCase[] {
  return [
    benchCase(`${PLANS_OF_EACH} plans of each kind alive at once, run in one order and read in another`, manyPlans),
    benchCase("plans that differ in one thing only, prepared in one order", (bench) => alikePlans(bench, ALIKE)),
    benchCase("plans that differ in one thing only, prepared in the other order", (bench) =>
      alikePlans(bench, [...ALIKE].reverse()),
    ),
  ];
}

async function manyPlans(bench: Workbench): Promise<void> {
  const before = await memoryUse(bench.backend);
  const all: { operands: Known; it: Prepared }[] = [];
  const problems = takenOf(bench.backend, MANY);
  for (let i = 0; i < PLANS_OF_EACH; i++) {
    for (const problem of problems) {
      const operands = integers(problem, all.length);
      all.push({ operands, it: await bench.prepare(problem, operands) });
    }
  }
  const runAll = async (some: typeof all, what: string): Promise<void> => {
    const running = some.map(({ it, operands }) => {
      const [fed, output] = [it.feed(operands), it.output()];
      it.run(fed, output);
      return { it, operands, output, fed };
    });
    const results = await Promise.all(running.reverse().map(({ output }) => bench.read(output)));
    for (const [index, { it, operands, output, fed }] of running.entries()) {
      expectRight(it.plan, operands, results[index]!, `${what}, result ${index + 1}`);
      for (const each of [output, fed.input, fed.residual]) each?.dispose();
    }
  };
  await runAll(all, "all plans");
  for (const { it } of all.filter((_, index) => index % 2 === 0)) it.plan.dispose();
  const left = all.filter((_, index) => index % 2 === 1);
  await runAll(left, "every second plan, the others disposed");
  for (const { it } of left) it.plan.dispose();
  expectNoneLeft(before, await memoryUse(bench.backend));
}

async function alikePlans(bench: Workbench, alike: readonly Conv2dProblem[]): Promise<void> {
  const all = [];
  for (const problem of takenOf(bench.backend, alike)) {
    const operands = integers(problem, 1);
    const it = await bench.prepare(problem, operands);
    const output = it.output();
    it.run(it.feed(operands), output);
    all.push({ it, operands, reading: bench.read(output) });
  }
  const results = await Promise.all(all.map(({ reading }) => reading));
  for (const [index, { it, operands }] of all.entries()) {
    expectRight(it.plan, operands, results[index]!, `plan ${index + 1}`);
  }
}

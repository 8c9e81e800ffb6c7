import { expect, test } from "vitest";
import { readArguments } from "./cli/arguments.js";
import { OPERATION_WINDOW_FAULTS } from "./faulty-backends/operation-window-faults.js";
import { rerunCommand } from "./report/rerun-command.js";
import { shellWords } from "./testing/command.js";
import { referenceBackend } from "./reference-backend.js";
import { runConformance } from "./run-conformance.js";
import { selectCases } from "./select-cases.js";

const EXACT = { suites: ["exact"], randomProblems: 0 } as const;

test("a complete name selects only its case, although other names begin with it", async () => {
  const whole = "ic3_ih7_oc128_kh3";
  expect((await selectCases({ ...EXACT, only: whole })).map(({ name }) => name)).toEqual([whole]);
  expect((await selectCases({ ...EXACT, only: "ic3_ih7_oc" })).length).toBeGreaterThan(1);
  expect(await selectCases({ ...EXACT, only: "no such case" })).toEqual([]);
});

test("several names select a case each, and the cases run in the suite's order", async () => {
  const all = (await selectCases(EXACT)).map(({ name }) => name);
  const [one, other] = [all[7]!, all[3]!];
  expect((await selectCases({ ...EXACT, only: [one, other] })).map(({ name }) => name)).toEqual([other, one]);
});

test("a problem selects the cases about it, in every suite", async () => {
  const found = await selectCases({ problem: "ic3_ih7_oc128_kh3" });
  expect(found.filter(({ suite }) => suite === "exact").map(({ name }) => name)).toEqual(["ic3_ih7_oc128_kh3"]);
  expect(found.some(({ suite }) => suite === "bounded")).toBe(true);
});

test("a problem that no suite has is tried too, in any notation", async () => {
  const { results, counts } = await runConformance(referenceBackend, { problem: "ic2_ih9_iw9_oc3_kh3_kw3_ph1_relu" });
  expect(results.map(({ suite, name }) => [suite, name])).toEqual([
    ["exact", "ic2_ih9_oc3_kh3_ph1_relu"],
    ["bounded", "ic2_ih9_oc3_kh3_ph1_relu"],
  ]);
  expect(counts.passed).toBe(2);
});

test("a run continues after the last case of an interrupted run", async () => {
  const all = (await selectCases({ ...EXACT, only: "ic3_" })).map(({ name }) => name);
  const { results } = await runConformance(referenceBackend, { ...EXACT, only: "ic3_", from: 2 });
  expect(results.map(({ name }) => name)).toEqual(all.slice(2));
});

test.each([
  [{ problem: "ic3" }, "problem"],
  [{ from: -1 }, "from (-1)"],
  [{ only: [] }, "only must be a string"],
])("a wrong option is refused: %j", async (options, words) => {
  await expect(runConformance(referenceBackend, options)).rejects.toThrow(words);
});

test("an operation selects the cases about it, and an operation that the suite does not have is tried too", async () => {
  const all = await selectCases({ problem: "add_n2_c5_h3_w4_relu" });
  expect(all.length).toBeGreaterThan(5);
  expect(new Set(all.map(({ suite }) => suite))).toEqual(new Set(["operations"]));
  const problem = "maxPool2d_n1_c2_ih7_iw7_kh3_kw3_sh2";
  const { results, counts } = await runConformance(referenceBackend, { problem });
  expect(results.map(({ suite, name }) => [suite, name])).toEqual([["operations", "maxPool2d_c2_ih7_kh3_sh2"]]);
  expect(counts.passed).toBe(1);
});

test("a failed operation names its problem, and its command runs that case again", async () => {
  const fault = OPERATION_WINDOW_FAULTS.find(({ name }) => name === "max-pool-ignores-dilation")!;
  const problem = "maxPool2d_c2_ih7_kh3_dh2";
  const { results } = await runConformance(fault.backend, { problem });
  expect(results[0]).toMatchObject({
    status: "failed",
    message: expect.stringContaining(`in ${problem}, of integer values`),
  });
  const command = rerunCommand({ module: "./mine.js", problem }, results[0]!);
  expect(command).toBe(`npx convene-conformance ./mine.js --suite operations --problem ${problem} --case ${problem}`);
  const [, , ...argv] = shellWords(command);
  const again = await runConformance(fault.backend, readArguments(argv).run);
  expect(again.results.map(({ name, status }) => [name, status])).toEqual([[problem, "failed"]]);
});

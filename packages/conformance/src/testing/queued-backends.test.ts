/**
 * The suite and the diagnosis name the faults of a backend with a queue in words that its author understands. A rejection that
 * nobody awaits is heard by the command alone (cli/main.test.ts).
 */

import { describe, expect, test } from "vitest";
import { describeFinding } from "../diagnosis/diagnosis.js";
import { type ConformanceOptions, type ConformanceReport, runConformance } from "../run-conformance.js";
import { SUITE_NAMES } from "../suite-names.js";
import { queuedBackend, type QueueFault } from "./queued-backends.js";

const QUICK = { selection: "quick", randomProblems: 0, limit: 5_000 } as const;

function run(fault: QueueFault, options: ConformanceOptions): Promise<ConformanceReport> {
  return runConformance(() => queuedBackend(fault), { ...QUICK, ...options });
}

const diagnosed = ({ diagnosis }: ConformanceReport): string =>
  (diagnosis?.findings ?? []).slice(0, 1).flatMap(describeFinding).join("\n");

test.each<[fault: QueueFault, words: readonly RegExp[]]>([
  ["weights as OHWI", [/ic\/g > 1 and kh·kw > 1|kh·kw > 1 and ic\/g > 1/, /cause +weights are read as OHWI/]],
  ["dh ignored", [/ails where(ver)? .*dh > 1/, /cause +dh is ignored/]],
  ["residual after the clamp", [/there is a residual and there is an activation/, /added after the activation/]],
  ["read does not wait", [/^Right after `sync`, wrong without/, /`read` did not wait/]],
  [
    "run is not in the queue",
    [/^Right after `sync` between upload and run, wrong without/, /`run` did not wait for the uploads/],
  ],
  ["run is async", [/returned a promise, which is ignored; the output was not written when it was read/]],
  [
    "an error is swallowed",
    [/Fails wherever g > 1/, /nothing is written there: the elements keep what lay in the output/],
  ],
])("%s: the diagnosis names it first", { timeout: 60_000 }, async (fault, words) => {
  const report = await run(fault, { suites: ["exact"], limit: 5_000 });
  for (const each of words) expect(diagnosed(report)).toMatch(each);
});

test.each<[fault: QueueFault, words: readonly RegExp[]]>([
  ["upload is not in the queue", [/`upload` overtakes runs/]],
  ["read is too late", [/`read` is too late|with several runs in flight/]],
  ["memory is freed under a pending run", [/`free` or `dispose` came while a run or a read that uses it was pending/]],
  [
    "memory is cleared under a pending run",
    [/`free` or `dispose` came while a run or a read that uses it was pending/],
  ],
])("%s: lifecycle names it, and comes before networks", { timeout: 60_000 }, async (fault, words) => {
  const report = await run(fault, {
    suites: SUITE_NAMES.filter((suite) => suite === "lifecycle" || suite === "networks"),
  });
  for (const each of words) expect(diagnosed(report)).toMatch(each);
  expect(report.results.find(({ status }) => status === "failed")?.suite).toBe("lifecycle");
  expect(report.results.at(-1)?.suite).toBe("networks");
});

test("memory is freed while a run is pending: the case says so, with a stack, and fails alone too", async () => {
  const report = await run("memory is freed under a pending run", {
    suites: ["lifecycle"],
    only: "an input disposed right after the run",
  });
  const first = report.results.find(({ status }) => status === "failed");
  expect(first?.message).toMatch(
    /^`free` came while a run or a read that uses it was pending, and was not kept waiting/,
  );
  expect(first?.thrown?.stack).toMatch(/queued-backends/);
  expect(first?.alone).toBeUndefined();
});

test("sync does not wait: no finding says that memory leaks", { timeout: 60_000 }, async () => {
  const { diagnosis } = await run("sync does not wait", { suites: ["lifecycle", "errors"] });
  const [first, ...others] = (diagnosis?.findings ?? []).flatMap(({ cause = "" }) => cause);
  expect(first).toMatch(/`sync` does not wait/);
  expect(others.join("\n")).not.toMatch(/leak/);
});

test.each<QueueFault>(["read does not wait", "weights as OHWI", "an error is swallowed", "run is not in the queue"])(
  "%s: lifecycle alone does not accuse what it frees, because cases that free nothing fail too",
  async (fault) => {
    const { diagnosis } = await run(fault, { suites: ["lifecycle"] });
    expect(diagnosis?.findings).toHaveLength(1);
    expect(diagnosis?.findings[0]).toMatchObject({ certain: false });
    expect(diagnosis?.findings[0]!.cause).toMatch(/not one of lifecycle.*The suite exact shows the fault/);
  },
  60_000,
);

test("read does not wait: what is found behind it may be a consequence of it, and is not certain", async () => {
  const { diagnosis } = await run("read does not wait", { suites: ["exact", "lifecycle"] });
  const [first, ...others] = diagnosis?.findings ?? [];
  expect(first).toMatchObject({ certain: true });
  expect(others.length).toBeGreaterThan(0);
  for (const each of others) {
    expect(each.certain).toBe(false);
    expect(each.evidence).toMatch(/this may be a consequence of the first finding$/);
  }
}, 60_000);

test("an error is swallowed: the failure explains the NaN", async () => {
  const report = await run("an error is swallowed", { suites: ["exact"], only: "g2_" });
  const first = report.results.find(({ status }) => status === "failed");
  expect(first?.message).toMatch(/NaN is what lay in the output before the run$/);
});

test("a read hangs: the failure names the call that did not settle, and the run ends soon", async () => {
  const report = await run("a read hangs", { suites: ["exact"], limit: 3_000 });
  const first = report.results.find(({ status }) => status === "failed");
  expect(first?.message).toBe("no answer within 3 s: `read` has not settled");
  // Later cases get a shorter time limit.
  expect(report.results.some(({ message }) => /^no answer within [12][.\d]* s: `read`/.test(message ?? ""))).toBe(true);
}, 90_000);

describe("no memory()", () => {
  const OPTIONS = { suites: ["lifecycle"], only: "cycles of prepare" } as const;
  test("the leak cases are skipped, with the reason", async () => {
    const report = await run("no memory()", OPTIONS);
    expect(report.counts).toMatchObject({ passed: 0, failed: 0 });
    expect(report.counts.skipped).toBeGreaterThan(0);
    expect(report.results[0]?.message).toMatch(
      /^the backend has no memory\(\), so a leak would not show; with memory\(\) the suite checks it$/,
    );
  });

  test("they fail if nothing may be skipped", async () => {
    const report = await run("no memory()", { ...OPTIONS, noSkips: true });
    expect(report.counts).toMatchObject({ passed: 0, skipped: 0 });
    expect(report.counts.failed).toBeGreaterThan(0);
  });
});

test("without a fault the backend passes", { timeout: 60_000 }, async () => {
  const { counts } = await runConformance(() => queuedBackend(), { ...QUICK, suites: ["exact", "lifecycle"] });
  expect(counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
});

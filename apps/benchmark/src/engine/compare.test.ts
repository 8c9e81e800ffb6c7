/** The engine as a page uses it, with a plan and events. The reference takes the place of real backends. */

import { InputError, referenceBackend } from "@convene/conformance";
import { type Backend, BackendUnavailableError } from "@convene/core";
import { describe, expect, it } from "vitest";
import type { BackendTable } from "./backends.js";
import { compare, type CompareHost } from "./compare.js";
import type { CompareEvent } from "./compare-events.js";
import type { ComparePlan } from "./compare-plan.js";
import type { CompareReport } from "./compare-report.js";
import { foldEvent } from "./fold-events.js";
import { parseReport } from "./parse-report.js";
import { describeWinner } from "./winner.js";

const entry = (open: () => Promise<Backend>) => ({ about: "for tests", standard: true, open });
const changed = (change: (right: Backend) => Partial<Backend>) =>
  entry(async () => {
    const right = await referenceBackend();
    return { ...right, ...change(right) };
  });
const TABLE: BackendTable = {
  first: entry(referenceBackend),
  second: entry(referenceBackend),
  wrong: changed((right) => ({
    read: async (...args) => {
      const result = await right.read(...args);
      result.data[result.data.length - 1]! += 1;
      return result;
    },
  })),
  silent: changed((right) => ({ read: () => new Promise(() => undefined), sync: () => right.sync() })),
  losing: changed(() => ({
    sync: async () => {
      throw new Error("the device was lost");
    },
  })),
  absent: entry(async () => {
    throw new BackendUnavailableError("absent", "there is no such thing here", "Use first.");
  }),
  broken: entry(async () => {
    throw new Error("no luck");
  }),
};
const PROBLEMS = ["ic3_ih7_oc8_kh3", "g4_ic8_ih6_oc8_kh3_ph1"];

async function run(plan: Partial<ComparePlan>, host: Partial<CompareHost> = {}) {
  const events: CompareEvent[] = [];
  let folded: CompareReport | undefined;
  const whole: ComparePlan = {
    workloads: [{ kind: "problems", problems: PROBLEMS }],
    backends: ["first", "second"],
    time: 5,
    ...plan,
  };
  for await (const event of compare(whole, { signal: new AbortController().signal, table: TABLE, ...host })) {
    // A worker posts copies of events.
    const copy = structuredClone(event);
    events.push(copy);
    if (copy.type !== "end") folded = foldEvent(folded, copy);
  }
  const end = events.at(-1)!;
  if (end.type !== "end") throw new Error("the last event must be the end");
  return { events, report: end.report, folded: folded!, outcome: end.outcome };
}

describe("compare", () => {
  it("verifies, then times, and ends in a report that equals its folded events", async () => {
    const { events, report, folded, outcome } = await run({ time: 100 });
    expect(outcome).toBe("complete");
    expect({ ...folded, outcome }).toEqual(report);
    expect(events.flatMap((event) => (event.type === "phase" ? [event.phase] : []))).toEqual([
      "open",
      "verify",
      "time",
    ]);
    expect(report.verification.agreement).toMatchObject([
      { a: "first", compared: 2, disagreed: 0 },
      { a: "second", compared: 2, disagreed: 0 },
      { a: "first", b: "second", compared: 2, disagreed: 0, worst: 0 },
    ]);
    const [workload] = report.workloads;
    expect(workload).toMatchObject({ complete: true, distinctLayers: 2, convolutions: 2 });
    for (const { figures } of workload!.layers) {
      expect(figures.map(({ backend }) => backend)).toEqual(["first", "second"]);
      expect(figures[0]!.ratio).toEqual({ value: 1, interval: { low: 1, high: 1 } });
      expect(figures[1]!.ratio!.interval!.low).toBeLessThanOrEqual(figures[1]!.ratio!.value);
      expect(figures[1]!.call!.median).toBeGreaterThan(0);
    }
    expect(describeWinner(report)).toHaveLength(1);
    expect(parseReport(JSON.stringify(report))).toEqual(report);
    const left = events.flatMap((event) => (event.type === "progress" ? [event.remaining] : []));
    expect(Math.min(...left.map(Number))).toBeGreaterThanOrEqual(0);
  });

  it("shows a wrong backend with the places of its faults, and does not time or rank it", async () => {
    const { report } = await run({ backends: ["wrong", "first", "second"] });
    expect(report.backends.map(({ name, wrong }) => [name, wrong])).toEqual([
      ["wrong", true],
      ["first", false],
      ["second", false],
    ]);
    const verdict = report.verification.verdicts.find(({ a, b }) => a === "wrong" && b === undefined)!;
    expect(verdict).toMatchObject({
      status: "disagrees",
      message: expect.stringContaining("1 of 200 elements are wrong"),
    });
    expect(verdict.errorOverBound).toBeGreaterThan(1);
    expect(verdict.map).toEqual([".....", ".....", ".....", ".....", "....+"]);
    const [{ figures, failures } = { figures: [], failures: [] }] = report.workloads[0]!.layers;
    expect(figures.map(({ backend, ratio }) => [backend, ratio?.value === 1])).toContainEqual(["first", true]);
    expect(failures).toEqual([{ backend: "wrong", kind: "wrong", message: "not timed: its results are wrong" }]);
    expect(describeWinner(report).join("")).not.toContain("wrong");
  });

  it("goes on without a backend that does not open, is absent, loses its device or does not answer", async () => {
    const { report, outcome } = await run(
      { backends: ["first", "broken", "absent", "losing", "silent", "second"] },
      // This is longer than any answer takes on a busy machine.
      { silence: 2000 },
    );
    expect(outcome).toBe("complete");
    expect(report.unavailable).toMatchObject([{ name: "absent", remedy: "Use first." }]);
    expect(report.failures).toMatchObject([
      { backend: "broken", kind: "threw", message: expect.stringContaining("no luck") },
      { backend: "silent", kind: "silent" },
      { backend: "losing", kind: "lost", message: "the device was lost" },
    ]);
    for (const { figures } of report.workloads[0]!.layers)
      expect(figures.map(({ backend }) => backend)).toEqual(["first", "second"]);
  });

  it("keeps its results if it is stopped", async () => {
    const abort = new AbortController();
    const { report, outcome } = await run(
      {},
      { signal: abort.signal, conditions: () => (abort.abort(), ["background"]) },
    );
    expect(outcome).toBe("stopped");
    expect(report.workloads[0]).toMatchObject({ complete: false, layers: [{ problem: PROBLEMS[0] }] });
    expect(report.warnings).toContainEqual({ kind: "background" });
  });

  it("ends at its time limit", async () => {
    const { outcome } = await run({ time: 100_000, limit: 100, verify: false });
    expect(outcome).toBe("out-of-time");
  });

  it("stops if the listener leaves the loop", async () => {
    let disposed = 0;
    const table: BackendTable = {
      first: changed((right) => ({ dispose: async () => (disposed++, right.dispose()) })),
    };
    const plan: ComparePlan = {
      workloads: [{ kind: "problems", problems: PROBLEMS }],
      backends: ["first"],
      time: 100_000,
    };
    for await (const event of compare(plan, { signal: new AbortController().signal, table }))
      if (event.type === "verdict") break;
    expect(disposed).toBe(1);
  });

  it.each<[string, Partial<ComparePlan>, RegExp]>([
    ["a backend that nobody knows", { backends: ["frist"] }, /unknown backend "frist"; did you mean "first"\?/],
    ["no backend", { backends: [] }, /needs a backend/],
    ["no workload", { workloads: [] }, /needs a workload/],
    ["a problem that is none", { workloads: [{ kind: "problems", problems: ["ic3"] }] }, /is missing/],
    ["a name that no workload has", { workloads: [{ kind: "named", name: "textbok" }] }, /did you mean "textbook"\?/],
    [
      "a file that is no ONNX file",
      { workloads: [{ kind: "onnx", name: "x.onnx", bytes: new Uint8Array(9) }] },
      /x\.onnx/,
    ],
  ])("refuses %s", async (_, plan, message) => {
    await expect(run(plan)).rejects.toThrow(InputError);
    await expect(run(plan)).rejects.toThrow(message);
  });
});

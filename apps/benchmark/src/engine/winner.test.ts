import { describe, expect, it } from "vitest";
import { foldEvent } from "./fold-events.js";
import type { CompareEvent } from "./compare-events.js";
import type { CompareReport, Figure } from "./compare-report.js";
import { summarize } from "./statistics.js";
import { describeWinner } from "./winner.js";

const figure = (backend: string, samples: readonly number[]): Figure => ({
  backend,
  samples,
  runsPerSample: 1,
  gflops: 1,
  ...summarize(samples),
});

/** A report of one layer, from events as the engine gives them. */
function report(times: Readonly<Record<string, readonly number[]>>, wrong: readonly string[] = []): CompareReport {
  const backends = Object.keys(times);
  const layer = {
    problem: "ic1_ih1_oc1_kh1",
    names: [],
    repeat: 2,
    macs: 1,
    bytes: 1,
    figures: Object.entries(times).map(([backend, samples]) => figure(backend, samples)),
    failures: [],
  };
  const events: readonly CompareEvent[] = [
    {
      type: "begin",
      environment: { convene: "1", runtime: "x", platform: "x", threads: 1, clockStep: 0, date: "" },
      backends,
      workloads: [
        {
          name: "w",
          about: "",
          convolutions: 2,
          distinctLayers: 1,
          batches: [1],
          complete: false,
          layers: [],
          totals: [],
        },
      ],
      timePerLayer: 1,
      verify: false,
    },
    ...backends.map((name) => ({
      type: "backend" as const,
      backend: { name, asked: name, device: "x", start: 1, wrong: wrong.includes(name) },
    })),
    { type: "layer", workload: 0, layer, final: true },
  ];
  return events.reduce<CompareReport | undefined>(foldEvent, undefined)!;
}
const around = (time: number, spread = 0.005) =>
  [1 - spread, 1, 1 + spread, 1, 1 - spread, 1 + spread, 1, 1].map((factor) => factor * time);

describe("describeWinner", () => {
  it("says which backend is how many times as fast as another", () => {
    expect(describeWinner(report({ cpu: around(1), "worker-threads": around(1.29) }))).toEqual([
      "w: cpu is 1.29 times as fast as worker-threads (1.29 to 1.29).",
    ]);
  });

  it("says of how many layers it speaks if a run has ended early", () => {
    const early = report({ a: around(1), b: around(2) });
    const [workload] = early.workloads;
    const of = (changed: object) => describeWinner({ ...early, workloads: [{ ...workload!, ...changed }] })[0];
    expect(of({ distinctLayers: 21, complete: false })).toMatch(/^w, 1 of 21 layers: a is /);
    expect(of({ distinctLayers: 21, complete: true })).toMatch(/^w: a is /);
    expect(of({ layers: [workload!.layers[0], workload!.layers[0]], complete: true })).toMatch(/^w, all layers: a is /);
  });

  it("says equal if an interval contains 1, and says if little is known", () => {
    const mixed = [1.01, 0.99, 1.02, 0.98, 1, 1.01, 0.99, 1];
    expect(describeWinner(report({ a: around(1), b: mixed }))[0]).toMatch(/a and b are equally fast|b and a are/);
    const wild = [0.5, 2, 0.5, 2, 0.5, 2, 1, 1.1];
    expect(describeWinner(report({ a: around(1), b: wild }))[0]).toMatch(/cannot be told apart .*; measure longer\.$/);
  });

  it("is not certain after too few rounds, leaves out wrong backends, and says nothing about a single backend", () => {
    expect(describeWinner(report({ a: [1, 1], b: [2, 2] }))[0]).toContain("a seems 2.00 times as fast as b");
    expect(describeWinner(report({ a: around(1), b: around(2), c: around(0.1) }, ["c"]))).toEqual([
      "w: a is 2.00 times as fast as b (2.00 to 2.00).",
    ]);
    expect(describeWinner(report({ a: around(1) }))).toEqual([]);
  });
});

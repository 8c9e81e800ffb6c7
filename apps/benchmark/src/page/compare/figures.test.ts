import { expect, it } from "vitest";
import type { CompareReport, Figure, LayerReport } from "../../engine/compare-report.js";
import { totals } from "../../engine/measure/results.js";
import { agreementOf, barsOf, firstFault, pointsOf, sortLayers, stagesOf } from "./figures.js";

const figure = (backend: string, median: number): Figure => ({
  backend,
  median,
  q1: median,
  q3: median,
  min: median,
  max: median,
  spread: 0,
  samples: Array.from({ length: 9 }, () => median),
  runsPerSample: 1,
  gflops: 1 / median,
  prepare: 2,
  first: 3,
});
const layer = (problem: string, macs: number, figures: readonly Figure[]): LayerReport => ({
  problem,
  names: [problem],
  repeat: 1,
  macs,
  bytes: 100,
  figures,
  failures: [],
});
const LAYERS = [
  layer("a", 100, [figure("cpu", 4), figure("gpu", 1)]),
  layer("b", 300, [figure("cpu", 2), figure("gpu", 3)]),
  layer("c", 200, [figure("cpu", 6)]),
];
const WORKLOAD = {
  name: "w",
  about: "",
  convolutions: 3,
  distinctLayers: 3,
  batches: [1],
  complete: true,
  totals: totals(LAYERS, ["cpu", "gpu"]),
  layers: LAYERS,
};
const backend = (name: string, wrong = false) => ({ name, asked: name, device: "", start: 10, wrong });
// The report has only the fields that the charts read.
const REPORT = {
  backends: [backend("cpu"), backend("gpu"), backend("bad", true)],
  verification: {
    state: "done",
    verdicts: [
      { workload: "w", problem: "a", a: "cpu", b: "bad", status: "disagrees", message: "as a pair" },
      { workload: "w", problem: "a", a: "bad", status: "disagrees", message: "alone" },
    ],
    agreement: [{ a: "cpu", b: "bad", compared: 1, disagreed: 1, worst: 70 }],
  },
  workloads: [WORKLOAD],
} as unknown as CompareReport;

it("draws a bar for each right backend with all layers", () => {
  expect(barsOf(REPORT, WORKLOAD)).toEqual([
    { backend: "cpu", milliseconds: 12, interval: { low: 12, high: 12 }, times: 1 },
  ]);
  const layers = LAYERS.slice(0, 2);
  const shorter = { ...WORKLOAD, layers, totals: totals(layers, ["cpu", "gpu"]) };
  expect(barsOf(REPORT, shorter).map(({ backend: name, times }) => [name, times])).toEqual([
    ["gpu", 1],
    ["cpu", 1.5],
  ]);
});

it("finds agreement in both directions, and a fault against the reference before a fault against a backend", () => {
  expect(agreementOf(REPORT, "bad", "cpu")).toMatchObject({ worst: 70 });
  expect(agreementOf(REPORT, "cpu", undefined)).toBeUndefined();
  expect(firstFault(REPORT, "bad")).toMatchObject({ message: "alone" });
  expect(firstFault(REPORT, "gpu")).toBeUndefined();
});

it("sorts layers, and puts layers without a figure last", () => {
  const names = (key: string, descending = false): string =>
    sortLayers(WORKLOAD.layers, { key, descending })
      .map(({ problem }) => problem)
      .join("");
  expect([names("order"), names("order", true), names("macs"), names("gpu"), names("gpu", true)]).toEqual([
    "abc",
    "cba",
    "acb",
    "abc",
    "bac",
  ]);
});

it("adds stages up only if no layer is missing", () => {
  expect(stagesOf(REPORT, WORKLOAD)).toMatchObject([
    { backend: "cpu", load: 10, prepare: 6, first: 9, steady: 12 },
    { backend: "gpu", load: 10, prepare: undefined, steady: undefined },
    { backend: "bad", steady: undefined },
  ]);
  expect(pointsOf(WORKLOAD)[0]).toEqual({ backend: "cpu", problem: "a", intensity: 2, gflops: 0.25 });
});

import { describe, expect, it } from "vitest";
import { summarize } from "./statistics.js";
import { backendWarnings, describeWarnings, environmentWarnings, figureWarnings, isNoisy } from "./warnings.js";

const figure = (samples: readonly number[]) => ({
  backend: "cpu",
  samples,
  runsPerSample: 1,
  gflops: 1,
  ...summarize(samples),
});
const kinds = (samples: readonly number[]) =>
  figureWarnings("ic1_ih1_oc1_kh1", figure(samples)).map(({ kind }) => kind);

describe("warnings", () => {
  it("are not given for samples that agree", () => {
    expect(kinds([1, 1, 1.1, 1, 1, 1])).toEqual([]);
    expect(isNoisy(figure([1, 1, 1.1, 1, 1, 1]))).toBe(false);
  });

  it("report too few samples, and a spread that is too wide", () => {
    expect(kinds([1, 1, 1, 1, 1])).toEqual(["few-samples"]);
    expect(kinds([1, 2, 3, 4, 5, 6])).toEqual(["noisy"]);
    expect(isNoisy(figure([1, 2, 3, 4, 5, 6]))).toBe(true);
  });

  it("report a coarse clock, a page that is not isolated, an adapter in software", () => {
    const environment = { convene: "0", runtime: "x", platform: "x", threads: 1, clockStep: 0.1, date: "" };
    expect(environmentWarnings(environment)).toEqual([{ kind: "coarse-timer" }]);
    expect(environmentWarnings({ ...environment, clockStep: 0.001, isolated: false })).toEqual([
      { kind: "not-isolated" },
    ]);
    const backend = { name: "gpu", asked: "gpu", device: "x", start: 1, wrong: false };
    expect(backendWarnings({ ...backend, adapter: { name: "SwiftShader", software: true } })).toEqual([
      { kind: "software-adapter", backend: "gpu" },
    ]);
    expect(describeWarnings([{ kind: "coarse-timer" }], 0.1)).toMatchObject([
      { what: expect.stringContaining("steps of 0.100 ms"), where: "" },
    ]);
  });

  it("name the first places, count the others, and give advice", () => {
    const noisy = ["a", "b", "c", "d"].map((subject) => ({ kind: "noisy" as const, subject, backend: "cpu" }));
    const [{ what, where, advice } = { what: "", where: "", advice: "" }] = describeWarnings(noisy);
    expect(what).toContain("4 figures");
    expect(where).toBe("cpu a, cpu b and 2 more");
    expect(advice).toContain("--time");
  });
});

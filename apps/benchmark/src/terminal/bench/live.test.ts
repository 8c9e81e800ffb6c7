import { createColors } from "@convene/conformance/terminal";
import { describe, expect, it } from "vitest";
import type { Figure } from "../../engine/compare-report.js";
import { summarize } from "../../engine/statistics.js";
import { visibleLength } from "@convene/conformance/terminal";
import { liveFrame } from "./live.js";

const plain = createColors(false);
const figure = (backend: string, time: number): Figure => {
  const samples = Array.from({ length: 8 }, () => time);
  return { backend, samples, runsPerSample: 1, gflops: 1, ...summarize(samples) };
};
const rows = ["ic3_ih7_oc8_kh3", "ic8_ih7_oc8_kh1", "end to end"].map(
  (label) =>
    [
      label,
      {
        figures: [figure("cpu", 2), figure("worker-threads", 1)],
        failures: [{ backend: "gpu", kind: "unsupported" as const, message: "no" }],
      },
    ] as const,
);
const state = { phase: "time", done: 5, total: 10, label: "ic8_ih7_oc8_kh1", remaining: 42_400 };

describe("liveFrame", () => {
  it("shows the progress and the remaining time, and a bar for each backend on each layer", () => {
    const lines = liveFrame(state, rows.slice(0, 1), { columns: 80, rows: 20 }, plain);
    expect(lines).toEqual([
      "timing  ██████████░░░░░░░░░░  5/10  42 s left  ic8_ih7_oc8_kh1",
      "ic3_ih7_oc8_kh3",
      "  cpu                 2.000 ms  ████████████████████",
      "  worker-threads      1.000 ms  ██████████",
      "  gpu              unsupported",
    ]);
  });

  it("keeps to the terminal: the latest layers that fit, whole, and no line that would break", () => {
    const colors = createColors(true);
    const lines = liveFrame(state, rows, { columns: 40, rows: 10 }, colors);
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(Math.max(...lines.map(visibleLength))).toBeLessThan(40);
    expect(lines.join("\n")).not.toContain("ic3_ih7");
    expect(lines.join("\n")).toContain("end to end");
  });
});

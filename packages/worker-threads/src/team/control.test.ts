import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AT,
  controlBytes,
  FIELDS,
  leftAt,
  MOST_STEPS,
  nextAt,
  rangeStart,
  type Step,
  stepAt,
  STEPS,
  writeBatch,
} from "./control.js";

const step = (jobs: number, ranges: number): Step =>
  ({ ...Object.fromEntries(FIELDS.map((name, index) => [name, 1000 + index])), jobs, ranges }) as Step;

describe("rangeStart", () => {
  it("cuts all jobs into ranges that differ by one at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 24 }), fc.integer({ min: 1, max: 256 }), (jobs, ranges) => {
        fc.pre(ranges <= jobs);
        const starts = Array.from({ length: ranges + 1 }, (_, range) => rangeStart(jobs, ranges, range));
        expect([starts[0], starts.at(-1)]).toEqual([0, jobs]);
        const sizes = starts.slice(1).map((end, range) => end - starts[range]!);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("writeBatch", () => {
  it.each([1, 2, 7, 256])(
    "keeps steps apart, and words that several threads write on separate cache lines: %i threads",
    (threads) => {
      const control = new Int32Array(new SharedArrayBuffer(controlBytes(threads)));
      const steps = Array.from({ length: MOST_STEPS }, (_, index) => step(1000 + index, threads));
      writeBatch(control, steps, threads);
      expect(control[STEPS]).toBe(MOST_STEPS);
      const lines = new Set<number>();
      for (const [index, { jobs, ranges, kernel }] of steps.entries()) {
        const at = stepAt(index, threads);
        expect(control[at + AT.jobs]).toBe(jobs);
        expect(control[at + AT.kernel]).toBe(kernel);
        expect(control[leftAt(at)]).toBe(jobs);
        for (let range = 0; range < ranges; range++) {
          expect(control[nextAt(at, range)]).toBe(rangeStart(jobs, ranges, range));
          lines.add(nextAt(at, range) >> 4);
        }
        lines.add(at >> 4).add(leftAt(at) >> 4);
      }
      expect(lines.size).toBe(MOST_STEPS * (threads + 2));
      expect(Math.max(...lines) * 64 + 64).toBeLessThanOrEqual(controlBytes(threads));
    },
  );

  it("keeps addresses above 2 GiB, as 32 bits", () => {
    const control = new Int32Array(new SharedArrayBuffer(controlBytes(1)));
    writeBatch(control, [{ ...step(1, 1), output: 2 ** 32 - 64 }], 1);
    expect(control[stepAt(0, 1) + AT.output]! >>> 0).toBe(2 ** 32 - 64);
  });
});

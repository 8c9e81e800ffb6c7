import { parseOperation, type Pool2dProblem } from "@convene/core";
import { expect, it } from "vitest";
import { eachPlace, indexIn, runOperation } from "../testing/run-operation.js";
import { pool2d } from "./pool2d.js";

/** Numbers of either sign in no order. */
const fill = (element: number): number => ((element * 37) % 101) - 90;

/** What a window has of the input, and how many of its elements lie in the input and its padding. */
function windowOf(
  p: Pool2dProblem,
  n: number,
  c: number,
  oy: number,
  ox: number,
): { values: number[]; padded: number } {
  const values: number[] = [];
  let padded = 0;
  for (let ky = 0; ky < p.kh; ky++) {
    for (let kx = 0; kx < p.kw; kx++) {
      const [y, x] = [oy * p.sh + ky * p.dh - p.pt, ox * p.sw + kx * p.dw - p.pl];
      if (y < p.ih + p.pb && x < p.iw + p.pr) padded++;
      if (y >= 0 && y < p.ih && x >= 0 && x < p.iw) values.push(fill(indexIn(p, 0)(n, c, y, x)));
    }
  }
  return { values, padded };
}

const OPTIONS = [
  "c3_ih4_kh2_sh2",
  "n2_c5_ih7_iw6_kh3_sh2_pt1_pl1_pb1_pr1",
  "c2_ih5_iw6_kh3_kw2_sh2_sw3_pt2_pl1",
  "c2_ih7_kh3_dh2_pt1_pb2",
  "c3_ih6_kh3_sh2_pt1_pl1_pb1_pr1_ceilMode",
  "c3_ih8_iw7_kh3_sh2_ceilMode",
  "c4_ih5_iw3_kh5_kw3",
];

it.each(OPTIONS)("maxPool2d_%s gives the largest value of each window, without padding", async (options) => {
  const { data, problem } = await runOperation(`maxPool2d_${options}`, { fill });
  const p = problem as Pool2dProblem;
  expect(data).toEqual(eachPlace(p, (n, c, y, x) => Math.max(...windowOf(p, n, c, y, x).values)));
});

it.each(OPTIONS.flatMap((options) => [options, `${options}_countExcludePad`]))(
  "avgPool2d_%s divides by the number of pixels that count",
  async (options) => {
    const { data, problem } = await runOperation(`avgPool2d_${options}`, { fill });
    const p = problem as Pool2dProblem;
    const expected = eachPlace(p, (n, c, y, x) => {
      const { values, padded } = windowOf(p, n, c, y, x);
      return Math.fround(values.reduce((a, b) => a + b, 0) / (p.countIncludePad ? padded : values.length));
    });
    expect(data).toEqual(expected);
  },
);

it.each([0, 1, 2, 3])(
  "a NaN at %d is the maximum of the windows that contain it, and of no other window",
  async (at) => {
    const { data } = await runOperation("maxPool2d_c1_ih1_iw5_kh1_kw3", {
      fill: (element) => (element === at ? NaN : element),
    });
    const expected = [0, 1, 2].map((first) => (at >= first && at < first + 3 ? NaN : first + 2));
    expect(data).toEqual(expected);
  },
);

it("the maximum is minus infinity for a window of minus infinities, and for an empty window", async () => {
  const least = await runOperation("maxPool2d_c1_ih2_kh2", { fill: () => -Infinity });
  expect(least.data).toEqual([-Infinity]);
  // Two taps, three apart, on either side of a single row.
  const empty = await runOperation("maxPool2d_c1_ih1_iw1_kh2_kw1_pt2_pb2_dh3");
  expect(empty.data).toContain(-Infinity);
});

it("refuses windows whose coordinates float32 cannot count", () => {
  const far = parseOperation("maxPool2d_c1_ih20000001_iw1_kh1_sh20000000") as Pool2dProblem;
  expect(pool2d.refuse!(far)).toMatch(/reaches coordinate 20000000 of the padded input.*2\^24/);
});

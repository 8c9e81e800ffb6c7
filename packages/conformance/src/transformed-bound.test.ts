/** Rule 3's bound follows its derivation, holds for every tiling and for other points, and is not larger than necessary. */

import { parseProblem } from "@convene/core";
import { describe, expect, test } from "vitest";
import { makeOperands, type Operands } from "./operands.js";
import { gamma } from "./rules.js";
import {
  hasTransformedRule,
  LAVIN_GRAY,
  type Matrix,
  transformedBound,
  transformedRoundings,
} from "./transformed-bound.js";

/** Toom and Cook's transforms of these points and infinity, for `m` outputs of a kernel of 3. */
function toomCook(points: readonly number[], m: number): { input: Matrix; weight: Matrix; output: Matrix } {
  /** The product of two polynomials. Coefficients begin with the constant. */
  const times = (a: readonly number[], b: readonly number[]): number[] =>
    Array.from({ length: a.length + b.length - 1 }, (_, k) =>
      a.reduce((sum, value, i) => sum + value * (b[k - i] ?? 0), 0),
    );
  const product = (of: readonly number[]): number[] => of.reduce<number[]>((all, p) => times(all, [-p, 1]), [1]);
  const powers = (p: number, count: number): number[] => Array.from({ length: count }, (_, k) => p ** k);
  const last = (count: number): number[] => [...Array.from({ length: count - 1 }, () => 0), 1];
  const others = points.map((p) => points.filter((q) => q !== p));
  const columns = [...points.map((p) => powers(p, m)), last(m)];
  return {
    input: [...others.map((rest) => [...product(rest), 0]), product(points)],
    weight: [
      ...points.map((p, i) => powers(p, 3).map((x) => x / others[i]!.reduce((all, q) => all * (p - q), 1))),
      last(3),
    ],
    output: Array.from({ length: m }, (_, row) => columns.map((column) => column[row]!)),
  };
}

const absolute = (matrix: Matrix): Matrix => matrix.map((row) => row.map(Math.abs));
/** M X Mᵀ. */
const around = (matrix: Matrix, x: Matrix): Matrix => {
  const rows = matrix.map((row) => x[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * x[k]![j]!, 0)));
  return rows.map((row) => matrix.map((other) => other.reduce((sum, value, k) => sum + value * row[k]!, 0)));
};
const square = (size: number, value: (y: number, x: number) => number): Matrix =>
  Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) => value(y, x)));

/** |Aᵀ| [ (|G||w||Gᵀ|) ∘ (|Bᵀ||x||B|) ] |A| for one channel and one tile, in float64. */
function componentwise(transforms: ReturnType<typeof toomCook>, w: Matrix, x: Matrix): Matrix {
  const [u, v] = [around(absolute(transforms.weight), absolute(w)), around(absolute(transforms.input), absolute(x))];
  return around(
    absolute(transforms.output),
    u.map((row, i) => row.map((value, j) => value * v[i]![j]!)),
  );
}

const ONE_IMAGE = parseProblem("ic3_ih11_iw10_oc4_kh3_pt1_pl2_pb2_nobias");

test("the matrices are Toom and Cook's of the points 0, 1, -1, 2, -2 and infinity", () => {
  const made = toomCook([0, 1, -1, 2, -2], 4);
  for (const key of ["input", "weight", "output"] as const) {
    made[key].forEach((row, i) => row.forEach((value, j) => expect(LAVIN_GRAY[key][i]![j]).toBeCloseTo(value, 15)));
  }
});

test("K counts the passes of input, weights and output, the product, the channels, bias and residual", () => {
  expect(transformedRoundings(parseProblem("ic1_ih6_oc1_kh3"))).toBe(30);
  expect(transformedRoundings(parseProblem("g4_ic256_ih6_oc8_kh3"))).toBe(93);
});

describe("for every tiling", () => {
  /** The componentwise bound of each output, with tiles that begin `dy` rows and `dx` columns early. */
  function boundOfTiling(operands: Operands, dy: number, dx: number): Float64Array {
    const { ic, oc, ih, iw, oh, ow, pt, pl } = ONE_IMAGE;
    const result = new Float64Array(oc * oh * ow);
    const pixel = (c: number, y: number, x: number): number =>
      y < 0 || y >= ih || x < 0 || x >= iw ? 0 : operands.input[(c * ih + y) * iw + x]!;
    for (let o = 0; o < oc; o++) {
      for (let top = -dy; top < oh; top += 4) {
        for (let left = -dx; left < ow; left += 4) {
          for (let c = 0; c < ic; c++) {
            const w = square(3, (ky, kx) => operands.weight[((o * ic + c) * 3 + ky) * 3 + kx]!);
            const tile = square(6, (y, x) => pixel(c, top + y - pt, left + x - pl));
            componentwise(LAVIN_GRAY, w, tile).forEach((row, y) =>
              row.forEach((value, x) => {
                const [oy, ox] = [top + y, left + x];
                if (oy >= 0 && oy < oh && ox >= 0 && ox < ow) result[(o * oh + oy) * ow + ox]! += value;
              }),
            );
          }
        }
      }
    }
    return result.map((each) => gamma(transformedRoundings(ONE_IMAGE)) * each);
  }
  const tilings = Array.from({ length: 16 }, (_, at) => [Math.floor(at / 4), at % 4] as const);

  test("no componentwise bound is larger", () => {
    for (const kind of ["integer", "real"] as const) {
      const operands = makeOperands(ONE_IMAGE, kind, 3);
      const { bound } = transformedBound(ONE_IMAGE, operands);
      for (const [dy, dx] of tilings) {
        const one = boundOfTiling(operands, dy, dx);
        expect(one.every((each, at) => each <= bound[at]! * (1 + 1e-12))).toBe(true);
      }
    }
  });

  test("on a constant image one componentwise bound is equal, away from the edges", () => {
    const { input, weight } = makeOperands(ONE_IMAGE, "real", 3);
    const operands = { input: input.fill(1.5), weight };
    const { bound } = transformedBound(ONE_IMAGE, operands);
    const largest = tilings
      .map(([dy, dx]) => boundOfTiling(operands, dy, dx))
      .reduce((a, b) => a.map((each, at) => Math.max(each, b[at]!)));
    // The worst tiling of an output may differ between channels. So the two bounds are equal only with one channel.
    const single = parseProblem("ic1_ih14_oc1_kh3_nobias");
    const one = { input: new Float32Array(196).fill(1), weight: weight.slice(0, 9) };
    const worst = componentwise(
      LAVIN_GRAY,
      square(3, (y, x) => weight[y * 3 + x]!),
      square(6, () => 1),
    ).flat();
    expect(transformedBound(single, one).bound[6 * 12 + 6]! / Math.max(...worst)).toBeCloseTo(gamma(30), 12);
    const [oh, ow] = [ONE_IMAGE.oh, ONE_IMAGE.ow];
    const middle = 5 * ow + 5;
    for (let o = 0; o < 4; o++) {
      const ratio = largest[o * oh * ow + middle]! / bound[o * oh * ow + middle]!;
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  test("a pixel counts for the outputs whose tiles can read it, and for no other output", () => {
    const problem = parseProblem("ic1_ih20_iw20_oc1_kh3_pt1_pl2_nobias");
    const input = new Float32Array(400);
    input[9 * 20 + 7] = 1;
    const { bound } = transformedBound(problem, { input, weight: new Float32Array(9).fill(1) });
    const seen = [...bound].flatMap((each, at) => (each > 0 ? [at] : []));
    // Row 9 is row 10 of the padded input, and column 7 is column 9 there.
    const rows = [...new Set(seen.map((at) => Math.floor(at / problem.ow)))];
    const columns = [...new Set(seen.map((at) => at % problem.ow))];
    expect([rows[0], rows.at(-1), columns[0], columns.at(-1)]).toEqual([5, 13, 4, 12]);
    expect(seen).toHaveLength(81);
  });
});

test.each([
  ["F(2x2) at 0, 1, -1", [0, 1, -1], 2],
  ["F(3x3) at 0, 1, -1, 2", [0, 1, -1, 2], 3],
  ["F(4x4) at 0, 1, -1, 1/2, -2", [0, 1, -1, 1 / 2, -2], 4],
])("%s amplifies less", (_, points, m) => {
  const transforms = toomCook(points, m);
  const problem = parseProblem("ic1_ih14_oc40_kh3_nobias");
  const operands = makeOperands(problem, "real", 5);
  const { bound } = transformedBound(problem, { ...operands, input: operands.input.fill(1) });
  for (let o = 0; o < 40; o++) {
    const w = square(3, (y, x) => operands.weight[o * 9 + y * 3 + x]!);
    const own = componentwise(
      transforms,
      w,
      square(m + 2, () => 1),
    ).flat();
    expect(Math.max(...own)).toBeLessThan(bound[o * 144 + 78]! / gamma(30));
  }
});

test("F(4x4) at 0, 1, -1, 1/2, -1/2 amplifies a kernel as much as the bound says of the kernel turned by 180 degrees", () => {
  const transforms = toomCook([0, 1, -1, 1 / 2, -1 / 2], 4);
  const problem = parseProblem("ic1_ih14_oc1_kh3_nobias");
  const { weight } = makeOperands(problem, "real", 5);
  const own = componentwise(
    transforms,
    square(3, (y, x) => weight[y * 3 + x]!),
    square(6, () => 1),
  ).flat();
  const turned = { input: new Float32Array(196).fill(1), weight: weight.slice().reverse() };
  expect(Math.max(...own)).toBeCloseTo(transformedBound(problem, turned).bound[78]! / gamma(30), 6);
});

test("bias and residual count without a factor; if every term is 0, the bound is 0", () => {
  const problem = parseProblem("ic2_ih3_oc2_kh3_ph1_residual");
  const residual = new Float32Array(18);
  residual[17] = -3;
  const { bound } = transformedBound(problem, {
    input: new Float32Array(18),
    weight: new Float32Array(36).fill(1),
    bias: Float32Array.of(0, -2),
    residual,
  });
  expect([...bound.subarray(0, 9)]).toEqual(Array.from({ length: 9 }, () => 0));
  expect(bound[9]! / gamma(31)).toBeCloseTo(2, 12);
  expect(bound[17]! / gamma(31)).toBeCloseTo(5, 12);
});

test("subnormal weights may be lost, because G can lose them", () => {
  const problem = parseProblem("ic1_ih6_oc1_kh3_nobias");
  const { bound } = transformedBound(problem, {
    input: new Float32Array(36).fill(1),
    weight: new Float32Array(9).fill(2 ** -149),
  });
  expect(Math.min(...bound)).toBeGreaterThan(9 * 2 ** -149);
  expect(Math.max(...bound)).toBeLessThan(2 ** -126);
});

describe("values that are not finite", () => {
  const problem = parseProblem("g2_ic4_ih16_oc4_kh3_ph1_residual");
  const given = (): Operands => makeOperands(problem, "integer", 1);
  const nanAt = (operands: Operands): readonly number[] =>
    [...transformedBound(problem, operands).mayBeNaN].flatMap((each, at) => (each ? [at] : []));

  test.each([NaN, Infinity, -Infinity])(
    "%d in the input allows NaN in its group, for outputs whose tiles can read it",
    (value) => {
      const operands = given();
      expect(nanAt(operands)).toEqual([]);
      const { bound: before } = transformedBound(problem, operands);
      operands.input[0] = value;
      const allowed = nanAt(operands);
      expect(allowed).toHaveLength(2 * 25);
      expect(Math.max(...allowed.map((at) => at % 16))).toBe(4);
      expect(Math.max(...allowed)).toBeLessThan(2 * 256);
      // Finite outputs beside it have the same bound as before, or a smaller one.
      const { bound } = transformedBound(problem, operands);
      expect(bound.every((each, at) => each <= before[at]! && each > 0)).toBe(true);
    },
  );

  test("with a dilation of 2, allows NaN for outputs of the same phase alone", () => {
    const dilated = parseProblem("ic1_ih16_oc1_kh3_ph2_dh2");
    const operands = makeOperands(dilated, "integer", 1);
    operands.input[0] = NaN;
    // The pixel is row 2 of the padded input. A tile with the output row y reads rows from y - 6 to y + 10, two apart.
    const near = [0, 2, 4, 6, 8];
    const allowed = [...transformedBound(dilated, operands).mayBeNaN].flatMap((each, at) => (each ? [at] : []));
    expect(allowed).toEqual(near.flatMap((y) => near.map((x) => 16 * y + x)));
  });

  test("a weight allows NaN in its output channel; bias and residual allow no NaN", () => {
    const operands = given();
    operands.weight[2 * 18 + 5] = -Infinity;
    operands.bias![0] = NaN;
    operands.residual![0] = Infinity;
    expect(nanAt(operands)).toEqual(Array.from({ length: 256 }, (_, at) => 512 + at));
    expect(Number.isFinite(transformedBound(problem, operands).bound[0]!)).toBe(true);
  });

  test("any value passes if an intermediate value may overflow", () => {
    const operands = given();
    operands.input[0] = 2 ** 122;
    const { bound, mayBeNaN } = transformedBound(problem, operands);
    expect([bound[0], bound[4 * 16 + 4], bound[5 * 16], bound[512]].map(Number.isFinite)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(mayBeNaN.every((each) => each === 0)).toBe(true);
  });
});

test.each(["ic3_ih6_oc4_kh5_ph2", "ic3_ih6_oc4_kh3_sh2", "ic3_ih6_oc4_kh3_sh1_sw2", "ic3_ih6_oc4_kh1"])(
  "is not stated for %s",
  (text) => {
    const problem = parseProblem(text);
    expect(hasTransformedRule(problem)).toBe(false);
    expect(() => transformedBound(problem, makeOperands(problem, "real", 1))).toThrow(
      new RangeError("rule 3 is stated for 3x3 kernels of stride 1 only"),
    );
  },
);

import { expect, test } from "vitest";
import { erf, erfc } from "./erf.js";

/** Abramowitz and Stegun, "Handbook of Mathematical Functions", table 7.1: ten decimals. */
const ERF: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [0.02, 0.0225645747],
  [0.1, 0.112462916],
  [0.2, 0.2227025892],
  [0.3, 0.3286267595],
  [0.4, 0.428392355],
  [0.5, 0.5204998778],
  [0.6, 0.6038560908],
  [0.7, 0.6778011938],
  [0.8, 0.7421009647],
  [0.9, 0.7969082124],
  [1, 0.8427007929],
  [1.1, 0.8802050696],
  [1.2, 0.9103139782],
  [1.3, 0.9340079449],
  [1.4, 0.9522851198],
  [1.5, 0.9661051465],
  [1.6, 0.9763483833],
  [1.7, 0.9837904586],
  [1.8, 0.9890905016],
  [1.9, 0.9927904292],
  [2, 0.995322265],
];

test.each(ERF)("erf(%d) is %d, as in the table, and erf is odd", (x, y) => {
  expect(Math.abs(erf(x) - y)).toBeLessThanOrEqual(0.5000001e-10);
  expect(erf(-x) + erf(x)).toBe(0);
});

/** Published values of erfc, to sixteen significant digits. The comparison is relative, because the values are very small. */
const ERFC: readonly (readonly [x: number, y: number])[] = [
  [0.5, 0.4795001221869535],
  [1, 0.1572992070502851],
  [2, 0.004677734981047266],
  [3, 2.209049699858544e-5],
  [4, 1.541725790028002e-8],
  [5, 1.537459794428035e-12],
  [6, 2.151973671249891e-17],
  [10, 2.088487583762545e-45],
];

test.each(ERFC)("erfc(%d) is %d", (x, y) => {
  expect(Math.abs(erfc(x) / y - 1)).toBeLessThan(1e-13);
  expect(Math.abs(erfc(-x) - (2 - y))).toBeLessThan(1e-15);
});

test("the two expansions agree where one replaces the other", () => {
  for (const x of [2, -2]) {
    const below = x * (1 - 2 ** -52);
    expect(Math.abs(erf(below) - erf(x))).toBeLessThan(1e-15);
    expect(Math.abs(erfc(below) / erfc(x) - 1)).toBeLessThan(1e-12);
  }
});

test("the derivative is 2/√π·exp(-x²) everywhere, by the definition", () => {
  const h = 2 ** -14;
  for (let x = -6; x <= 6; x += 1 / 16) {
    const slope = (erf(x + h) - erf(x - h)) / (2 * h);
    expect(Math.abs(slope - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x))).toBeLessThan(1e-8);
  }
});

test("infinities and NaN", () => {
  expect([erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([1, -1, 0, 2]);
  expect([erf(NaN), erfc(NaN)]).toEqual([NaN, NaN]);
});

/**
 * The rules that decide what "agree" means, the same for every backend. No backend sets its own tolerance.
 *
 * 1. `checkExact`: small integers have one right result, in any order of summation.
 * 2. `checkBounded`: on real values, the a priori error bound of Higham, "Accuracy and Stability of Numerical
 *    Algorithms" (2002), section 3.1, for any order of summation: |ŷ − y| ≤ γ(k)·(Σ|x||w| + |b| + |r|), γ(k) =
 *    k·u / (1 − k·u), u = 2⁻²⁴, plus the loss of products to underflow.
 * 3. `checkTransformed`: plans that transform their operands (Winograd) must stay within a norm-wise bound, for integers and for
 *    real values. `transformed-bound.ts` derives the bound. It exists only for 3x3 kernels of stride 1.
 *
 * The plan says which rule applies: `plan.arithmetic`.
 */

import type { Conv2dProblem } from "@convene/core";
import type { TransformedBound } from "./transformed-bound.js";

/** Unit roundoff of float32. */
const UNIT_ROUNDOFF = 2 ** -24;
/** Half the smallest subnormal float32: the most that one product can lose to gradual underflow (Higham, 2002, equation 2.8). */
export const UNDERFLOW = 2 ** -150;

/** A rule's verdict on one output tensor. Elements are compared with the expected ones in NCHW order. */
export interface Verdict {
  readonly ok: boolean;
  /** The number of wrong elements. */
  readonly wrong: number;
  /** Indices of the wrong elements in NCHW order. */
  readonly wrongAt: readonly number[];
  readonly first: WrongElement | undefined;
  /** The largest error / bound of all elements. For the exact rule it is 0 or Infinity. */
  readonly ratio: number;
}

/** An element whose error is larger than its bound. */
export interface WrongElement {
  /** Index in NCHW order. */
  readonly index: number;
  /** The value of this element. */
  readonly actual: number;
  /** The value of this element in the reference. */
  readonly expected: number;
  /** The largest allowed difference between `actual` and `expected`, at least 0. */
  readonly bound: number;
}

/** γ(k), the relative error of k roundings in a row. @throws RangeError if k·u >= 1, where no bound exists */
export function gamma(k: number): number {
  if (!(k * UNIT_ROUNDOFF < 1)) throw new RangeError(`no error bound holds for ${k} roundings in float32`);
  return (k * UNIT_ROUNDOFF) / (1 - k * UNIT_ROUNDOFF);
}

/** The most roundings of one product on its way into an output: the product's own, each addition, bias and residual. */
export function roundings(problem: Conv2dProblem): number {
  return (problem.ic / problem.g) * problem.kh * problem.kw + 2;
}

/** Rule 1: every element must be equal. @throws RangeError if the arrays differ in length */
export function checkExact(actual: ArrayLike<number>, expected: ArrayLike<number>): Verdict {
  return compare(actual, expected, () => 0);
}

/**
 * Rule 2: compares with a float64 reference and its magnitudes Σ|x||w| + |b| + |r|. See Higham, "Accuracy and Stability of Numerical
 * Algorithms" (2002), section 3.1.
 *
 * @throws RangeError if the arrays differ in length, or a sum has so many terms that no error bound holds
 */
export function checkBounded(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  magnitude: ArrayLike<number>,
  problem: Conv2dProblem,
): Verdict {
  return compare(actual, expected, errorBound(problem, magnitude));
}

/**
 * Rule 3: compares with a float64 reference and the bound that `transformedBound` gives for the same operands.
 *
 * @throws RangeError if the arrays differ in length
 */
export function checkTransformed(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { bound, mayBeNaN }: TransformedBound,
): Verdict {
  const isExcused = (at: number): boolean =>
    bound[at] === Infinity || (mayBeNaN[at] === 1 && Number.isNaN(actual[at]!));
  return compare(actual, expected, (at) => bound[at]!, isExcused);
}

/**
 * Compares two backends. Each may be off by its own bound, so they may differ by the sum of both. `transformed` gives rule 3's bound for
 * a transformed plan; without it rule 2's bound holds.
 *
 * @throws RangeError if the arrays differ in length, or a sum has so many terms that no error bound holds
 */
export function checkAgreement(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  magnitude: ArrayLike<number>,
  problem: Conv2dProblem,
  transformed: { readonly a?: TransformedBound | undefined; readonly b?: TransformedBound | undefined } = {},
): Verdict {
  const direct = errorBound(problem, magnitude);
  const own = [transformed.a, transformed.b];
  return compare(
    a,
    b,
    (at) => own.reduce((sum, each) => sum + (each ? each.bound[at]! : direct(at)), 0),
    (at) => own.some((each) => each?.bound[at] === Infinity),
  );
}

/** Compares two results, or a result and the exact one. They may differ by `error`, which is one number, or one number for each element. */
export function checkWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  error: number | ArrayLike<number>,
): Verdict {
  return compare(actual, expected, (at) => (typeof error === "number" ? error : error[at]!));
}

/** Compares results that were only moved: all numbers must be the same, with the same sign of a zero. Any NaN equals any NaN. */
export function checkMoved(actual: ArrayLike<number>, expected: ArrayLike<number>): Verdict {
  return compare(actual, expected, () => 0, undefined, Object.is);
}

/** The largest error of each output: γ·(Σ|x||w| + |b| + |r|), plus the loss of its products to underflow. */
function errorBound(problem: Conv2dProblem, magnitude: ArrayLike<number>): (index: number) => number {
  const relative = gamma(roundings(problem));
  const underflow = roundings(problem) * UNDERFLOW;
  return (at) => (magnitude[at] === 0 ? 0 : relative * magnitude[at]! + underflow);
}

/**
 * Compares elements. Equality is tried first, so that −0 and +0 agree, infinities agree with themselves, and a bound of 0 means
 * equality. Excused elements are not compared.
 */
function compare(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  boundAt: (index: number) => number,
  isExcused: (index: number) => boolean = () => false,
  isSame: (got: number, want: number) => boolean = (got, want) => got === want,
): Verdict {
  if (actual.length !== expected.length) {
    throw new RangeError(`${actual.length} elements were computed; expected ${expected.length}`);
  }
  const wrongAt: number[] = [];
  let ratio = 0;
  let first: WrongElement | undefined;
  for (let index = 0; index < expected.length; index++) {
    const got = actual[index]!;
    const want = expected[index]!;
    if (isSame(got, want) || (Number.isNaN(got) && Number.isNaN(want)) || isExcused(index)) continue;
    // An infinite operand makes the bound infinite (or NaN), and such a bound would allow any value. So only equality passes.
    const bound = Number.isFinite(boundAt(index)) ? boundAt(index) : 0;
    const error = Math.abs(got - want) / bound;
    const quotient = Number.isNaN(error) ? Infinity : error;
    if (quotient > 1) {
      wrongAt.push(index);
      first ??= { index, actual: got, expected: want, bound };
    }
    ratio = Math.max(ratio, quotient);
  }
  return { ok: wrongAt.length === 0, wrong: wrongAt.length, wrongAt, first, ratio };
}

/**
 * The exponential function of numbers that are not positive, as lines of a kernel. WGSL's own may be off by 3 + 2·|x|
 * units in the last place (W3C, "WebGPU Shading Language", section "Floating Point Accuracy"). GLSL ES promises
 * nothing.
 */

import { literal, quotient } from "../kernel-text.js";

/** e^`LEAST` and `LEAST`·e^`LEAST` are below the smallest float32. Below `LEAST` the value is zero. */
const LEAST = -110;

/** ln 2 in two parts. The first has 9 bits, so that its products with the integers used here are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = 2.1219444005469057e-4;

/**
 * e^r = 1 + r + r²·P(r) for |r| ≤ ln 2 / 2, where P has these coefficients, the lowest power first. The relative error
 * is 3.1e-9. A minimax fit.
 */
const POLYNOMIAL = [
  0.4999999403953552, 0.1666651964187622, 0.04166839271783829, 0.008368780836462975, 0.001381446490995586,
];

/** The exponents of the factors 2^-64, 2^-32 to 2^-1. Products of these factors give every power of two from 2^-80 to 1. */
const HALVINGS = [64, 32, 16, 8, 4, 2, 1];

/** e^t as a product of two factors, each of which is a normal number: the last one may be 2^-80. */
export interface Exponential {
  readonly lines: readonly string[];
  /** e^t without the last factor. */
  readonly most: string;
  /**
   * A power of two, or zero. Multiply by it last, so that a subnormal result is rounded once. The zero is the result of a comparison: with a
   * zero written into a product, Dawn or SwiftShader would also make infinity times zero a zero.
   */
  readonly last: string;
}

/**
 * e^(t + rest), within 2 units in the last place. A NaN stays NaN.
 *
 * @param as the beginning of all names in the lines
 * @param t an expression of at most 0
 * @param rest a small number that is added, for arguments that float32 cannot hold
 */
export function exponential(as: string, t: string, rest?: string): Exponential {
  const [given, arg, n, r, p, scale, m, last] = ["given", "t", "n", "r", "p", "scale", "m", "last"].map(
    (name) => `${as}${name}`,
  );
  return {
    lines: [
      `const ${given} = ${t};`,
      `let ${arg} = ${given};`,
      `if (${given} < ${literal(LEAST)}) { ${arg} = ${literal(LEAST)}; }`,
      `const ${n} = Math.floor(${arg} * ${literal(Math.LOG2E)} + 0.5);`,
      `const ${r} = ${arg} - ${n} * ${literal(LN2_HIGH)} + ${n} * ${literal(LN2_LOW)}${rest === undefined ? "" : ` + ${rest}`};`,
      `const ${p} = ${r} + ${r} * ${r} * (${polynomial(r!, POLYNOMIAL)}) + 1.0;`,
      // The power of two is applied as two factors, each with half of the exponent n.
      `let ${m} = ${quotient(n!, 2)};`,
      `let ${scale} = 1.0;`,
      `let ${last} = 1.0;`,
      `if (${n} - ${m} * 2.0 > 0.5) { ${last} = 2.0; }`,
      ...HALVINGS.map(
        (by) =>
          `if (${m} < ${literal(0.5 - by)}) { ${scale} = ${scale} * ${literal(2 ** -by)}; ${m} = ${m} + ${literal(by)}; }`,
      ),
      `${last} = ${last} * ${scale};`,
      `if (${given} < ${literal(LEAST)}) { ${last} = 0.0; }`,
    ],
    most: `${p} * ${scale}`,
    last: last!,
  };
}

/** A polynomial by Horner's rule; coefficients from the lowest power. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients
    .slice(0, -1)
    .reduceRight((higher, each) => `(${higher}) * ${x} + ${literal(each)}`, literal(coefficients.at(-1)!));
}

/** Functions of each element. */

import { type Activation, type ActivationProblem, formatOperation } from "@convene/core";
import { isClamp } from "@convene/core/backend";
import { clampLines, clampRefusal, EACH, kernelText, literal, spareLines } from "../kernel-text.js";
import { nc4hw4Of } from "../nc4hw4.js";
import { exponential, polynomial } from "./exponential.js";
import { here, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels } from "./steps.js";

export const activation: OperationKernels<ActivationProblem> = {
  refuse: ({ activation: which }) => (isClamp(which) ? clampRefusal(which) : undefined),
  steps(p) {
    const shape = [p.n, p.c, p.h, p.w] as const;
    return {
      algorithm: p.kind,
      steps: [
        {
          key: formatOperation(p),
          reads: { x: input(shape) },
          output: nc4hw4Of(shape),
          source(access) {
            const at = here(access, shape);
            return kernelText(
              ["x"],
              [
                ...at.lines,
                ...ZEROS,
                ...readTexel(access, "x", at.z, at.y, at.x),
                ...activationLines(p.activation),
                ...spareLines(p.c, at.o),
              ],
            );
          },
        },
      ],
    };
  },
};

/** Lines that replace `s0` to `s3` by the function's values. */
function activationLines(which: Activation): readonly string[] {
  if (isClamp(which)) return clampLines(which);
  return EACH.flatMap((l) => [...functionOf(which)(`s${l}`, `f${l}`)]);
}

/** Lines that replace `s` by the function's value. All names in them begin with `f`. */
type FunctionLines = (s: string, f: string) => readonly string[];

function functionOf(
  which: Exclude<Activation, "relu" | "relu6" | { readonly clamp: readonly [number, number] }>,
): FunctionLines {
  if (typeof which === "string") return FUNCTIONS[which];
  if ("leakyRelu" in which) return (s) => [`if (${s} < 0.0) { ${s} = ${s} * ${literal(which.leakyRelu)}; }`];
  const [alpha, beta] = which.hardSigmoid;
  return (s) => [`${s} = ${s} * ${literal(alpha)} + ${literal(beta)};`, ...between(s, 0, 1)];
}

const between = (s: string, min: number, max: number): readonly string[] => [
  `if (${s} < ${literal(min)}) { ${s} = ${literal(min)}; }`,
  `if (${s} > ${literal(max)}) { ${s} = ${literal(max)}; }`,
];

/** Lines that compute the magnitude of `s` as `${f}size`. */
const magnitude = (s: string, f: string): readonly string[] => [
  `let ${f}size = ${s};`,
  `if (${s} < 0.0) { ${f}size = -${s}; }`,
];

/**
 * tanh x = x + x³·P(x²) for |x| ≤ 0.625, where P has these coefficients, the lowest power first. The relative error is
 * 4.4e-9. A minimax fit.
 */
const TANH = [
  -0.3333328068256378, 0.13331441581249237, -0.05373971164226532, 0.020639078691601753, -0.005704978480935097,
];
const TANH_SMALL = 0.625;

/**
 * Φ(-u)·e^(u²/2) = t·P(t) for u from 0 to 15, where P has these coefficients, the lowest power first, Φ(-u) is erfc(u /
 * √2) / 2 and t = 1 / (1 + u / 4). The relative error is 9.1e-9, and 3.8e-7 or 6.3·2^-24 in float32. A minimax fit.
 */
const TAIL = [
  0.09974499046802521, 0.09954634308815002, 0.09508959949016571, 0.0739026814699173, 0.08136744797229767,
  0.022213196381926537, 0.017384525388479233, 0.05969332531094551, -0.06611932069063187, 0.01717720925807953,
];

/** Each function uses the exponential of a number below 0, which does not overflow. */
const FUNCTIONS: Readonly<
  Record<"sigmoid" | "hardSigmoid" | "hardSwish" | "silu" | "tanh" | "gelu" | "geluTanh", FunctionLines>
> = {
  // The order of operations is PyTorch's. It loses no digits near x = -3, where the result is near 0. The limits stand between the sum
  // and the quotient, because NVIDIA's compiler makes x·(1/6) + 1/2 of (x + 3) / 6, which is -1.5e-8 at x = -3.
  hardSigmoid: (s) => [`${s} = ${s} + 3.0;`, ...between(s, 0, 6), `${s} = ${s} / 6.0;`],
  hardSwish: (s, f) => [
    `let ${f} = ${s} + 3.0;`,
    ...between(f, 0, 6),
    // In this order, so that large numbers do not overflow.
    `${s} = ${s} * (${f} / 6.0);`,
  ],
  sigmoid(s, f) {
    const e = exponential(f, `-${f}size`);
    return [
      ...magnitude(s, f),
      ...e.lines,
      `const ${f}e = ${e.most} * ${e.last};`,
      `if (${s} < 0.0) { ${s} = ${e.most} / (1.0 + ${f}e) * ${e.last}; } else { ${s} = 1.0 / (1.0 + ${f}e); }`,
    ];
  },
  silu: (s, f) => timesSigmoid(s, f, s),
  // x/2·(1 + tanh u) is x·sigmoid(2·u), and 2·u is x·(√(8/π) + 0.044715·√(8/π)·x²).
  geluTanh(s, f) {
    const [linear, cubic] = [Math.sqrt(8 / Math.PI), 0.044715 * Math.sqrt(8 / Math.PI)];
    const v = `${f}v`;
    return [
      // Beyond this range the value is x or 0, and the cube might overflow.
      `let ${v} = ${s};`,
      ...between(v, -GELU_FAR, GELU_FAR),
      `${v} = ${v} * (${v} * ${v} * ${literal(cubic)} + ${literal(linear)});`,
      ...timesSigmoid(s, f, v),
    ];
  },
  tanh(s, f) {
    const e = exponential(f, `-2.0 * ${f}size`);
    return [
      ...magnitude(s, f),
      ...e.lines,
      `const ${f}e = ${e.most} * ${e.last};`,
      `let ${f}y = (1.0 - ${f}e) / (1.0 + ${f}e);`,
      `const ${f}z = ${s} * ${s};`,
      `if (${s} < 0.0) { ${f}y = -${f}y; }`,
      `if (${f}size < ${literal(TANH_SMALL)}) { ${f}y = ${s} + ${s} * ${f}z * (${polynomial(`${f}z`, TANH)}); }`,
      `${s} = ${f}y;`,
    ];
  },
  // max(x, 0) - |x|·Φ(-|x|) loses no digits where x is far below 0.
  gelu(s, f) {
    const [u, t, high] = [`${f}u`, `${f}h`, `${f}high`];
    // u² is in two parts, and the first part is exact: half an ulp of u²/2 would be 50 ulps of its exponential.
    const e = exponential(f, `-0.5 * ${high} * ${high}`, `(${high} - ${u}) * (${high} + ${u}) * 0.5`);
    return [
      ...magnitude(s, f),
      `let ${u} = ${f}size;`,
      `if (${u} > 15.0) { ${u} = 15.0; }`,
      `const ${high} = Math.floor(${u} * 128.0 + 0.5) / 128.0;`,
      ...e.lines,
      `const ${t} = 1.0 / (1.0 + ${u} * 0.25);`,
      `const ${f}y = ${t} * (${polynomial(t, TAIL)}) * (${e.most});`,
      // Minus infinity times an exponential of zero gives NaN, as in PyTorch.
      `if (${s} < 0.0) { ${s} = ${s} * ${f}y * ${e.last}; } else { ${s} = ${s} - ${u} * ${f}y * ${e.last}; }`,
    ];
  },
};

/** The magnitude beyond which sigmoid(2·u) of `geluTanh` is 0 or 1 in float32. */
const GELU_FAR = 20;

/** `s` times the sigmoid of `v`. A subnormal result is rounded once. */
function timesSigmoid(s: string, f: string, v: string): readonly string[] {
  const e = exponential(f, `-${f}size`);
  return [
    `const ${f}at = ${v};`,
    ...magnitude(`${f}at`, f),
    ...e.lines,
    `const ${f}d = 1.0 + ${e.most} * ${e.last};`,
    `if (${f}at < 0.0) { ${s} = ${s} * (${e.most}) / ${f}d * ${e.last}; } else { ${s} = ${s} / ${f}d; }`,
  ];
}

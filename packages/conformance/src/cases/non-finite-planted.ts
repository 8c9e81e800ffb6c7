/** non-finite: NaN and infinities among small integers. Every other output still has exactly one right value. */

import { type Conv2dProblem, parseProblem, type Shape4, toLayout } from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase } from "../case.js";
import { failedOutcome, noRuleFor } from "../check-problem.js";
import { copyOperands, makeOperands, type Operands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";
import { checkExact, checkTransformed } from "../rules.js";
import { runProblem } from "../run-problem.js";
import { hasTransformedRule, transformedBound } from "../transformed-bound.js";
import { atWorkbench, fail } from "./lifecycle-workbench.js";
import { sparsely } from "./quick.js";

/** One problem for each kind of kernel that a backend is likely to have, and for each padding mode. */
const PROBLEMS = [
  "ic5_ih6_oc11_kh3_ph1",
  "n2_ic6_ih4_oc5_kh1",
  "ic3_ih9_oc4_kh3_sh2_ph1",
  "g12_ic12_ih6_oc12_kh3_ph1",
  "g6_ic6_ih8_oc6_kh5_ph2",
  "g3_ic3_ih5_oc6_kh3_ph1",
  "g4_ic16_ih5_oc16_kh3_ph1_residual",
  "ic3_ih6_oc4_kh3_ph1_reflect",
  "g3_ic3_ih6_oc3_kh3_ph1_replicate",
  "ic3_ih6_oc4_kh3_ph1_circular",
  // Large images: some outputs lie in no 4x4 tile with a planted value. A transformed plan must give the right value there too.
  "ic16_ih14_oc16_kh3_ph1",
];

/** Problems with a clamp: NaN passes through the clamp, and an infinity becomes one of its bounds. */
const CLAMPED = ["ic5_ih6_oc11_kh3_ph1", "g12_ic12_ih6_oc12_kh3_ph1", "g4_ic16_ih5_oc16_kh3_ph1_residual"].flatMap(
  (text) => ["relu", "relu6", "clamp-3:5"].map((activation) => `${text}_${activation}`),
);

/** Writes NaN or infinities into operands. Returns false if the problem has no place for them. */
type Plant = (operands: Operands, problem: Conv2dProblem) => boolean;

/** Plants values at the first and the last element: in the first and last channel, at two corners of the image. */
const inInput =
  (value: number): Plant =>
  ({ input }) => {
    input[0] = value;
    input[input.length - 1] = value;
    return true;
  };

/** Plants values in the first tap of the second output channel, and in the last tap of the last channel. */
const inWeights =
  (value: number): Plant =>
  ({ input, weight }, { ic, g, kh, kw, ih, iw }) => {
    const each = (ic / g) * kh * kw;
    weight[each] = value;
    weight[weight.length - 1] = -value;
    // Zeros of either sign inside the image. An infinite weight makes NaN of them. Unlike zeros of the padding, a backend must not skip them.
    const middle = Math.floor(ih / 2) * iw + Math.floor(iw / 2);
    for (let channel = 0; channel < ic; channel++) input[channel * ih * iw + middle] = channel % 2 === 0 ? 0 : -0;
    return true;
  };

const PLANTS: Record<string, Plant> = {
  "NaN in the input": inInput(NaN),
  "Infinity in the input": inInput(Infinity),
  "-Infinity in the input": inInput(-Infinity),
  "infinities in the input that meet and cancel": ({ input }, { ic, ih, iw }) => {
    input[0] = Infinity;
    input[1] = Infinity;
    if (ic > 1) input[ih * iw] = -Infinity;
    return true;
  },
  "NaN in the weights": inWeights(NaN),
  "infinities in the weights": inWeights(Infinity),
  // Zero times NaN or infinity is NaN. This finds a kernel that skips weights of zero.
  "weights of zero under NaN and infinities": ({ input, weight }, { ic, g, kh, kw }) => {
    const each = (ic / g) * kh * kw;
    weight.fill(0, each, 2 * each);
    weight.fill(-0, weight.length - each);
    input[0] = Infinity;
    input[input.length - 1] = NaN;
    return true;
  },
  "NaN and infinities in the bias": ({ bias }, { oc }) => {
    if (!bias) return false;
    bias[0] = NaN;
    bias[1] = Infinity;
    bias[oc - 1] = -Infinity;
    return true;
  },
  "NaN and infinities in the residual": ({ residual }) => {
    if (!residual) return false;
    residual[0] = NaN;
    residual[Math.floor(residual.length / 2)] = Infinity;
    residual[residual.length - 1] = -Infinity;
    return true;
  },
  "an infinite bias that meets infinite inputs": ({ input, bias }) => {
    if (!bias) return false;
    input[0] = Infinity;
    bias.fill(-Infinity);
    return true;
  },
  "products past the largest float32": ({ input }, { paddingMode }) => {
    // If padding repeats a pixel, a sum can have two such products, and then the result depends on the order.
    if (paddingMode !== "zeros") return false;
    input[0] = 3e38;
    return true;
  },
};

/** All kinds of planted values at once, so that one case with a clamp is enough. */
const ALL_AT_ONCE: Plant = ({ input, bias }, { oc }) => {
  input[0] = NaN;
  input[input.length - 1] = Infinity;
  bias![1] = -Infinity;
  bias![oc - 2] = Infinity;
  return true;
};

export function plantedCases(): readonly ConformanceCase[] {
  return [
    ...sparsely(
      4,
      PROBLEMS.flatMap((text) =>
        Object.entries(PLANTS).flatMap(([what, plant]) => {
          return plantIn(text, plant) ? [plantedCase(text, what, plant)] : [];
        }),
      ),
    ),
    ...sparsely(
      2,
      CLAMPED.map((text) => plantedCase(text, "NaN and infinities before a clamp", ALL_AT_ONCE)),
    ),
    {
      suite: "non-finite",
      name: "upload and read keep NaN and infinities",
      needs: ["nonFinite"],
      run: (context) => roundTrip(context, [NaN, Infinity, -Infinity, 1, -0, 3.4e38]),
    },
  ];
}

function plantIn(text: string, plant: Plant): Operands | undefined {
  const problem = parseProblem(text);
  const operands = makeOperands(problem, "integer", 1);
  return plant(operands, problem) ? operands : undefined;
}

function plantedCase(text: string, what: string, plant: Plant): ConformanceCase {
  const problem = parseProblem(text);
  return {
    suite: "non-finite",
    name: `${text}: ${what}`,
    problems: [problem],
    needs: ["nonFinite"],
    run: (context) => checkPlanted(context, problem, plantIn(text, plant)!),
  };
}

async function checkPlanted(
  { backend, accuracy }: CaseContext,
  problem: Conv2dProblem,
  operands: Operands,
): Promise<CaseOutcome> {
  // The expected result is computed first, because a backend may write to the operands.
  const { expected, held } = expectedWithNonFinite(problem, operands);
  const own = copyOperands(operands);
  const { output, algorithm, arithmetic } = await runProblem(backend, problem, operands, { accuracy });
  const [actual, right] = [output, expected].map((all) => all.map((each, at) => (held[at] ? each : 0))) as [
    Float32Array,
    Float32Array,
  ];
  if (arithmetic === "transformed" && !hasTransformedRule(problem)) {
    return { status: "failed", message: noRuleFor(problem, algorithm), algorithm };
  }
  const verdict =
    arithmetic === "transformed"
      ? checkTransformed(actual, right, transformedBound(problem, own))
      : checkExact(actual, right);
  return verdict.ok ? { status: "passed", algorithm } : { ...failedOutcome(problem, verdict), algorithm };
}

/** The reference's result, rounded to float32, and the elements that a backend must match: see non-finite.ts. */
export function expectedWithNonFinite(
  problem: Conv2dProblem,
  operands: Operands,
): { readonly expected: Float32Array; readonly held: readonly boolean[] } {
  const expected = Float32Array.from(rememberedConv2d(problem, operands).output);
  // Counts, for each output, the weights that are not finite and lie over a pixel of the image.
  const bare: Conv2dProblem = { ...problem, bias: false, residual: false, activation: undefined };
  const over = rememberedConv2d(bare, {
    input: new Float32Array(operands.input.length).fill(1),
    weight: operands.weight.map((each) => (Number.isFinite(each) ? 0 : 1)),
  }).output;
  const each = operands.weight.length / problem.oc;
  const all = Array.from({ length: problem.oc }, (_, o) =>
    operands.weight.subarray(o * each, (o + 1) * each).reduce((sum, w) => sum + (Number.isFinite(w) ? 0 : 1), 0),
  );
  const plane = problem.oh * problem.ow;
  return { expected, held: Array.from(over, (count, at) => count === all[Math.floor(at / plane) % problem.oc]) };
}

/** Uploads values and reads them, in both layouts. */
export async function roundTrip(context: CaseContext, values: readonly number[]): Promise<CaseOutcome> {
  const shape: Shape4 = [1, 3, 4, values.length];
  const data = Float32Array.from({ length: 12 * values.length }, (_, at) => values[at % values.length]!);
  return atWorkbench(context, async ({ backend, upload }) => {
    for (const layout of ["nchw", "nhwc"] as const) {
      const source = upload(data.slice(), shape);
      const read = toLayout(await backend.read(source, { layout }), "nchw").data;
      const at = data.findIndex(
        (each, index) => each !== read[index] && !(Number.isNaN(each) && Number.isNaN(read[index])),
      );
      if (at >= 0) fail(`${data[at]} was uploaded, and ${read[at]} was read in layout ${layout}`);
    }
  });
}

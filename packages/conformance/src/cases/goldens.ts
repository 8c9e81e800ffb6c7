/** goldens: results of PyTorch. */

import type { ConformanceCase } from "../case.js";
import { checkOperands } from "../check-problem.js";
import { loadGoldens } from "../goldens.js";
import { copyOperands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";

export async function goldenCases(): Promise<readonly ConformanceCase[]> {
  const { cases } = await loadGoldens();
  return cases.map(({ problem, name, kind, operands: given, expected }) => ({
    suite: "goldens",
    // A problem can have goldens of both kinds, so the kind is part of the name.
    name: `${name}, ${kind}`,
    problems: [problem],
    run: async ({ backend, accuracy }) => {
      // A new copy for each run, because a backend may have changed the operands of an earlier run.
      const operands = copyOperands(given);
      // PyTorch gives the result. The reference gives the magnitudes, which the bound is proportional to.
      const { magnitude } = rememberedConv2d(problem, operands);
      return checkOperands(backend, problem, kind, operands, { output: expected, magnitude }, { accuracy });
    },
  }));
}

/** errors: misuse of convolutions and tensors gets the right code, and does no harm. */

import { inputShape, parseProblem, tensor } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { makeOperands } from "../operands.js";
import { callMisuses, zeroWeights } from "./errors-calls.js";
import { disposedCase } from "./errors-disposed.js";
import { misuseCase, type Subject } from "./errors-misuse.js";
import { RESIDUAL_MISUSE, RUN_MISUSES } from "./errors-run.js";

/** Input and output have one shape, which is not square, so that a wrong backend can exchange any two tensors or sizes. */
const PROBLEM = "ic4_ih5_iw6_oc4_kh3_ph1_residual";
const WITHOUT_RESIDUAL = "ic4_ih5_iw6_oc4_kh3_ph1";

function convolution(text: string): Subject {
  const problem = parseProblem(text);
  return {
    suite: "errors",
    problem,
    async hold(bench) {
      const operands = makeOperands(problem, "integer", 1);
      const { plan, feed, output } = await bench.prepare(problem, operands);
      const { input, residual } = feed(operands);
      return {
        plan,
        inputs: residual ? [input, residual] : [input],
        output: output(),
        run: ([first, second], to) => plan.run(first!, to, second),
      };
    },
  };
}

export async function errorCases(): Promise<readonly ConformanceCase[]> {
  const subject = convolution(PROBLEM);
  const problem = parseProblem(PROBLEM);
  const source = tensor(makeOperands(problem, "integer", 1).input, inputShape(problem));
  return [
    ...[...RUN_MISUSES, ...callMisuses(problem)].map((misuse) => misuseCase(subject, misuse)),
    misuseCase(convolution(WITHOUT_RESIDUAL), RESIDUAL_MISUSE),
    disposedCase(subject, {
      upload: ({ backend }) => backend.upload(source),
      "upload into a tensor": ({ backend, inputs }) => backend.upload(source, inputs[0]),
      allocate: ({ backend }) => backend.allocate([1, 1, 1, 1]),
      allocateShared: ({ backend }) => backend.allocateShared([{ shape: [1, 1, 1, 1], from: 0, to: 0 }]),
      prepareConv2d: ({ backend }) => backend.prepareConv2d(problem, zeroWeights(problem)),
      read: ({ backend, output }) => backend.read(output),
      sync: ({ backend }) => backend.sync(),
      memory: ({ backend }) => backend.memory(),
    }),
  ];
}

/** Faults with too little precision or range. */

import { rememberedConv2d } from "../remembered-reference.js";
import { accumulate } from "./accumulate.js";
import { type Fault, faultyCompute, faultyQuestion } from "./faulty-backend.js";
import { flush, significant, toBfloat16, toFloat16 } from "../significand.js";

export const ROUNDING_FAULTS: readonly Fault[] = [
  {
    name: "float16-accumulation",
    about: "Sums are rounded to float16. Sums of small integers up to 2048 are still right.",
    caughtBy: ["bounded", "goldens"],
    backend: faultyCompute("float16-accumulation", (problem, operands, output) =>
      output.set(accumulate(problem, operands, toFloat16)),
    ),
  },
  {
    name: "bfloat16-accumulation",
    about: "Sums are rounded to bfloat16, as in some matrix units. Integers above 256 are wrong.",
    caughtBy: ["exact", "bounded", "goldens"],
    backend: faultyCompute("bfloat16-accumulation", (problem, operands, output) =>
      output.set(accumulate(problem, operands, toBfloat16)),
    ),
  },
  {
    name: "float16-weights",
    about: "Weights are stored in float16. Small integers stay exact, so only real values show the fault.",
    caughtBy: ["bounded"],
    backend: faultyQuestion("float16-weights", (problem, operands) => [
      problem,
      { ...operands, weight: operands.weight.map(toFloat16) },
    ]),
  },
  {
    name: "bfloat16-inputs",
    about:
      "Inputs are stored in bfloat16. Small integers and the goldens stay exact, because the goldens are bfloat16 numbers.",
    caughtBy: ["bounded"],
    backend: faultyQuestion("bfloat16-inputs", (problem, operands) => [
      problem,
      { ...operands, input: operands.input.map(toBfloat16) },
    ]),
  },
  {
    name: "tf32-products",
    about: "Operands are rounded to TF32's eleven bits, which is the default of CUDA's libraries. Sums are float32.",
    caughtBy: ["bounded"],
    backend: faultyQuestion("tf32-products", (problem, operands) => [
      problem,
      {
        ...operands,
        input: operands.input.map((x) => significant(x, 11)),
        weight: operands.weight.map((w) => significant(w, 11)),
      },
    ]),
  },
  {
    name: "float16-bias",
    about: "The bias is stored in float16, because an earlier version packed it with float16 weights.",
    caughtBy: ["bounded"],
    backend: faultyQuestion("float16-bias", (problem, operands) => [
      problem,
      { ...operands, bias: operands.bias?.map(toFloat16) },
    ]),
  },
  {
    name: "float16-results",
    about: "Results are stored in float16 textures.",
    caughtBy: ["bounded", "goldens"],
    backend: faultyCompute("float16-results", (problem, operands, output) =>
      output.set(rememberedConv2d(problem, operands).output.map(toFloat16)),
    ),
  },
  {
    name: "range-of-float16",
    about: "Results are clamped to 65504, the largest float16, because a kernel for float16 has the same epilogue.",
    caughtBy: ["bounded"],
    backend: faultyCompute("range-of-float16", (problem, operands, output) =>
      output.set(rememberedConv2d(problem, operands).output.map((y) => Math.min(Math.max(y, -65504), 65504))),
    ),
  },
  {
    name: "subnormals-flushed",
    about: "Subnormal results become zero, as on most GPUs, but `features` says that they are kept.",
    caughtBy: ["bounded", "non-finite"],
    backend: faultyCompute("subnormals-flushed", (problem, operands, output) =>
      output.set(rememberedConv2d(problem, operands).output.map(flush)),
    ),
  },
  {
    name: "subnormal-operands-flushed",
    about: "Subnormal operands are read as zero, because a thread pool has set the processor's flag.",
    caughtBy: ["bounded", "non-finite"],
    backend: faultyQuestion("subnormal-operands-flushed", (problem, operands) => [
      problem,
      { ...operands, input: operands.input.map(flush), weight: operands.weight.map(flush) },
    ]),
  },
];

/**
 * A short check that kernels compute what the kernels in JavaScript do: for code that an experimental flag of the engine has
 * made, and that nobody else tests.
 */

import {
  BackendUnavailableError,
  type Conv2dProblem,
  inputShape,
  outputShape,
  parseProblem,
  type Tensor,
  weightShape,
} from "@convene/core";
import { planConv2d } from "./algorithms/index.js";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { createArena } from "./arena.js";
import { createJsKernels } from "./js-kernels/index.js";
import type { KernelSet } from "./kernel-set.js";
import { allocateStorage, clearZeroRows, readTensor, writeTensor } from "./storage.js";
import type { Asker } from "./wasm-build.js";
import { createWorkspace } from "./workspace.js";

/** Each family of kernels, with whole and ragged tiles. */
const PROBLEMS = [
  "ic24_ih7_oc40_kh1_residual",
  "ic3_ih9_oc24_kh3_sh2_ph1",
  "n9_ic20_ih1_oc36_kh1",
  "ic40_ih1_oc70_kh1",
  "g20_ic20_ih9_oc20_kh3_ph1_residual",
  "g20_ic20_ih9_oc20_kh3_sh2_ph1",
  "g20_ic20_ih9_oc20_kh5_ph2",
  "g20_ic20_ih9_oc20_kh5_sh2_ph2",
  "g20_ic20_ih9_oc40_kh3_ph1",
  "g6_ic24_ih9_oc24_kh3_ph1",
  "ic16_ih9_oc40_kh3_ph1_residual",
  "ic16_ih2_oc40_kh3_ph1",
] as const;

/** Bytes that a problem of the list needs, at most, with its plan. */
const MEMORY = 2 ** 22;

/** @throws BackendUnavailableError where kernels that count on 256 bits compute something wrong */
export function checkWide(kernels: KernelSet, { backend, factory }: Asker): void {
  const wrong = firstWrong(kernels);
  if (wrong === undefined) return;
  throw new BackendUnavailableError(
    backend,
    `with 256-bit operations this engine computes ${wrong} wrong`,
    `Leave wide out of ${factory}'s options, and node's --experimental-wasm-revectorize out of its command line`,
  );
}

/** The first problem of the list that the kernels compute wrong, or undefined. */
export function firstWrong(kernels: KernelSet): string | undefined {
  const right = createJsKernels(MEMORY);
  return PROBLEMS.find((text) => {
    const problem = parseProblem(text);
    const [expected, actual] = [run(right, problem), run(kernels, problem)];
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Small integers are exact, except where an algorithm transforms them; a wrong kernel is not off by so little.
    return !actual.every((value, at) => Math.abs(value - expected[at]!) <= largest * 2 ** -16);
  });
}

function run(kernels: KernelSet, problem: Conv2dProblem): Float32Array {
  const arena = createArena(kernels.memory, MEMORY);
  const workspace = createWorkspace(arena, 1, (address) => arena.free(address));
  const place = { tiles: kernels.tiles, arena, blockLimits: BLOCK_LIMITS, leastJobs: 1 };
  const weights = { weight: integers(weightShape(problem)).data, bias: integers([1, problem.oc, 1, 1]).data };
  const { plan } = planConv2d(place, workspace, problem, weights, "fast");
  const input = allocateStorage(arena, inputShape(problem));
  const output = allocateStorage(arena, outputShape(problem));
  writeTensor(arena, kernels.copies, input, integers(inputShape(problem)));
  if (plan.readsZeros) clearZeroRows(arena, input);
  let residual = 0;
  if (problem.residual) {
    const storage = allocateStorage(arena, outputShape(problem));
    writeTensor(arena, kernels.copies, storage, integers(outputShape(problem)));
    residual = storage.data;
  }
  for (const { kernel, params, jobs } of plan.steps) {
    kernels.run[kernel]!(params, input.data, output.data, residual, workspace.shared, workspace.own, 0, jobs);
  }
  return readTensor(arena, kernels.copies, output, "nhwc").data;
}

/** Integers from -7 to 7, in no simple order. */
function integers(shape: Tensor["shape"]): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size));
  for (let at = 0; at < data.length; at++) data[at] = ((at * 7919) % 15) - 7;
  return { shape, layout: "nhwc", data };
}

/**
 * A short check that kernels compute the same as the kernels in JavaScript. It is for machine code that an experimental flag of the engine
 * produces, because nobody else tests such code.
 */

import {
  BackendUnavailableError,
  type Conv2dProblem,
  inputShape,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  outputShape,
  parseOperation,
  parseProblem,
  type Tensor,
  weightShape,
} from "@convene/core";
import type { Workplace } from "./algorithms/algorithm.js";
import { planConv2d } from "./algorithms/index.js";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { createArena } from "./arena.js";
import { createJsKernels } from "./js-kernels/index.js";
import type { KernelSet } from "./kernel-set.js";
import { inputOf, outputOf, planOperation } from "./operations/index.js";
import { allocateStorage, clearZeroRows, readTensor, type Storage, writeTensor } from "./storage.js";
import type { Asker } from "./wasm-build.js";
import { createWorkspace, type Workspace } from "./workspace.js";

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

/** Each kernel of operations, with whole and ragged vectors. */
const OPERATIONS = [
  "activation_hardSwish_c37_h5",
  "activation_sigmoid_c37_h5",
  "activation_silu_c37_h5",
  "activation_tanh_c37_h5",
  "activation_gelu_c37_h5",
  "add_c37_h5",
  "multiply_c36_h5_perChannel",
  "maxPool2d_c37_ih6_kh2_sh2",
  "avgPool2d_c37_ih6_kh3_pt1_pl1",
  "pad_c37_ih5_pt1_pl1_pb1_pr1",
  "channelShuffle_g4_c32_h5",
  "upsample_c37_ih5_oh9_bilinear",
  "softmax_c37_h5",
  "groupNorm_g37_c37_h5",
  "layerNorm_c37_h5",
] as const;

/** The most bytes that a problem of the lists needs, with its plan. */
const MEMORY = 2 ** 22;

/** @throws BackendUnavailableError where kernels with 256-bit operations compute something wrong */
export function checkWide(kernels: KernelSet, { backend, factory }: Asker): void {
  const wrong = firstWrong(kernels);
  if (wrong === undefined) return;
  throw new BackendUnavailableError(
    backend,
    `with 256-bit operations this engine computes ${wrong} wrong`,
    `Leave wide out of ${factory}'s options, and node's --experimental-wasm-revectorize out of its command line`,
  );
}

/** The first problem of the lists that the kernels compute wrong, or undefined. */
export function firstWrong(kernels: KernelSet): string | undefined {
  const right = createJsKernels(MEMORY);
  const isWrong = (run: (set: KernelSet) => Float32Array): boolean => {
    const [expected, actual] = [run(right), run(kernels)];
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Direct algorithms are exact on small integers. A transform may be off a little, but a wrong kernel is off by more.
    return !actual.every((value, at) => Math.abs(value - expected[at]!) <= largest * 2 ** -16);
  };
  return (
    PROBLEMS.find((text) => isWrong((set) => runConv2d(set, parseProblem(text)))) ??
    OPERATIONS.find((text) => isWrong((set) => runOperation(set, parseOperation(text))))
  );
}

/** A place for one problem in the memory of a kernel set. */
function workplaceOf({ memory, tiles }: KernelSet): { readonly place: Workplace; readonly workspace: Workspace } {
  const arena = createArena(memory, MEMORY);
  return {
    place: { tiles, arena, blockLimits: BLOCK_LIMITS, leastJobs: 1 },
    workspace: createWorkspace(arena, 1, (address) => arena.free(address)),
  };
}

function upload({ arena }: Workplace, { copies }: KernelSet, shape: Tensor["shape"]): Storage {
  const storage = allocateStorage(arena, shape);
  writeTensor(arena, copies, storage, integers(shape));
  return storage;
}

function runConv2d(kernels: KernelSet, problem: Conv2dProblem): Float32Array {
  const { place, workspace } = workplaceOf(kernels);
  const weights = { weight: integers(weightShape(problem)).data, bias: integers([1, problem.oc, 1, 1]).data };
  const { plan } = planConv2d(place, workspace, problem, weights, "fast");
  const input = upload(place, kernels, inputShape(problem));
  const output = allocateStorage(place.arena, outputShape(problem));
  if (plan.readsZeros) clearZeroRows(place.arena, input);
  const residual = problem.residual ? upload(place, kernels, outputShape(problem)).data : 0;
  for (const { kernel, params, jobs } of plan.steps) {
    kernels.run[kernel]!(params, input.data, output.data, residual, workspace.shared, workspace.own, 0, jobs);
  }
  return readTensor(place.arena, kernels.copies, output, "nhwc").data;
}

function runOperation(kernels: KernelSet, problem: OperationProblem): Float32Array {
  const { place, workspace } = workplaceOf(kernels);
  const { plan } = planOperation(place, workspace, problem, {});
  const inputs = operationInputShapes(problem).map((shape) => upload(place, kernels, shape));
  const output = allocateStorage(place.arena, operationOutputShape(problem));
  const second = inputs.length > 1 ? inputs[1]!.data : 0;
  const { shared, own } = workspace;
  for (const step of plan.steps) {
    const [from, to] = [inputOf(step, inputs, shared), outputOf(step, output, shared)];
    kernels.run[step.kernel]!(step.params, from, to, second, shared, own, 0, step.jobs);
  }
  return readTensor(place.arena, kernels.copies, output, "nhwc").data;
}

/** Integers from -7 to 7, in no simple order. */
function integers(shape: Tensor["shape"]): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size));
  for (let at = 0; at < data.length; at++) data[at] = ((at * 7919) % 15) - 7;
  return { shape, layout: "nhwc", data };
}

/** Activations, sums, products and slopes: a function of each element, or of each element of two operands. */

import {
  type ActivationProblem,
  type BinaryProblem,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  type PreluProblem,
} from "@convene/core";
import type { OperationPlan, Workplace } from "../algorithms/algorithm.js";
import type { Arena } from "../arena.js";
import { writeParams } from "../params.js";
import { storageLayout } from "../storage.js";
import { cut, LINE } from "./division.js";
import {
  activationFunction,
  binaryFunction,
  CONSTANT_BYTES,
  type ElementFunction,
  elementFunction,
} from "./function-codes.js";
import { ELEMENTWISE_PARAMS } from "./params.js";

export function planActivation(place: Workplace, problem: ActivationProblem): OperationPlan {
  return plan(place, problem, activationFunction(problem.activation), { operand: 0, perChannel: false });
}

export function planBinary(place: Workplace, problem: BinaryProblem): OperationPlan {
  const { kind, activation, perChannel } = problem;
  return plan(place, problem, binaryFunction(kind, activation), { operand: 0, perChannel });
}

export function planPrelu(place: Workplace, problem: PreluProblem, slope: Float32Array): OperationPlan {
  const operand = writeSlopes(place.arena, slope);
  return plan(place, problem, elementFunction("prelu"), { operand, perChannel: true });
}

/** Writes the slopes, and space for three more numbers, which the last vector reads. */
function writeSlopes(arena: Arena, slope: Float32Array): number {
  const address = arena.allocate(4 * (slope.length + 3), "slopes of prelu");
  arena.f32.set(slope, address / 4);
  return address;
}

interface SecondOperand {
  /** The operand's address; 0 where the operand is the second input, or there is none. */
  readonly operand: number;
  /** Whether the operand has one number for each channel instead of one for each element. */
  readonly perChannel: boolean;
}

/** The ends of a run and of its operand: eight elements each. */
const ENDS_BYTES = 64;

function plan(
  { arena, leastJobs }: Workplace,
  problem: Extract<OperationProblem, { h: number; c: number }>,
  f: ElementFunction,
  { operand, perChannel }: SecondOperand,
): OperationPlan {
  const { n, c, h, w } = problem;
  const count = c * h * w;
  const wanted = Math.ceil(leastJobs / n);
  const shapes = operationInputShapes(problem);
  const { run, repeat, chunkRuns, chunks } = perChannel ? channelRuns(c, h * w, wanted) : elementRuns(count, wanted);
  const params = writeParams(arena, ELEMENTWISE_PARAMS, {
    ...f,
    operand,
    count,
    run,
    repeat,
    chunkRuns,
    chunks,
    operandRun: perChannel ? 0 : 4 * run,
    inputImage: storageLayout(shapes[0]!).image,
    operandImage: shapes[1] === undefined ? 0 : storageLayout(shapes[1]).image,
    outputImage: storageLayout(operationOutputShape(problem)).image,
  });
  return {
    algorithm: "elementwise",
    steps: [{ kernel: "elementwise", params, jobs: n * chunks }],
    // Each worker has the constants of functions, the ends of a run and of its operand, then the repeated operand and a
    // vector for its last elements.
    workspace: { shared: 0, own: CONSTANT_BYTES + ENDS_BYTES + (repeat > 1 ? 4 * run + 16 : 0) },
  };
}

/** A run is computed by one call of a function's loop. A job is `chunkRuns` runs, an image `chunks` jobs. */
interface Runs {
  readonly run: number;
  readonly repeat: number;
  readonly chunkRuns: number;
  readonly chunks: number;
}

function elementRuns(count: number, wanted: number): Runs {
  const { each, count: chunks } = cut(count, wanted, LINE);
  return { run: each, repeat: 1, chunkRuns: 1, chunks };
}

/** The least elements of a run, so that the loop around it takes little of the time. */
const LEAST_RUN = 64;

/**
 * A run is one pixel if its channels are many and fill whole vectors. Otherwise a run is as many pixels as fill whole vectors together, and
 * the operand is repeated for each of them in the worker's own workspace.
 */
function channelRuns(c: number, pixels: number, wanted: number): Runs {
  const whole = c % 4 === 0 ? 1 : c % 2 === 0 ? 2 : 4;
  const repeat = Math.min(pixels, whole * Math.ceil(LEAST_RUN / (whole * c)));
  const { each, count: chunks } = cut(Math.ceil(pixels / repeat), wanted);
  return { run: c * repeat, repeat, chunkRuns: each, chunks };
}

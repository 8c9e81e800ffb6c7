/** Activations, sums, products and slopes: a function of each element, or of each and its partner in a second operand. */

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

/** With room for the three numbers that the last vector reads beyond. */
function writeSlopes(arena: Arena, slope: Float32Array): number {
  const address = arena.allocate(4 * (slope.length + 3), "slopes of prelu");
  arena.f32.set(slope, address / 4);
  return address;
}

interface SecondOperand {
  /** Its address, or 0 where it is the second input, or there is none. */
  readonly operand: number;
  /** Whether it has one number for each channel instead of one for each element. */
  readonly perChannel: boolean;
}

/** Eight elements each. */
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
    // The constants of functions, the ends of a run and of its operand, then the repeated operand and the vector that it may end in.
    workspace: { shared: 0, own: CONSTANT_BYTES + ENDS_BYTES + (repeat > 1 ? 4 * run + 16 : 0) },
  };
}

/** A run is what a call of a function's loop computes; a job is `chunkRuns` of them, an image `chunks` jobs. */
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

/** Elements of a run, at least, so that the loop around it counts for little. */
const LEAST_RUN = 64;

/**
 * A run is one pixel where its channels are many and whole vectors. Otherwise it is as many pixels as make whole vectors of
 * all of their channels, and the operand is repeated as often, in a worker's own workspace.
 */
function channelRuns(c: number, pixels: number, wanted: number): Runs {
  const whole = c % 4 === 0 ? 1 : c % 2 === 0 ? 2 : 4;
  const repeat = Math.min(pixels, whole * Math.ceil(LEAST_RUN / (whole * c)));
  const { each, count: chunks } = cut(Math.ceil(pixels / repeat), wanted);
  return { run: c * repeat, repeat, chunkRuns: each, chunks };
}

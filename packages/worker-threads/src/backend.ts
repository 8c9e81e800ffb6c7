/** The worker-threads backend: cpu's storages and plans in a shared memory, run by a pool of workers in program order. */

import {
  type Conv2dProblem,
  type Conv2dWeights,
  ConveneError,
  type OperationParameters,
  type PrepareOptions,
  problemCost,
} from "@convene/core";
import { type BackendImplementation, OPERATION_KINDS } from "@convene/core/backend";
import {
  allocateSharedStorages,
  allocateStorage,
  BLOCK_LIMITS,
  clearRows,
  type Copies,
  createArena,
  createWorkspace,
  inputOf,
  KERNEL_NAMES,
  type KernelMemory,
  outputOf,
  type PlannedConv2d,
  planConv2dSliced,
  planOperation,
  readInto,
  readTensor,
  type Storage,
  type WasmBuild,
  type Workplace,
  type Workspace,
  writeTensor,
} from "@convene/cpu/kernels";
import { CLAIMS, divide, operationWork } from "./division.js";
import { createPacer } from "./pacer.js";
import type { Pool } from "./pool.js";
import { createQueue } from "./queue.js";

export interface ImplementationOptions {
  readonly build: WasmBuild;
  readonly memory: KernelMemory;
  readonly copies: Copies;
  readonly maxMemory: number;
  readonly pool: Pool;
  readonly caller: "waits" | "joins";
  /** Gives the memory back. `reuse` says that no thread can write to the memory any more, so another backend may have it. */
  readonly giveBack: (reuse: boolean) => void;
}

export function implementation({
  build,
  memory,
  copies,
  maxMemory,
  pool,
  caller,
  giveBack,
}: ImplementationOptions): BackendImplementation<Storage> {
  const { threads } = pool;
  // `dispose` drops every reference to the memory, so that a handle which outlives the backend does not keep the memory alive.
  const tensorsAndPlans = createArena(memory, maxMemory);
  let place:
    | (Workplace & Pick<ImplementationOptions, "copies" | "giveBack"> & { readonly workspace: Workspace })
    | undefined = {
    copies,
    giveBack,
    tiles: build.tiles,
    arena: tensorsAndPlans,
    blockLimits: BLOCK_LIMITS,
    leastJobs: threads === 1 ? 1 : threads * CLAIMS,
    workspace: createWorkspace(tensorsAndPlans, threads, (address) => free(address)),
  };
  const arena = (): Workplace["arena"] => place!.arena;
  const pacer = createPacer();
  const queue = createQueue(pool, (step) =>
    clearRows(arena(), step.clearAddress, step.clearBytes, step.clearStride, step.clearRows),
  );

  const execution = (cause: string): ConveneError =>
    new ConveneError(
      "ERR_EXECUTION",
      `worker-threads: ${cause}. What was in flight is lost with it; dispose this backend and make another`,
    );
  const checkAlive = (): void => {
    if (queue.lost !== undefined) throw execution(queue.lost);
  };
  /**
   * Allocates. If there is no room, the error names the remedy `sync()` while runs are in flight: disposed memory that
   * they still use is free afterwards.
   */
  const allocating = <T>(allocate: () => T): T => {
    checkAlive();
    try {
      return allocate();
    } catch (error) {
      if (queue.idle || !(error instanceof ConveneError && isOutOfMemory(error))) throw error;
      const { code, message } = error;
      throw new ConveneError(
        code,
        `${message}; or await sync() first: what was disposed is in use until runs in flight end`,
        {
          cause: error,
        },
      );
    }
  };
  /** Frees addresses when no earlier call can use them any more. */
  const free = (...addresses: readonly number[]): void =>
    queue.after({
      act: () => {
        for (const address of addresses) arena().free(address);
      },
    });
  const whenDone = <T>(what: () => T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      queue.after({
        act: () => {
          try {
            resolve(what());
          } catch (error) {
            reject(error);
          }
        },
        fail: (cause) => reject(execution(cause)),
      });
    });

  /** Plans. If there is no memory, this function waits until disposed memory is no longer in use, and plans once more. */
  const planning = async <T>(planned: () => T | Promise<T>): Promise<T> => {
    checkAlive();
    let made: T;
    try {
      made = await planned();
    } catch (error) {
      if (queue.idle || !isOutOfMemory(error)) throw error;
      await whenDone(() => undefined);
      made = await planned();
    }
    checkAlive();
    return made;
  };

  /** This code is a function of its own, so that a plan does not keep the copy of its weights alive. */
  const planInSlices = async (
    problem: Conv2dProblem,
    weights: Conv2dWeights,
    accuracy: Required<PrepareOptions>["accuracy"],
  ): Promise<PlannedConv2d> => {
    // A copy, because the caller may change its arrays before the last slice.
    const own: Conv2dWeights = { weight: weights.weight.slice(), bias: weights.bias?.slice() };
    return planning(() => pacer.complete(planConv2dSliced(place!, place!.workspace, problem, own, accuracy)));
  };

  return {
    name: "worker-threads",
    device: `${build.name}, ${threads} ${threads === 1 ? "thread" : "threads"}${caller === "joins" ? " with the caller's" : ""}`,
    features: { nonFinite: true, subnormals: true, operations: OPERATION_KINDS },
    allocate: (shape) => allocating(() => allocateStorage(arena(), shape)),
    free: ({ address }) => free(address),
    allocateShared(lifetimes) {
      const { storages, address } = allocating(() => allocateSharedStorages(arena(), lifetimes));
      return { storages, free: () => free(address) };
    },
    upload(tensor, target) {
      checkAlive();
      // The caller may change its tensor after this call, while earlier runs still read the target.
      const given = queue.idle ? tensor : { shape: target.shape, layout: tensor.layout, data: tensor.data.slice() };
      queue.after({ act: () => writeTensor(arena(), place!.copies, target, given) });
    },
    read: (source, _shape, layout) => whenDone(() => readTensor(arena(), place!.copies, source, layout)),
    readInto: (source, target) => whenDone(() => readInto(arena(), place!.copies, source, target)),
    async prepareConv2d(problem, weights, { accuracy }) {
      const { plan, addresses } = await planInSlices(problem, weights, accuracy);
      const macs = problemCost(problem).macs / plan.steps.length;
      const steps = plan.steps.map(({ kernel, params, jobs }, index) => ({
        kernel: KERNEL_NAMES.indexOf(kernel),
        params,
        jobs,
        ...divide(problemCost(problem).macs, jobs, threads),
        macs,
        readsZeros: index === 0 && plan.readsZeros,
      }));
      return {
        algorithm: plan.algorithm,
        arithmetic: plan.arithmetic,
        run(input, output, residual) {
          checkAlive();
          const { shared, own, ownBytes } = place!.workspace;
          for (const { readsZeros, ...step } of steps) {
            queue.run({
              ...step,
              input: input.data,
              output: output.data,
              residual: residual === undefined ? 0 : residual.data,
              shared,
              own,
              ownBytes,
              clearAddress: input.address,
              clearBytes: input.zeroRow,
              clearStride: input.image,
              clearRows: readsZeros ? input.shape[0] : 0,
            });
          }
        },
        dispose() {
          place!.workspace.release(plan.workspace);
          free(...addresses);
        },
      };
    },
    async prepareOperation(problem, parameters) {
      // A copy, because the caller may change its array before there is room for the plan.
      const mine: OperationParameters = parameters.slope ? { slope: parameters.slope.slice() } : {};
      const { plan, addresses } = await planning(() => planOperation(place!, place!.workspace, problem, mine));
      const macs = operationWork(problem) / plan.steps.length;
      const steps = plan.steps.map((step) => ({
        step,
        fixed: {
          kernel: KERNEL_NAMES.indexOf(step.kernel),
          params: step.params,
          jobs: step.jobs,
          ...divide(macs, step.jobs, threads),
          macs,
          clearAddress: 0,
          clearBytes: 0,
          clearStride: 0,
          clearRows: 0,
        },
      }));
      return {
        algorithm: plan.algorithm,
        run(inputs, output) {
          checkAlive();
          const { shared, own, ownBytes } = place!.workspace;
          for (const { step, fixed } of steps) {
            queue.run({
              ...fixed,
              input: inputOf(step, inputs, shared),
              output: outputOf(step, output, shared),
              residual: inputs.length > 1 ? inputs[1]!.data : 0,
              shared,
              own,
              ownBytes,
            });
          }
        },
        dispose() {
          place!.workspace.release(plan.workspace);
          free(...addresses);
        },
      };
    },
    sync: () => whenDone(() => undefined),
    memory: () => arena().use(),
    async dispose() {
      // Runs in flight end first, as on a backend that computes at once.
      await whenDone(() => undefined).catch(() => undefined);
      await pool.close();
      // After a loss of workers the platform does not say when the others have stopped, so nobody may reuse the memory.
      place!.giveBack(queue.lost === undefined);
      place = undefined;
    },
  };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof ConveneError && error.code === "ERR_OUT_OF_MEMORY");
}

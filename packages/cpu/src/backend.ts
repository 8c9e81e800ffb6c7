/** The cpu backend: storages and plans in one kernel memory, run on the calling thread. */

import type { BackendImplementation } from "@convene/core";
import type { Plan, Workplace } from "./algorithms/algorithm.js";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { planConv2d } from "./algorithms/index.js";
import { createArena } from "./arena.js";
import type { KernelSet } from "./kernel-set.js";
import {
  allocateSharedStorages,
  allocateStorage,
  clearZeroRows,
  readInto,
  readTensor,
  type Storage,
  writeTensor,
} from "./storage.js";
import { createWorkspace, type Workspace } from "./workspace.js";

export interface CpuImplementationOptions {
  /** Bytes that tensors and plans may take together. */
  readonly maxMemory: number;
  readonly blockLimits?: Workplace["blockLimits"];
}

export function cpuImplementation(
  kernels: KernelSet,
  { maxMemory, blockLimits = BLOCK_LIMITS }: CpuImplementationOptions,
): BackendImplementation<Storage> {
  const tensorsAndPlans = createArena(kernels.memory, maxMemory);
  // All that leads to the memory is dropped when the backend is disposed, so that a handle which outlives it holds none.
  let place: (Workplace & Pick<KernelSet, "copies" | "run"> & { readonly workspace: Workspace }) | undefined = {
    copies: kernels.copies,
    run: kernels.run,
    tiles: kernels.tiles,
    arena: tensorsAndPlans,
    blockLimits,
    leastJobs: 1,
    workspace: createWorkspace(tensorsAndPlans, 1, (address) => tensorsAndPlans.free(address)),
  };
  const plans = new Set<{ plan: Plan | undefined }>();
  const device = `${kernels.name}, 1 thread`;
  const arena = (): Workplace["arena"] => place!.arena;
  return {
    name: "cpu",
    device,
    features: { nonFinite: true, subnormals: true },
    allocate: (shape) => allocateStorage(arena(), shape),
    free: ({ address }) => arena().free(address),
    allocateShared(lifetimes) {
      const { storages, address } = allocateSharedStorages(arena(), lifetimes);
      return { storages, free: () => arena().free(address) };
    },
    upload: (tensor, target) => writeTensor(arena(), place!.copies, target, tensor),
    // Runs are synchronous, so everything called before is finished.
    read: async (source, _shape, layout) => readTensor(arena(), place!.copies, source, layout),
    readInto: async (source, target) => readInto(arena(), place!.copies, source, target),
    async prepareConv2d(problem, weights, { accuracy }) {
      const { plan, addresses } = planConv2d(place!, place!.workspace, problem, weights, accuracy);
      const mine: { plan: Plan | undefined } = { plan };
      plans.add(mine);
      return {
        algorithm: plan.algorithm,
        arithmetic: plan.arithmetic,
        run(input, output, residual) {
          const { readsZeros, steps } = mine.plan!;
          const { run, workspace } = place!;
          const { shared, own } = workspace;
          if (readsZeros) clearZeroRows(arena(), input);
          for (const { kernel, params, jobs } of steps) {
            const added = residual === undefined ? 0 : residual.data;
            run[kernel]!(params, input.data, output.data, added, shared, own, 0, jobs);
          }
        },
        dispose() {
          plans.delete(mine);
          place!.workspace.release(mine.plan!.workspace);
          mine.plan = undefined;
          for (const address of addresses) arena().free(address);
        },
      };
    },
    sync: async () => undefined,
    memory: () => arena().use(),
    async dispose() {
      for (const mine of plans) mine.plan = undefined;
      plans.clear();
      place = undefined;
    },
  };
}

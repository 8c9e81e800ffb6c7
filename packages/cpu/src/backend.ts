/** The cpu backend: storages and plans in one kernel memory, run on the calling thread. */

import type { BackendImplementation } from "@convene/core";
import type { Prepared, Workplace } from "./algorithms/algorithm.js";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { chooseAlgorithm } from "./algorithms/index.js";
import type { Kernels } from "./kernel-set.js";
import { createArena } from "./memory.js";
import {
  allocateSharedStorages,
  allocateStorage,
  clearZeroRows,
  readTensor,
  type Storage,
  writeTensor,
} from "./storage.js";

export interface CpuImplementationOptions {
  /** Bytes that tensors and plans may take together. */
  readonly maxMemory: number;
  readonly blockLimits?: Workplace["blockLimits"];
}

export function cpuImplementation(
  kernels: Kernels,
  { maxMemory, blockLimits = BLOCK_LIMITS }: CpuImplementationOptions,
): BackendImplementation<Storage> {
  // All that leads to the memory is dropped when the backend is disposed, so that a handle which outlives it holds none.
  let place: Workplace | undefined = {
    tiles: kernels.tiles,
    arena: createArena(kernels.memory, maxMemory),
    blockLimits,
    leastJobs: 1,
  };
  const plans = new Set<{ prepared: Prepared | undefined }>();
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
    upload: (tensor, target) => writeTensor(arena(), target, tensor),
    // Runs are synchronous, so everything called before is finished.
    read: async (source, _shape, layout) => readTensor(arena(), source, layout),
    async prepareConv2d(problem, weights) {
      const algorithm = chooseAlgorithm(problem);
      const { built, addresses } = arena().together(() => algorithm.prepare(place!, problem, weights));
      const plan: { prepared: Prepared | undefined } = { prepared: built };
      plans.add(plan);
      return {
        algorithm: built.algorithm,
        run(input, output, residual) {
          const { readsZeros, kernel, plan: address, jobs } = plan.prepared!;
          if (readsZeros) clearZeroRows(arena(), input);
          kernels.run[kernel]!(address, input.data, output.data, residual === undefined ? 0 : residual.data, 0, jobs);
        },
        dispose() {
          plans.delete(plan);
          plan.prepared = undefined;
          for (const address of addresses) arena().free(address);
        },
      };
    },
    sync: async () => undefined,
    memory: () => arena().use(),
    async dispose() {
      for (const plan of plans) plan.prepared = undefined;
      plans.clear();
      place = undefined;
    },
  };
}

/** The cpu backend: storages and plans in one kernel memory, run on the calling thread. */

import { type BackendImplementation, planMemory } from "@convene/core";
import { chooseAlgorithm } from "./algorithms/index.js";
import type { Kernels } from "./kernels.js";
import { createArena } from "./memory.js";
import { clearZeroRows, readTensor, type Storage, storageAt, storageLayout, writeTensor } from "./storage.js";

/** @param maxMemory bytes that tensors and plans may take together */
export function cpuImplementation(kernels: Kernels, maxMemory: number): BackendImplementation<Storage> {
  const arena = createArena(kernels.memory, maxMemory);
  const start = ({ shape, data }: Storage): number => data - storageLayout(shape).zeroRow;
  return {
    name: "cpu",
    device: `${kernels.name}, 1 thread`,
    features: { nonFinite: true, subnormals: true },
    allocate: (shape) =>
      storageAt(arena.allocate(storageLayout(shape).total, `a tensor of ${shape.join(" x ")}`), shape),
    free: (storage) => arena.free(start(storage)),
    allocateShared(lifetimes) {
      const { offsets, total } = planMemory(
        lifetimes.map(({ shape, from, to }) => ({ size: storageLayout(shape).total, from, to })),
      );
      const address = arena.allocate(total, `a network of ${lifetimes.length} tensors`);
      return {
        storages: lifetimes.map(({ shape }, index) => storageAt(address + offsets[index]!, shape)),
        free: () => arena.free(address),
      };
    },
    upload: (tensor, target) => writeTensor(arena, target, tensor),
    // Runs are synchronous, so everything called before is finished.
    read: async (source, _shape, layout) => readTensor(arena, source, layout),
    async prepareConv2d(problem, weights) {
      const { algorithm, jobs, readsZeros, run, owned } = chooseAlgorithm(problem).prepare(
        { kernels, arena },
        problem,
        weights,
      );
      return {
        algorithm,
        run(input, output, residual) {
          if (readsZeros) clearZeroRows(arena, input);
          run(input.data, output.data, residual?.data ?? 0, 0, jobs);
        },
        dispose: () => owned.forEach((address) => arena.free(address)),
      };
    },
    sync: async () => undefined,
    memory: () => arena.use(),
    dispose: async () => undefined,
  };
}

/** The cpu backend: storages and plans in one kernel memory, run on the calling thread. */

import { type BackendImplementation, OPERATION_KINDS } from "@convene/core/backend";
import type { OperationPlan, Workplace } from "./algorithms/algorithm.js";
import { BLOCK_LIMITS } from "./algorithms/igemm.js";
import { planConv2d } from "./algorithms/index.js";
import { createArena } from "./arena.js";
import type { KernelSet } from "./kernel-set.js";
import { inputOf, outputOf, planOperation } from "./operations/index.js";
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
  // `dispose` drops every reference to the memory, so that a handle which outlives the backend does not keep the memory alive.
  let place: (Workplace & Pick<KernelSet, "copies" | "run"> & { readonly workspace: Workspace }) | undefined = {
    copies: kernels.copies,
    run: kernels.run,
    tiles: kernels.tiles,
    arena: tensorsAndPlans,
    blockLimits,
    leastJobs: 1,
    workspace: createWorkspace(tensorsAndPlans, 1, (address) => tensorsAndPlans.free(address)),
  };
  const held = new Set<{ drop(): void }>();
  /** Holds a plan until the plan or the backend is disposed, so that a handle does not keep the memory alive for longer. */
  const hold = <P extends OperationPlan>({
    plan,
    addresses,
  }: {
    readonly plan: P;
    readonly addresses: readonly number[];
  }) => {
    let current: P | undefined = plan;
    const mine = { drop: (): void => void (current = undefined) };
    held.add(mine);
    return {
      get plan() {
        return current!;
      },
      dispose() {
        held.delete(mine);
        place!.workspace.release(current!.workspace);
        mine.drop();
        for (const address of addresses) arena().free(address);
      },
    };
  };
  const device = `${kernels.name}, 1 thread`;
  const arena = (): Workplace["arena"] => place!.arena;
  return {
    name: "cpu",
    device,
    features: { nonFinite: true, subnormals: true, operations: OPERATION_KINDS },
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
      const mine = hold(planConv2d(place!, place!.workspace, problem, weights, accuracy));
      const { algorithm, arithmetic } = mine.plan;
      return {
        algorithm,
        arithmetic,
        run(input, output, residual) {
          const { readsZeros, steps } = mine.plan;
          const { run, workspace } = place!;
          const { shared, own } = workspace;
          if (readsZeros) clearZeroRows(arena(), input);
          for (const { kernel, params, jobs } of steps) {
            const added = residual === undefined ? 0 : residual.data;
            run[kernel]!(params, input.data, output.data, added, shared, own, 0, jobs);
          }
        },
        dispose: mine.dispose,
      };
    },
    async prepareOperation(problem, parameters) {
      const mine = hold(planOperation(place!, place!.workspace, problem, parameters));
      return {
        algorithm: mine.plan.algorithm,
        run(inputs, output) {
          const { run, workspace } = place!;
          const { shared, own } = workspace;
          const second = inputs.length > 1 ? inputs[1]!.data : 0;
          for (const step of mine.plan.steps) {
            const [from, to] = [inputOf(step, inputs, shared), outputOf(step, output, shared)];
            run[step.kernel]!(step.params, from, to, second, shared, own, 0, step.jobs);
          }
        },
        dispose: mine.dispose,
      };
    },
    sync: async () => undefined,
    memory: () => arena().use(),
    async dispose() {
      for (const mine of held) mine.drop();
      held.clear();
      place = undefined;
    },
  };
}

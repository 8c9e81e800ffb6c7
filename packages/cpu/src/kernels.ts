/**
 * @convene/cpu/kernels: the parts of cpu that \@convene/worker-threads uses. They may change in any release. They are the algorithms, which
 * prepare plans as data in a memory, the layout of tensors in this memory, and WebAssembly builds, also with shared memory.
 *
 * @packageDocumentation
 */

export type { BlockLimits, Plan, WorkspaceNeed, Workplace } from "./algorithms/algorithm.js";
export { BLOCK_LIMITS } from "./algorithms/igemm.js";
export { type PlannedConv2d, planConv2dSliced } from "./algorithms/index.js";
export { bundle } from "./generated/wasm.js";
export { type Copies, KERNEL_NAMES, type KernelMemory } from "./kernel-set.js";
export { type Arena, createArena } from "./arena.js";
export { inputOf, outputOf, planOperation } from "./operations/index.js";
export type { Sliced } from "./slices.js";
export {
  allocateSharedStorages,
  allocateStorage,
  clearRows,
  readInto,
  readTensor,
  type Storage,
  writeTensor,
} from "./storage.js";
export { checkWide } from "./self-check.js";
export { withSharedMemory } from "./shared-module.js";
export {
  type Asker,
  checkBuildOptions,
  forbidden,
  pickBuild,
  type Simd,
  type WasmBuild,
  type WasmExports,
} from "./wasm-build.js";
export { createWasmCopies } from "./wasm-copies.js";
export { createWorkspace, type Workspace } from "./workspace.js";
export { disposeSharedMemory, kernelMemory, MOST_WASM_MEMORY, reserveWasmMemory } from "./wasm-memory.js";

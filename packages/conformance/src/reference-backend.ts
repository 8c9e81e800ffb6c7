/** The reference as a backend. It tests the suite, and the faulty backends are made from it. */

import { type Backend, tensor, toLayout, zeros } from "@convene/core";
import { type BackendImplementation, defineBackend, OPERATION_KINDS } from "@convene/core/backend";
import { rememberedConv2d, rememberedOperation } from "./remembered-reference.js";

/** A storage is an array in NCHW. */
export type ReferenceStorage = { data: Float32Array };

/** The implementation. A run computes the reference, and rounds the result to float32. */
export const referenceImplementation: BackendImplementation<ReferenceStorage> = {
  name: "reference",
  device: "float64 loops, 1 thread",
  features: { nonFinite: true, subnormals: true, operations: OPERATION_KINDS },
  allocate: (shape) => ({ data: zeros(shape).data }),
  free: () => undefined,
  upload: (source, target) => target.data.set(toLayout(source, "nchw").data),
  read: async (source, shape, layout) => toLayout(tensor(source.data.slice(), shape), layout),
  prepareConv2d: async (problem, { weight, bias }) => {
    const copy = { weight: weight.slice(), bias: bias?.slice() };
    return {
      algorithm: "reference",
      run: (input, output, residual) =>
        output.data.set(rememberedConv2d(problem, { ...copy, input: input.data, residual: residual?.data }).output),
      dispose: () => undefined,
    };
  },
  prepareOperation: async (problem, { slope }) => {
    const parameters = slope ? { slope: slope.slice() } : {};
    return {
      algorithm: "reference",
      run: (inputs, output) =>
        output.data.set(
          rememberedOperation(
            problem,
            inputs.map(({ data }) => data),
            parameters,
          ),
        ),
      dispose: () => undefined,
    };
  },
  sync: async () => undefined,
  dispose: async () => undefined,
};

/** Adds a report of memory that counts tensors, if the implementation has no report. */
export function withMemory(
  implementation: BackendImplementation<ReferenceStorage>,
): BackendImplementation<ReferenceStorage> {
  if (implementation.memory) return implementation;
  const bytes = new Map<ReferenceStorage, number>();
  return {
    ...implementation,
    allocate: (shape) => {
      const storage = implementation.allocate(shape);
      bytes.set(storage, storage.data.byteLength);
      return storage;
    },
    free: (storage) => {
      bytes.delete(storage);
      implementation.free(storage);
    },
    memory: () => {
      const used = [...bytes.values()].reduce((sum, each) => sum + each, 0);
      return { used, reserved: used };
    },
  };
}

/** A correct backend of plain float64 loops: slow, and right. It counts its tensors as memory. */
export async function referenceBackend(): Promise<Backend> {
  return defineBackend(withMemory(referenceImplementation));
}

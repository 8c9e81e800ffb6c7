/**
 * The contract between Convene and a backend, in two halves. Callers hold a `Backend`. An author writes a
 * `BackendImplementation`; `defineBackend` turns it into a `Backend` by adding every check, so that all backends reject
 * the same misuse with the same words and an implementation can trust its arguments.
 */

import type { Conv2dWeights } from "./conv2d.js";
import type { OperationKind, OperationParameters, OperationProblem } from "./operations/operation-problem.js";
import type { Conv2dProblem } from "./problem.js";
import type { Shape4 } from "./shape.js";
import type { Layout, Tensor } from "./tensor.js";

// This declaration stands here and not in dispose-symbols.ts, because the published declarations keep it only in a file that they export.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** `true`, or why not, in words that a report can print. */
export type Support = true | { readonly reason: string };

/** Facts about a backend, which the conformance suite reads and checks. */
export interface BackendFeatures {
  /** NaN and infinities in inputs and weights go where PyTorch sends them. */
  readonly nonFinite: Support;
  /** Subnormal numbers are kept, not flushed to zero. */
  readonly subnormals: Support;
  /**
   * Says which problems the backend takes. Left out: all. `prepareConv2d` refuses any other problem with
   * `ERR_UNSUPPORTED` and the reason, and the conformance suite skips its cases with this reason.
   */
  readonly supports?: (problem: Conv2dProblem) => Support;
  /**
   * The operations that the backend has beside convolution. Left out: none. `prepareOperation` refuses any other kind
   * with `ERR_UNSUPPORTED`, and the conformance suite skips its cases.
   */
  readonly operations?: readonly OperationKind[];
  /** Says which problems of those kinds the backend takes. Left out: all. */
  readonly supportsOperation?: (problem: OperationProblem) => Support;
}

/**
 * How a plan computes its outputs. `"direct"`: each output is a sum of its own products x·w, in any order, so the plan is
 * exact on small integers. `"transformed"`: the operands are transformed first, as Winograd's algorithm does, so an
 * error is bounded in norm only.
 */
export type Arithmetic = (typeof ARITHMETICS)[number];
export const ARITHMETICS = ["direct", "transformed"] as const;

/** How a plan may be computed. */
export interface PrepareOptions {
  /**
   * `"fast"` (the default) allows transformed plans; `"strict"` never gives one. See `Arithmetic`. A transformed plan
   * may give NaN for an output near a number that is not finite (in the same tile of its input, or among the weights of
   * its channel), where an infinity or a number would be right; a direct plan never does.
   */
  readonly accuracy?: "fast" | "strict";
}

/** Memory that a backend holds for tensors and plans, in bytes. */
export interface MemoryUse {
  /** Bytes in live tensors and plans. */
  readonly used: number;
  /** Bytes reserved from the system, used or not. */
  readonly reserved: number;
}

/** The steps in which a tensor's content must be kept: from step `from` to step `to`, both included. */
export interface Lifetime {
  readonly shape: Shape4;
  /** The first step, an integer of at least 0. */
  readonly from: number;
  /** The last step, an integer of at least `from`. */
  readonly to: number;
}

/** A tensor on a backend's device. The backend alone knows its layout there. */
export interface DeviceTensor {
  readonly shape: Shape4;
  readonly disposed: boolean;
  /** Frees the memory of the tensor. A second call does nothing. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** A problem prepared on a backend: weights packed, workspace reserved. */
export interface Conv2dPlan {
  readonly problem: Conv2dProblem;
  /** The algorithm that really runs, such as `"igemm-4x8"`. */
  readonly algorithm: string;
  /**
   * How the plan computes, and so the rule of agreement for its results. Always `"direct"` if the plan was prepared
   * with `accuracy: "strict"`.
   */
  readonly arithmetic: Arithmetic;
  readonly disposed: boolean;
  /**
   * Enqueues the convolution, and allocates no device memory. The run takes effect in the order of calls: after every
   * earlier `upload` and `run` of this backend, and before every later `read`.
   *
   * @throws ConveneError at once for misuse: `ERR_SHAPE`, `ERR_DISPOSED`, `ERR_INVALID_OPTION` (a tensor of another
   * backend, an output that is also input or residual, a residual too many, a missing residual)
   */
  run(input: DeviceTensor, output: DeviceTensor, residual?: DeviceTensor): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** An operation other than a convolution, prepared on a backend. */
export interface OperationPlan {
  readonly problem: OperationProblem;
  /** The algorithm that really runs. */
  readonly algorithm: string;
  readonly disposed: boolean;
  /**
   * Enqueues the operation, as `Conv2dPlan.run` does.
   *
   * @param inputs as many as `operationInputShapes` gives, of those shapes; one tensor may be there twice
   * @throws ConveneError at once for misuse: `ERR_SHAPE`, `ERR_DISPOSED`, `ERR_INVALID_OPTION` (a tensor of another backend, an
   * output that is also an input, another number of inputs)
   */
  run(inputs: readonly DeviceTensor[], output: DeviceTensor): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Options of `backend.read`: the layout of the result, and a tensor of the caller for the result. */
export interface ReadOptions {
  /** The layout of the result. Default: the layout of `into`, or `"nchw"` without `into`. If both are given, they must be the same. */
  readonly layout?: Layout;
  /**
   * A host tensor of the same shape, whose data are overwritten; the promise resolves to this tensor. This saves a new array, and
   * the time that the system needs to hand out the array's pages. From the call until the promise has settled, the content of the data
   * is undefined, and two reads in flight need a tensor each.
   */
  readonly into?: Tensor;
}

/** A backend, as its factory gives it. There is no registry: a backend is this value. */
export interface Backend {
  /** Such as `"cpu"`. */
  readonly name: string;
  /** The device that really computes: `"wasm simd128, 1 thread"`. */
  readonly device: string;
  readonly features: BackendFeatures;
  readonly disposed: boolean;
  /**
   * Copies `tensor`, of either layout, to the device: into `target`, of the same shape, or into a new device tensor.
   *
   * @throws ConveneError `ERR_SHAPE`; `ERR_INVALID_OPTION` for a `target` of another backend; `ERR_DISPOSED`; `ERR_OUT_OF_MEMORY`;
   * `ERR_EXECUTION`
   */
  upload(tensor: Tensor, target?: DeviceTensor): DeviceTensor;
  /** A device tensor whose content is undefined. @throws ConveneError `ERR_SHAPE`; `ERR_DISPOSED`; `ERR_OUT_OF_MEMORY`; `ERR_EXECUTION` */
  allocate(shape: Shape4): DeviceTensor;
  /**
   * A device tensor for each lifetime. Two tensors whose lifetimes do not meet may share memory. The memory is given back when
   * all of the tensors are disposed.
   *
   * @throws ConveneError `ERR_INVALID_OPTION`; `ERR_SHAPE`; `ERR_DISPOSED`; `ERR_OUT_OF_MEMORY`; `ERR_EXECUTION`
   */
  allocateShared(lifetimes: readonly Lifetime[]): readonly DeviceTensor[];
  /**
   * Packs the weights (the caller's arrays are copied, and may be changed afterwards) and reserves what `run` needs.
   *
   * @throws ConveneError `ERR_UNSUPPORTED` with the reason of `features.supports`; `ERR_SHAPE` and `ERR_INVALID_OPTION` for
   * misuse; `ERR_OUT_OF_MEMORY`; `ERR_EXECUTION` where the implementation fails, or gives a transformed plan for
   * `accuracy: "strict"`
   */
  prepareConv2d(problem: Conv2dProblem, weights: Conv2dWeights, options?: PrepareOptions): Promise<Conv2dPlan>;
  /**
   * Prepares an operation other than a convolution. `parameters` are copied.
   *
   * @throws ConveneError `ERR_UNSUPPORTED` where `features.operations` lacks the kind, or with the reason of
   * `features.supportsOperation`; `ERR_SHAPE` and `ERR_INVALID_OPTION` for misuse; `ERR_OUT_OF_MEMORY`; `ERR_EXECUTION`
   */
  prepareOperation(problem: OperationProblem, parameters?: OperationParameters): Promise<OperationPlan>;
  /**
   * Copies a device tensor to the host, as it is after everything that was called before.
   *
   * @throws ConveneError `ERR_SHAPE` where `into` has another shape, or too few elements, also where its data have been
   * transferred meanwhile; `ERR_INVALID_OPTION`; `ERR_DISPOSED`; `ERR_OUT_OF_MEMORY`; `ERR_EXECUTION`
   */
  read(tensor: DeviceTensor, options?: ReadOptions): Promise<Tensor>;
  /** Waits until everything called before has finished; rejects if any of it failed. */
  sync(): Promise<void>;
  /** The memory that the backend holds; undefined if the backend cannot tell. @throws ConveneError `ERR_DISPOSED`; `ERR_EXECUTION` */
  memory(): MemoryUse | undefined;
  /** Waits for the calls in flight, then frees everything. A second call does nothing more and gives the same promise. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A prepared convolution as an author writes it. */
export interface PlanImplementation<Storage> {
  readonly algorithm: string;
  /**
   * Left out: `"direct"`. A plan that transforms its operands must say `"transformed"`, and must not be given where
   * `accuracy` is `"strict"`: `defineBackend` disposes it and rejects with `ERR_EXECUTION`.
   */
  readonly arithmetic?: Arithmetic;
  /**
   * May only queue the work. If the work fails later, the next `read` or `sync` rejects with its error. Core does not wait for a promise
   * that `run` returns, but remembers its rejection.
   */
  run(input: Storage, output: Storage, residual: Storage | undefined): void;
  /** Called once. */
  dispose(): void;
}

/** A prepared operation as an author writes it. */
export interface OperationPlanImplementation<Storage> {
  readonly algorithm: string;
  /** See `PlanImplementation.run`. Two inputs may be the same storage; the output is none of them. */
  run(inputs: readonly Storage[], output: Storage): void;
  /** Called once. */
  dispose(): void;
}

/**
 * The part that a backend author writes, over a `Storage` type of their choosing (a pointer, a buffer, a texture). Arguments have
 * been checked: shapes fit, handles are alive and belong to this backend, output is neither input nor residual. No size is 0, because
 * core handles an empty batch itself. `defineBackend` says what an exception of each method means.
 */
export interface BackendImplementation<Storage> {
  readonly name: string;
  readonly device: string;
  readonly features: BackendFeatures;
  allocate(shape: Shape4): Storage;
  /** Called once for each storage of `allocate`. */
  free(storage: Storage): void;
  /** One storage a lifetime, over shared memory; `free` gives back the whole. Left out: each is allocated by itself. */
  allocateShared?(lifetimes: readonly Lifetime[]): { readonly storages: readonly Storage[]; free(): void };
  upload(tensor: Tensor, target: Storage): void;
  /**
   * May reject with the error of an earlier run. If that run had no memory, reject with a ConveneError `ERR_EXECUTION`: core takes an
   * engine's own error about memory for a failure of this copy alone, after which the backend can be used as before.
   */
  read(source: Storage, shape: Shape4, layout: Layout): Promise<Tensor>;
  /**
   * Reads into a tensor of the caller's: writes all of `target.data`, in the layout of `target`, before the promise resolves.
   * Left out: core copies the result of `read`. Worth writing where the device's memory can be read from JavaScript.
   */
  readInto?(source: Storage, target: Tensor): Promise<void>;
  prepareConv2d(
    problem: Conv2dProblem,
    weights: Conv2dWeights,
    options: Required<PrepareOptions>,
  ): Promise<PlanImplementation<Storage>>;
  /**
   * Operations beside convolution. Left out: it has none, and `features.operations` is left out too. Only kinds of
   * `features.operations` come here, with parameters of the right sizes, which the plan must copy.
   */
  prepareOperation?(
    problem: OperationProblem,
    parameters: OperationParameters,
  ): Promise<OperationPlanImplementation<Storage>>;
  sync(): Promise<void>;
  memory?(): MemoryUse;
  /** Called once, when every prepare has settled. Frees everything, live storages and plans included. */
  dispose(): Promise<void>;
}

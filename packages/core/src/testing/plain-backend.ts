/**
 * A backend in plain loops for core's own tests. It takes every problem, works later than it is called, as a GPU does,
 * and can be told to fail. Freed memory is overwritten with NaN, so that a read of freed memory shows.
 */

import { activationRange } from "../activation.js";
import type {
  Arithmetic,
  Backend,
  BackendFeatures,
  Lifetime,
  MemoryUse,
  PlanImplementation,
  PrepareOptions,
} from "../backend.js";
import type { Conv2dWeights } from "../conv2d.js";
import { defineBackend } from "../define-backend.js";
import { planMemory } from "../memory-plan.js";
import { OPERATION_KINDS, type OperationKind } from "../operations/operation-problem.js";
import { type Conv2dProblem, outputShape, type PaddingMode } from "../problem.js";
import { elementCount, type Shape4 } from "../shape.js";
import { hostArray, type Layout, tensor, type Tensor, toLayout } from "../tensor.js";
import { operate } from "./plain-operations.js";

/** The calls of the implementation; `execute` is the work of a run, when its turn comes. */
export type Call =
  | "allocate"
  | "free"
  | "allocateShared"
  | "freeShared"
  | "upload"
  | "read"
  | "sync"
  | "prepareConv2d"
  | "prepareOperation"
  | "run"
  | "execute"
  | "disposePlan"
  | "dispose";

export interface PlainOptions {
  /** Called before each call. The call throws the error that this function throws. */
  readonly fail?: (call: Call) => void;
  /** Whether tensors of `allocateShared` lie in one arena. Default true; false: it is not implemented. */
  readonly shared?: boolean;
  /** The problems that the backend takes. Default: all. */
  readonly supports?: NonNullable<BackendFeatures["supports"]>;
  /** The operations that the backend has beside convolution. Default: all. */
  readonly operations?: readonly OperationKind[];
  /** The problems of these operations that the backend takes. Default: all. */
  readonly supportsOperation?: NonNullable<BackendFeatures["supportsOperation"]>;
  /** Called at every prepareConv2d. */
  readonly onPrepare?: (problem: Conv2dProblem, options: Required<PrepareOptions>) => void;
  /** The arithmetic that the backend's plans declare. Left out: none. */
  readonly arithmetic?: (options: Required<PrepareOptions>) => Arithmetic;
  /** A promise for which every prepare waits. */
  readonly beforePrepared?: Promise<void>;
}

export interface PlainBackend {
  readonly backend: Backend;
  /** Every call of the implementation so far. */
  readonly calls: readonly Call[];
  count(call: Call): number;
  /** The memory and the plans that are held now. */
  live(): { readonly bytes: number; readonly plans: number };
}

export function plainBackend(options: PlainOptions = {}): PlainBackend {
  const calls: Call[] = [];
  let bytes = 0;
  let plans = 0;
  let queue: Promise<unknown> = Promise.resolve();
  let broken: unknown;

  const call = (name: Call): void => {
    calls.push(name);
    options.fail?.(name);
  };
  const later = <T>(work: () => T): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const settled = <T>(work: () => T): Promise<T> =>
    later(() => {
      if (broken !== undefined) throw broken;
      return work();
    });
  const hold = (length: number): Float32Array => {
    bytes += 4 * length;
    return hostArray(length).fill(NaN);
  };
  const drop = (array: Float32Array): void => {
    bytes -= array.byteLength;
    void later(() => array.fill(NaN));
  };
  const plan = (
    problem: Conv2dProblem,
    weights: Conv2dWeights,
    prepareOptions: Required<PrepareOptions>,
  ): PlanImplementation<Float32Array> => {
    const own = copyWeights(weights);
    plans++;
    return {
      algorithm: "plain",
      ...(options.arithmetic && { arithmetic: options.arithmetic(prepareOptions) }),
      run(input, output, residual) {
        call("run");
        later(() => {
          call("execute");
          output.set(convolve(problem, own, input, residual));
        }).catch((error: unknown) => {
          broken ??= error;
        });
      },
      dispose() {
        call("disposePlan");
        plans--;
      },
    };
  };

  const backend = defineBackend<Float32Array>({
    name: "plain",
    device: "plain loops",
    features: {
      nonFinite: true,
      subnormals: true,
      operations: options.operations ?? OPERATION_KINDS,
      ...(options.supports && { supports: options.supports }),
      ...(options.supportsOperation && { supportsOperation: options.supportsOperation }),
    },
    allocate(shape) {
      call("allocate");
      return hold(elementCount(shape));
    },
    free(storage) {
      call("free");
      drop(storage);
    },
    ...(options.shared === false
      ? {}
      : {
          allocateShared(lifetimes: readonly Lifetime[]) {
            call("allocateShared");
            const { offsets, total } = planMemory(
              lifetimes.map(({ shape, from, to }) => ({ size: elementCount(shape), from, to })),
            );
            const arena = hold(total);
            return {
              storages: lifetimes.map(({ shape }, index) =>
                arena.subarray(offsets[index]!, offsets[index]! + elementCount(shape)),
              ),
              free() {
                call("freeShared");
                drop(arena);
              },
            };
          },
        }),
    upload(source: Tensor, target) {
      call("upload");
      const data = toLayout(source, "nchw").data.slice();
      void later(() => target.set(data));
    },
    async read(source, shape: Shape4, layout: Layout) {
      call("read");
      return settled(() => toLayout(tensor(source.slice(), shape), layout));
    },
    async prepareConv2d(problem, weights, prepareOptions) {
      call("prepareConv2d");
      options.onPrepare?.(problem, prepareOptions);
      const made = plan(problem, weights, prepareOptions);
      await options.beforePrepared;
      return made;
    },
    async prepareOperation(problem, parameters) {
      call("prepareOperation");
      const own = parameters.slope ? { slope: parameters.slope.slice() } : {};
      plans++;
      await options.beforePrepared;
      return {
        algorithm: "plain",
        run(inputs, output) {
          call("run");
          later(() => {
            call("execute");
            output.set(operate(problem, inputs, own));
          }).catch((error: unknown) => {
            broken ??= error;
          });
        },
        dispose() {
          call("disposePlan");
          plans--;
        },
      };
    },
    async sync() {
      call("sync");
      return settled(() => undefined);
    },
    memory(): MemoryUse {
      return { used: bytes, reserved: bytes };
    },
    async dispose() {
      call("dispose");
      await queue;
      bytes = 0;
      plans = 0;
    },
  });
  return {
    backend,
    calls,
    count: (name) => calls.filter((each) => each === name).length,
    live: () => ({ bytes, plans }),
  };
}

function copyWeights({ weight, bias }: Conv2dWeights): Conv2dWeights {
  return { weight: weight.slice(), ...(bias && { bias: bias.slice() }) };
}

/** The definition of a convolution, over NCHW arrays, summed in float64 and rounded once. */
export function convolve(
  p: Conv2dProblem,
  { weight, bias }: Conv2dWeights,
  input: Float32Array,
  residual?: Float32Array,
): Float32Array {
  const output = hostArray(elementCount(outputShape(p)));
  const [icPerGroup, ocPerGroup] = [p.ic / p.g, p.oc / p.g];
  const [min, max] = activationRange(p.activation);
  let at = 0;
  for (let n = 0; n < p.n; n++) {
    for (let oc = 0; oc < p.oc; oc++) {
      const firstChannel = Math.floor(oc / ocPerGroup) * icPerGroup;
      for (let oy = 0; oy < p.oh; oy++) {
        for (let ox = 0; ox < p.ow; ox++) {
          let sum = bias?.[oc] ?? 0;
          for (let c = 0; c < icPerGroup; c++) {
            for (let ky = 0; ky < p.kh; ky++) {
              for (let kx = 0; kx < p.kw; kx++) {
                const y = sourceIndex(oy * p.sh - p.pt + ky * p.dh, p.ih, p.paddingMode);
                const x = sourceIndex(ox * p.sw - p.pl + kx * p.dw, p.iw, p.paddingMode);
                if (y === undefined || x === undefined) continue;
                const value = input[((n * p.ic + firstChannel + c) * p.ih + y) * p.iw + x]!;
                sum += value * weight[((oc * icPerGroup + c) * p.kh + ky) * p.kw + kx]!;
              }
            }
          }
          if (residual) sum += residual[at]!;
          output[at++] = sum < min ? min : sum > max ? max : sum;
        }
      }
    }
  }
  return output;
}

/** The row or column that a tap at `index` reads, where `index` may lie in the padding; `undefined` for a zero. */
function sourceIndex(index: number, size: number, mode: PaddingMode): number | undefined {
  if (index >= 0 && index < size) return index;
  if (mode === "zeros") return undefined;
  if (mode === "replicate") return index < 0 ? 0 : size - 1;
  if (mode === "circular") return index < 0 ? index + size : index - size;
  return index < 0 ? -index : 2 * (size - 1) - index;
}

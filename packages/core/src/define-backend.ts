/**
 * `defineBackend`: the one place where misuse of a backend is found. It checks, keeps handles apart and remembers
 * failure; it never computes.
 */

import type {
  Backend,
  BackendImplementation,
  Conv2dPlan,
  Conv2dStage,
  DeviceTensor,
  Lifetime,
  PlanImplementation,
  PrepareOptions,
} from "./backend.js";
import { checkInteger, checkKeys, checkOneOf } from "./check.js";
import { checkWeights, type Conv2dWeights } from "./conv2d.js";
import { ConveneError, show } from "./errors.js";
import { type Conv2dProblem, conv2dProblem, inputShape, outputShape, weightShape } from "./problem.js";
import { checkLayout, checkShape, checkTensor, type Layout, sameShape, type Shape4, type Tensor } from "./tensor.js";

/**
 * Makes a `Backend` of what an author wrote. See `BackendImplementation` for what is promised to it.
 *
 * Misuse throws a ConveneError before the implementation is called. An exception of the implementation itself while
 * running becomes `ERR_EXECUTION`, and the backend repeats it to every later call until it is disposed.
 */
export function defineBackend<Storage>(implementation: BackendImplementation<Storage>): Backend {
  const { name } = implementation;
  const storages = new WeakMap<DeviceTensor, Storage>();
  const preparing = new Set<Promise<unknown>>();
  let disposing: Promise<void> | undefined;
  let failure: ConveneError | undefined;

  const checkUsable = (): void => {
    if (disposing) throw new ConveneError("ERR_DISPOSED", `this ${name} backend has been disposed`);
    if (failure) throw failure;
  };
  /** Runs `work`; an error that is not ours is the backend's failure, and final. */
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw remember(error);
    }
  };
  const guardAsync = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw remember(error);
    }
  };
  const remember = (error: unknown): ConveneError => {
    if (error instanceof ConveneError && error.code !== "ERR_EXECUTION") return error;
    failure ??=
      error instanceof ConveneError
        ? error
        : new ConveneError("ERR_EXECUTION", `${name}: ${error instanceof Error ? error.message : show(error)}`, {
            cause: error,
          });
    return failure;
  };

  const handle = (shape: Shape4, storage: Storage, free: () => void): DeviceTensor => {
    let disposed = false;
    const tensor: DeviceTensor = {
      shape,
      get disposed() {
        return disposed || disposing !== undefined;
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        if (!disposing) free();
      },
    };
    storages.set(disposable(tensor), storage);
    return tensor;
  };

  const storageOf = (what: string, tensor: DeviceTensor, shape?: Shape4): Storage => {
    const known = typeof tensor === "object" && tensor !== null && storages.has(tensor);
    if (!known) {
      const hint =
        typeof tensor === "object" && tensor !== null && "data" in tensor
          ? "a host Tensor: upload it first"
          : "not a tensor of this backend";
      throw new ConveneError("ERR_INVALID_OPTION", `${what} (${show(tensor)}) is ${hint} (${name})`);
    }
    if (tensor.disposed) throw new ConveneError("ERR_DISPOSED", `${what} has been disposed`);
    if (shape && !sameShape(tensor.shape, shape)) {
      throw new ConveneError("ERR_SHAPE", `${what} has shape ${show(tensor.shape)}; expected ${show(shape)}`);
    }
    return storages.get(tensor)!;
  };

  /** Keeps `dispose` waiting for `work`, so that an implementation never goes away under its own prepare. */
  const whilePreparing = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = work();
    preparing.add(mine);
    try {
      return await mine;
    } finally {
      preparing.delete(mine);
    }
  };

  const plan = (first: Conv2dProblem, last: Conv2dProblem, made: PlanImplementation<Storage>): Conv2dPlan => {
    let disposed = false;
    if (disposing) {
      made.dispose();
      throw new ConveneError("ERR_DISPOSED", `this ${name} backend was disposed while it prepared a plan`);
    }
    const expected = { input: inputShape(first), output: outputShape(last) };
    const result: Conv2dPlan = {
      problem: last,
      algorithm: made.algorithm,
      get disposed() {
        return disposed || disposing !== undefined;
      },
      run(input, output, residual) {
        checkUsable();
        if (disposed) throw new ConveneError("ERR_DISPOSED", "this plan has been disposed");
        const from = storageOf("input", input, expected.input);
        const to = storageOf("output", output, expected.output);
        if (last.residual !== (residual !== undefined)) {
          throw new ConveneError(
            "ERR_INVALID_OPTION",
            last.residual
              ? "residual is missing: this plan was prepared with one"
              : "a residual was given to a plan prepared without one",
          );
        }
        const added = residual === undefined ? undefined : storageOf("residual", residual, expected.output);
        if (output === input || output === residual) {
          throw new ConveneError(
            "ERR_INVALID_OPTION",
            `output must not be the same tensor as ${output === input ? "input" : "residual"}`,
          );
        }
        guard(() => made.run(from, to, added));
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        if (!disposing) made.dispose();
      },
    };
    return disposable(result);
  };

  const checkStage = (problem: Conv2dProblem, weights: Conv2dWeights): Conv2dProblem => {
    const checked = conv2dProblem(problem);
    checkWeights(weights, weightShape(checked), checked.bias);
    return checked;
  };

  const backend: Backend = {
    name,
    device: implementation.device,
    features: implementation.features,
    get disposed() {
      return disposing !== undefined;
    },
    upload(source: Tensor, target?: DeviceTensor) {
      checkUsable();
      checkTensor(source, "tensor");
      const into = target === undefined ? backend.allocate(source.shape) : target;
      const storage = storageOf("target", into, source.shape);
      try {
        guard(() => implementation.upload(source, storage));
      } catch (error) {
        if (target === undefined) into.dispose();
        throw error;
      }
      return into;
    },
    allocate(shape) {
      checkUsable();
      const checked = checkShape(shape);
      const storage = guard(() => implementation.allocate(checked));
      return handle(checked, storage, () => implementation.free(storage));
    },
    allocateShared(lifetimes: readonly Lifetime[]) {
      checkUsable();
      const checked = lifetimes.map(({ shape, from, to }, index) => {
        const start = checkInteger(`lifetimes[${index}].from`, from, 0);
        return { shape: checkShape(shape), from: start, to: checkInteger(`lifetimes[${index}].to`, to, start) };
      });
      if (!implementation.allocateShared || checked.length === 0) {
        const made: DeviceTensor[] = [];
        try {
          for (const { shape } of checked) made.push(backend.allocate(shape));
        } catch (error) {
          for (const tensor of made) tensor.dispose();
          throw error;
        }
        return made;
      }
      const shared = guard(() => implementation.allocateShared!(checked));
      let alive = checked.length;
      const release = (): void => {
        if (--alive === 0) shared.free();
      };
      return checked.map(({ shape }, index) => handle(shape, shared.storages[index]!, release));
    },
    async prepareConv2d(problem, weights, options) {
      checkUsable();
      const checked = checkStage(problem, weights);
      const resolved = checkPrepareOptions(options);
      return whilePreparing(async () =>
        plan(checked, checked, await guardAsync(() => implementation.prepareConv2d(checked, weights, resolved))),
      );
    },
    async prepareFused(stages: readonly Conv2dStage[], options) {
      checkUsable();
      const checked = stages.map(({ problem, weights }) => ({ problem: checkStage(problem, weights), weights }));
      const resolved = checkPrepareOptions(options);
      checkChain(checked.map(({ problem }) => problem));
      return whilePreparing(async () => {
        const made = await guardAsync(async () => implementation.prepareFused?.(checked, resolved));
        return made && plan(checked[0]!.problem, checked.at(-1)!.problem, made);
      });
    },
    async read(tensor, options = {}) {
      checkUsable();
      checkKeys("read options", options, ["layout"]);
      const layout: Layout = checkLayout(options.layout === undefined ? "nchw" : options.layout);
      const storage = storageOf("tensor", tensor);
      return await guardAsync(() => implementation.read(storage, tensor.shape, layout));
    },
    async sync() {
      checkUsable();
      await guardAsync(() => implementation.sync());
    },
    memory() {
      checkUsable();
      return implementation.memory?.();
    },
    dispose() {
      disposing ??= Promise.allSettled(preparing).then(() => implementation.dispose());
      return disposing;
    },
  };
  if (Symbol.asyncDispose) backend[Symbol.asyncDispose] = () => backend.dispose();
  return backend;
}

function disposable<T extends { dispose(): void; [Symbol.dispose]?(): void }>(value: T): T {
  if (Symbol.dispose) value[Symbol.dispose] = () => value.dispose();
  return value;
}

export function checkPrepareOptions(options: PrepareOptions = {}): Required<PrepareOptions> {
  checkKeys("prepare options", options, ["accuracy"]);
  const { accuracy = "fast" } = options;
  return { accuracy: checkOneOf("accuracy", accuracy, ["fast", "strict"]) };
}

function checkChain(problems: readonly Conv2dProblem[]): void {
  if (problems.length < 2) {
    throw new ConveneError("ERR_INVALID_OPTION", `stages (${problems.length}) must be at least 2`);
  }
  problems.forEach((problem, index) => {
    const next = problems[index + 1];
    if (!next) return;
    if (problem.residual)
      throw new ConveneError("ERR_INVALID_OPTION", `stage ${index}: only the last stage can have a residual`);
    if (!sameShape(outputShape(problem), inputShape(next))) {
      throw new ConveneError(
        "ERR_SHAPE",
        `stage ${index + 1} reads ${show(inputShape(next))}; stage ${index} writes ${show(outputShape(problem))}`,
      );
    }
  });
}

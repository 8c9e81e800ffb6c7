/**
 * `defineBackend`: the one place where misuse of a backend is found. It checks arguments, keeps the handles of backends apart and remembers
 * failure. It never computes.
 */

import {
  type Arithmetic,
  ARITHMETICS,
  type Backend,
  type BackendImplementation,
  type Conv2dPlan,
  type DeviceTensor,
  type Lifetime,
  type OperationPlan,
  type OperationPlanImplementation,
  type PlanImplementation,
  type PrepareOptions,
} from "./backend.js";
import { checkInteger, checkKeys, checkList, checkOneOf, readFrom, readList } from "./check.js";
import { checkWeights } from "./conv2d.js";
import { asyncDisposable, disposable } from "./dispose-symbols.js";
import { ConveneError, messageOf, show } from "./errors.js";
import { checkOperationParameters } from "./operations/operation-parameters.js";
import {
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  operationProblem,
} from "./operations/operation-problem.js";
import { isOutOfMemory } from "./out-of-memory.js";
import { type Conv2dProblem, conv2dProblem, inputShape, outputShape, weightShape } from "./problem.js";
import { checkShape, elementCount, sameShape, type Shape4 } from "./shape.js";
import { checkInto, checkLayout, checkTensor, type Layout, type Tensor, zeros } from "./tensor.js";

/**
 * Makes a `Backend` of an author's `BackendImplementation`, which says what core promises to it.
 *
 * Misuse throws a ConveneError before the implementation is called. An exception of the implementation itself becomes
 * `ERR_EXECUTION`. An exception from `run`, `read` or `sync` is final: nobody knows the content of the device then, so the backend
 * throws it again in every later call until the backend is disposed.
 *
 * An engine's error for a lack of memory (`isOutOfMemory`) becomes `ERR_OUT_OF_MEMORY`. It concerns this call alone, because the
 * call has changed nothing. `run` and `sync` are different, because they take no memory of their own: there a lack of memory means
 * that a result has not been computed, and is final.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` where `implementation` lacks a member
 */
export function defineBackend<Storage>(implementation: BackendImplementation<Storage>): Backend {
  checkImplementation(implementation);
  const { name } = implementation;
  const storages = new WeakMap<DeviceTensor, Storage>();
  const shares = new WeakMap<DeviceTensor, Sharing>();
  const preparing = new Set<Promise<unknown>>();
  let disposing: Promise<void> | undefined;
  let failure: ConveneError | undefined;

  const checkUsable = (): void => {
    if (disposing) throw new ConveneError("ERR_DISPOSED", `this ${name} backend has been disposed`);
    if (failure) throw failure;
  };
  /** The implementation's error as a ConveneError. An error that is no ConveneError gets the code `code`. */
  const translate = (error: unknown, code: "ERR_EXECUTION" | "ERR_OUT_OF_MEMORY"): ConveneError => {
    if (error instanceof ConveneError) return error;
    return new ConveneError(code, `${name}: ${messageOf(error)}`, { cause: error });
  };
  const codeOf = (error: unknown) => (isOutOfMemory(error) ? "ERR_OUT_OF_MEMORY" : "ERR_EXECUTION");
  /** As `translate`. An error with the code `ERR_EXECUTION` is remembered, and is the error of every later call. */
  const remember = (error: unknown, code: "ERR_EXECUTION" | "ERR_OUT_OF_MEMORY" = "ERR_EXECUTION"): ConveneError => {
    const translated = translate(error, code);
    if (translated.code === "ERR_EXECUTION") failure ??= translated;
    return failure ?? translated;
  };
  /**
   * `run` and `upload` return nothing. If an author writes an `async` function, nobody else hears of its rejection: the failure would be
   * lost, and a read would give the output's old content.
   */
  const heed = (answer: unknown): void => {
    if (isThenable(answer)) answer.then(undefined, remember);
  };
  /** `result`, unless an earlier call has failed in the meantime. */
  const unlessFailed = <T>(result: T): T => {
    if (failure) throw failure;
    return result;
  };
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translate(error, codeOf(error));
    }
  };
  const attemptAsync = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translate(error, codeOf(error));
    }
  };

  const handle = (shape: Shape4, storage: Storage, free: () => void, sharing?: Sharing): DeviceTensor => {
    let disposed = false;
    const tensor: DeviceTensor = disposable<DeviceTensor>({
      shape,
      get disposed() {
        return disposed || disposing !== undefined;
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        if (!disposing) free();
      },
    });
    Object.freeze(tensor);
    storages.set(tensor, storage);
    if (sharing) shares.set(tensor, sharing);
    return tensor;
  };

  const allocated = (shape: Shape4, sharing?: Sharing): DeviceTensor => {
    if (isEmpty(shape)) return handle(shape, undefined as Storage, () => undefined, sharing);
    const storage = attempt(() => implementation.allocate(shape));
    return handle(shape, storage, () => implementation.free(storage), sharing);
  };

  const storageOf = (what: string, tensor: DeviceTensor, shape?: Shape4): Storage => {
    const known = typeof tensor === "object" && tensor !== null && storages.has(tensor);
    if (!known) {
      const isHost = readFrom(what, () => "data" in Object(tensor));
      const hint = isHost ? "a host Tensor: upload it first" : "not a tensor of this backend";
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

  /** Whether writing `a` may change `b`: the same tensor, or two of one `allocateShared` that never live together. */
  const mayOverlap = (a: DeviceTensor, b: DeviceTensor): boolean => {
    const [one, other] = [shares.get(a), shares.get(b)];
    return a === b || (one !== undefined && one.group === other?.group && (one.to < other.from || other.to < one.from));
  };
  const checkApart = (output: DeviceTensor, read: DeviceTensor, what: string): void => {
    if (!mayOverlap(output, read)) return;
    const how =
      output === read ? "be the same tensor as" : "share memory, as tensors whose lifetimes do not meet may, with";
    throw new ConveneError("ERR_INVALID_OPTION", `output must not ${how} ${what}`);
  };

  /** The plan's arithmetic, if it is allowed. A wrong one is the implementation's fault, not the caller's: hence `ERR_EXECUTION`. */
  const arithmeticOf = (made: PlanImplementation<Storage>, accuracy: "fast" | "strict"): Arithmetic => {
    const { algorithm, arithmetic = "direct" } = made;
    if (!ARITHMETICS.includes(arithmetic)) {
      const what = `${name}: the plan ${show(algorithm)}`;
      const allowed = ARITHMETICS.map(show).join(" or ");
      throw new ConveneError("ERR_EXECUTION", `${what} has arithmetic ${show(arithmetic)}; it must be ${allowed}`);
    }
    if (accuracy === "strict" && arithmetic !== "direct") {
      const what = `${name}: the plan ${show(algorithm)}`;
      const remedy = "a strict plan must be direct: prepareConv2d has to take another algorithm here";
      throw new ConveneError("ERR_EXECUTION", `${what} is ${arithmetic}, for accuracy "strict"; ${remedy}`);
    }
    return arithmetic;
  };

  const plan = (
    problem: Conv2dProblem,
    made: PlanImplementation<Storage>,
    { accuracy }: Required<PrepareOptions>,
  ): Conv2dPlan => {
    let disposed = false;
    if (disposing) {
      made.dispose();
      throw new ConveneError("ERR_DISPOSED", `this ${name} backend was disposed while it prepared a plan`);
    }
    let arithmetic: Arithmetic;
    try {
      arithmetic = arithmeticOf(made, accuracy);
    } catch (error) {
      made.dispose();
      throw error;
    }
    const expected = { input: inputShape(problem), output: outputShape(problem) };
    let returnedPromise = false;
    const conv2dPlan = disposable<Conv2dPlan>({
      problem,
      algorithm: made.algorithm,
      arithmetic,
      get disposed() {
        return disposed || disposing !== undefined;
      },
      run(input: DeviceTensor, output: DeviceTensor, residual?: DeviceTensor) {
        checkUsable();
        if (disposed) throw new ConveneError("ERR_DISPOSED", "this plan has been disposed");
        const from = storageOf("input", input, expected.input);
        const to = storageOf("output", output, expected.output);
        if (problem.residual !== (residual !== undefined)) {
          throw new ConveneError(
            "ERR_INVALID_OPTION",
            problem.residual
              ? "residual is missing: this plan was prepared with one"
              : "a residual was given to a plan prepared without one",
          );
        }
        const added = residual === undefined ? undefined : storageOf("residual", residual, expected.output);
        checkApart(output, input, "input");
        if (residual !== undefined) checkApart(output, residual, "residual");
        try {
          const answer: unknown = made.run(from, to, added);
          returnedPromise ||= isThenable(answer);
          heed(answer);
        } catch (error) {
          throw remember(error);
        }
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        if (!disposing) made.dispose();
      },
    });
    // The conformance suite reads this property to explain a wrong output: core does not wait for the promise, and the
    // author probably expected core to wait.
    return Object.defineProperty(conv2dPlan, RUN_RETURNED_PROMISE, { get: () => returnedPromise });
  };

  const operationPlan = (problem: OperationProblem, made: OperationPlanImplementation<Storage>): OperationPlan => {
    let disposed = false;
    if (disposing) {
      made.dispose();
      throw new ConveneError("ERR_DISPOSED", `this ${name} backend was disposed while it prepared a plan`);
    }
    const shapes = operationInputShapes(problem);
    const expected = operationOutputShape(problem);
    const nameOf = (index: number): string => (shapes.length === 1 ? "input" : `inputs[${index}]`);
    return disposable<OperationPlan>({
      problem,
      algorithm: made.algorithm,
      get disposed() {
        return disposed || disposing !== undefined;
      },
      run(inputs: readonly DeviceTensor[], output: DeviceTensor) {
        checkUsable();
        if (disposed) throw new ConveneError("ERR_DISPOSED", "this plan has been disposed");
        const given = readList("inputs", inputs, shapes.length) as DeviceTensor[] | undefined;
        if (given?.length !== shapes.length) {
          throw new ConveneError(
            "ERR_INVALID_OPTION",
            `inputs (${show(inputs)}) must be a list of ${shapes.length} tensors`,
          );
        }
        const from = given.map((each, index) => storageOf(nameOf(index), each, shapes[index]));
        const to = storageOf("output", output, expected);
        for (const [index, each] of given.entries()) checkApart(output, each, nameOf(index));
        try {
          heed(made.run(from, to));
        } catch (error) {
          throw remember(error);
        }
      },
      dispose() {
        if (disposed) return;
        disposed = true;
        if (!disposing) made.dispose();
      },
    });
  };

  const readInto = async (storage: Storage, target: Tensor): Promise<void> => {
    if (implementation.readInto) return implementation.readInto(storage, target);
    const { data } = await implementation.read(storage, target.shape, target.layout);
    if (data.length !== target.data.length) {
      throw new Error(`a read gave ${data.length} elements; expected ${target.data.length}`);
    }
    target.data.set(data);
  };

  const backend: Omit<Backend, typeof Symbol.asyncDispose> = {
    name,
    device: implementation.device,
    features: implementation.features,
    get disposed() {
      return disposing !== undefined;
    },
    upload(source: Tensor, target?: DeviceTensor) {
      checkUsable();
      const given = checkTensor(source, "tensor");
      const into = target === undefined ? backend.allocate(given.shape) : target;
      const storage = storageOf("target", into, given.shape);
      if (isEmpty(given.shape)) return into;
      try {
        heed(attempt(() => implementation.upload(given, storage)));
      } catch (error) {
        if (target === undefined) into.dispose();
        throw error;
      }
      return into;
    },
    allocate(shape) {
      checkUsable();
      return allocated(checkShape(shape));
    },
    allocateShared(lifetimes: readonly Lifetime[]) {
      checkUsable();
      const checked = checkList("lifetimes", lifetimes, (each, index) => {
        const { shape, from, to } = checkKeys(`lifetimes[${index}]`, each, ["shape", "from", "to"]);
        const start = checkInteger(`lifetimes[${index}].from`, from, 0);
        return { shape: checkShape(shape), from: start, to: checkInteger(`lifetimes[${index}].to`, to, start) };
      });
      const group = {};
      const full = checked.filter(({ shape }) => !isEmpty(shape));
      if (!implementation.allocateShared || full.length === 0) {
        const made: DeviceTensor[] = [];
        try {
          for (const { shape, from, to } of checked) {
            // The tensors are one group although each has its own memory, because every backend must refuse the same pairs of tensors.
            made.push(allocated(shape, { group, from, to }));
          }
        } catch (error) {
          for (const tensor of made) tensor.dispose();
          throw error;
        }
        return made;
      }
      const shared = attempt(() => implementation.allocateShared!(full));
      let alive = full.length;
      const release = (): void => {
        if (--alive === 0) shared.free();
      };
      const made = shared.storages.values();
      return checked.map(({ shape, from, to }) =>
        isEmpty(shape)
          ? allocated(shape, { group, from, to })
          : handle(shape, made.next().value!, release, { group, from, to }),
      );
    },
    async prepareConv2d(problem, weights, options) {
      checkUsable();
      const checked = conv2dProblem(problem);
      // A backend takes an empty batch of every problem that it takes for one image.
      const asked = checked.n === 0 ? conv2dProblem({ ...checked, n: 1 }) : checked;
      const support = implementation.features.supports?.(asked) ?? true;
      if (support !== true) throw new ConveneError("ERR_UNSUPPORTED", `${name} does not take this: ${support.reason}`);
      const own = checkWeights(weights, weightShape(checked), checked.bias);
      const resolved = checkPrepareOptions(options);
      if (checked.n === 0) return plan(checked, NOTHING, resolved);
      return whilePreparing(async () =>
        plan(checked, await attemptAsync(() => implementation.prepareConv2d(checked, own, resolved)), resolved),
      );
    },
    async prepareOperation(problem, parameters = {}) {
      checkUsable();
      const checked = operationProblem(problem);
      const { kind } = checked;
      const { operations = [], supportsOperation } = implementation.features;
      if (!operations.includes(kind) || !implementation.prepareOperation) {
        const has = operations.length > 0 ? `; beside convolution it has ${operations.join(", ")}` : "";
        throw new ConveneError("ERR_UNSUPPORTED", `${name} does not have the operation ${kind}${has}`);
      }
      const asked = checked.n === 0 ? withImages(checked, 1) : checked;
      const support = supportsOperation?.(asked) ?? true;
      if (support !== true) throw new ConveneError("ERR_UNSUPPORTED", `${name} does not take this: ${support.reason}`);
      const own = checkOperationParameters(parameters, checked);
      if (checked.n === 0) return operationPlan(checked, NOTHING);
      return whilePreparing(async () =>
        operationPlan(checked, await attemptAsync(() => implementation.prepareOperation!(checked, own))),
      );
    },
    async read(tensor, options = {}) {
      checkUsable();
      const { layout: asked, into } = checkKeys("read options", options, ["layout", "into"]);
      const layout: Layout = checkLayout(asked === undefined ? "nchw" : asked);
      const storage = storageOf("tensor", tensor);
      // A copy of the object `into`, because the caller may change the object during the read.
      const target = into === undefined ? undefined : checkInto(into, tensor.shape, asked);
      if (isEmpty(tensor.shape)) return into ?? zeros(tensor.shape, { layout });
      try {
        if (target === undefined) return unlessFailed(await implementation.read(storage, tensor.shape, layout));
        await readInto(storage, target);
        unlessFailed(undefined);
      } catch (error) {
        if (target !== undefined) checkAttached(target);
        throw remember(error, codeOf(error));
      }
      checkAttached(target);
      return into!;
    },
    async sync() {
      checkUsable();
      try {
        unlessFailed(await implementation.sync());
      } catch (error) {
        throw remember(error);
      }
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
  return asyncDisposable<Backend>(backend);
}

/** A caller that transfers or resizes its array while a read is in flight has spoilt that read only, and not the backend. */
function checkAttached({ data, shape }: Tensor): void {
  const count = elementCount(shape);
  if (data.length === count) return;
  throw new ConveneError(
    "ERR_SHAPE",
    `into.data has ${data.length} elements; expected ${count}: it was transferred or resized before the read had ended`,
  );
}

/** An empty batch, which no implementation ever sees. */
function isEmpty([n]: Shape4): boolean {
  return n === 0;
}

/** The same operation for another batch. */
function withImages(problem: OperationProblem, n: number): OperationProblem {
  return operationProblem(problem.kind === "reshape" ? { ...problem, n, on: n } : { ...problem, n });
}

/** The plan of an empty batch. */
const NOTHING = { algorithm: "none", run: () => undefined, dispose: () => undefined };

/**
 * The key of a plan's property that says whether the implementation's `run` has returned a promise. Other copies of
 * this module use the same key.
 */
const RUN_RETURNED_PROMISE = Symbol.for("convene: run returned a promise");

/** Whether a value is a promise, also a promise of another realm. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === "function";
}

const REQUIRED = ["allocate", "free", "upload", "read", "prepareConv2d", "sync", "dispose"] as const;

function checkImplementation<Storage>(implementation: BackendImplementation<Storage> | null | undefined): void {
  readFrom("implementation", () => {
    for (const key of REQUIRED) {
      if (typeof implementation?.[key] !== "function") {
        throw new ConveneError(
          "ERR_INVALID_OPTION",
          `implementation.${key} (${show(implementation?.[key])}) must be a function`,
        );
      }
    }
    if (typeof implementation?.features !== "object" || implementation.features === null) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `implementation.features (${show(implementation?.features)}) must be an object`,
      );
    }
  });
}

/** The call of `allocateShared` that a tensor comes from, and the steps in which the tensor lives. */
interface Sharing {
  readonly group: object;
  readonly from: number;
  readonly to: number;
}

export function checkPrepareOptions(options: PrepareOptions = {}): Required<PrepareOptions> {
  const { accuracy = "fast" } = checkKeys("prepare options", options, ["accuracy"]);
  return { accuracy: checkOneOf("accuracy", accuracy, ["fast", "strict"]) };
}

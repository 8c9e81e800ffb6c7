/**
 * The gpu backend. Tensors are handles of gpu.js, plans are kernels of gpu.js, and all work goes through a queue in program order.
 */

import {
  type BackendFeatures,
  type Conv2dProblem,
  ConveneError,
  formatProblem,
  inputShape,
  outputShape,
  type Shape4,
} from "@convene/core";
import type { BackendImplementation } from "@convene/core/backend";
import type { Engine } from "./engines/engine.js";
import type { Kernel } from "./gpu-js.js";
import { kernelCache } from "./kernel-cache.js";
import { kernelArguments, kernelSource } from "./kernel-source.js";
import { clampRefusal, MOST_COUNT } from "./kernel-text.js";
import { operationRefusal, operationSteps, packTable } from "./operations/operations.js";
import type { Step, Steps } from "./operations/steps.js";
import {
  algorithmOf,
  lengthOf,
  packTensor,
  packWeights,
  type Nc4hw4,
  nc4hw4Of,
  unpackInto,
  unpackTensor,
  weightPlanes,
} from "./nc4hw4.js";
import { shareMemory } from "./share-memory.js";

/** A tensor's place on the device. */
export interface Storage<Handle> {
  readonly planes: Nc4hw4;
  readonly handle: Handle;
  /** Whether the device has confirmed the allocation. */
  ready: boolean;
}

/** The largest number in the computation of a tap's coordinate: the coordinate before padding is subtracted, or the padding. */
function reachOf({ oh, ow, kh, kw, sh, sw, dh, dw, pt, pl }: Conv2dProblem): number {
  return Math.max((oh - 1) * sh + (kh - 1) * dh, (ow - 1) * sw + (kw - 1) * dw, pt, pl);
}

/** The reason why the engine cannot run a problem; undefined where it can. */
export function problemRefusal<Handle>(engine: Engine<Handle>, problem: Conv2dProblem): string | undefined {
  const unspeakable = clampRefusal(problem.activation);
  if (unspeakable !== undefined) return unspeakable;
  const reach = reachOf(problem);
  if (reach > MOST_COUNT) {
    return `taps reach coordinate ${reach} of the padded input: shading languages count in float32, which is exact up to 2^24`;
  }
  const [input, output] = [inputShape(problem), outputShape(problem)];
  const reasons = [
    [`the input (${input.join(" x ")})`, engine.refuse(nc4hw4Of(input))],
    ["the weight tensor", engine.refuse(weightPlanes(problem))],
    [`the output (${output.join(" x ")})`, engine.refuse(nc4hw4Of(output)) ?? engine.refuseOutput(nc4hw4Of(output))],
  ] as const;
  const found = reasons.find(([, reason]) => reason !== undefined);
  return found && `${found[0]} ${found[1]}`;
}

export function gpuImplementation<Handle>(
  engine: Engine<Handle>,
  features: BackendFeatures,
): BackendImplementation<Storage<Handle>> {
  const kernels = kernelCache(engine);
  /** All handles on the device, with their bytes: `dispose` frees those that the user has not freed. */
  const live = new Map<Handle, number>();
  /** Without `planes`, `handle` is a view of another handle's memory, and counts 0 bytes. */
  const keep = (handle: Handle, planes?: Nc4hw4): Handle => {
    live.set(handle, planes === undefined ? 0 : lengthOf(planes) * Float32Array.BYTES_PER_ELEMENT);
    return handle;
  };
  const drop = (handle: Handle): void => {
    if (live.delete(handle)) engine.free(handle);
  };

  /** Settles when all earlier work has settled; never rejects. */
  let queue: Promise<unknown> = Promise.resolve();
  /** The first failure of a run. All later work rejects with it. */
  let failure: ConveneError | undefined;
  const queued = <T>(work: () => Promise<T> | T): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
  /** Does `work` after all earlier work. An error of `work` is final: all later work rejects with this error. */
  const enqueue = async <T>(work: () => Promise<T> | T): Promise<T> =>
    await queued(async () => {
      if (failure) throw failure;
      try {
        return await work();
      } catch (error) {
        failure = asExecution(error);
        throw failure;
      }
    });
  /** As `enqueue`, without waiting; the next read or sync reports an error. */
  const later = (work: () => Promise<void>): void => void enqueue(work).catch(() => undefined);
  /** As `enqueue`, but an error fails this call only: later work goes on. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T> =>
    await queued(async () => {
      if (failure) throw failure;
      return await work();
    });
  /** Frees memory in the queue, also after a failure. */
  const release = (work: () => void): void => void queued(work).catch(() => undefined);

  const checkShape = (shape: Shape4): Nc4hw4 => {
    const planes = nc4hw4Of(shape);
    const reason = engine.refuse(planes);
    if (reason === undefined) return planes;
    throw new ConveneError("ERR_UNSUPPORTED", `gpu: a tensor of ${shape.join(" x ")} ${reason}`);
  };

  const handleOf = async (storage: Storage<Handle>): Promise<Handle> => {
    if (!storage.ready) await engine.ready(storage.handle);
    storage.ready = true;
    return storage.handle;
  };

  /** Compiles the steps and makes a plan. The queue does this, so that no kernel is compiled twice at the same time. */
  const planOf = ({ algorithm, table, steps }: Steps, packed: Float32Array<ArrayBuffer> | undefined) =>
    attempt(async () => {
      const taken: { readonly step: Step; readonly kernel: Kernel }[] = [];
      const own: Handle[] = [];
      const dispose = (): void => {
        own.forEach(drop);
        for (const { step } of taken) kernels.leave(step);
      };
      const allocate = async (planes: Nc4hw4): Promise<Handle> => {
        const handle = keep(engine.allocate(planes), planes);
        own.push(handle);
        await engine.ready(handle);
        return handle;
      };
      let numbers: Handle | undefined;
      /** The outputs of all steps but the last. */
      const between: Handle[] = [];
      try {
        for (const step of steps) taken.push({ step, kernel: await kernels.take(step) });
        if (table) {
          numbers = await allocate(table);
          engine.write(numbers, table, packed!);
        }
        for (const { output } of steps.slice(0, -1)) between.push(await allocate(output));
      } catch (error) {
        dispose();
        throw error;
      }
      return {
        algorithm: `${algorithm} ${engine.mode}`,
        run(inputs: readonly (Storage<Handle> | undefined)[], output: Storage<Handle>): void {
          later(async () => {
            for (const [index, { step, kernel }] of taken.entries()) {
              const handles: Handle[] = [];
              for (const read of Object.values(step.reads)) {
                const found = {
                  input: () => handleOf(inputs[read.index]!),
                  table: () => numbers!,
                  step: () => between[read.index]!,
                };
                handles.push(await found[read.of]());
              }
              await engine.run(kernel, handles, between[index] ?? (await handleOf(output)));
            }
          });
        },
        dispose: () => release(dispose),
      };
    });

  return {
    name: "gpu",
    device: engine.device,
    features,
    allocate(shape) {
      const planes = checkShape(shape);
      return { planes, handle: keep(engine.allocate(planes), planes), ready: false };
    },
    allocateShared(lifetimes) {
      const planes = lifetimes.map(({ shape }) => checkShape(shape));
      const storages: Storage<Handle>[] = [];
      const free = (): void => storages.forEach(({ handle }) => drop(handle));
      try {
        for (const { users, largest } of shareMemory(lifetimes, planes, (a, b) => engine.fits(a, b))) {
          const handle = engine.allocate(planes[largest]!);
          for (const user of users) {
            const own = user === largest ? handle : engine.view(handle, planes[user]!);
            storages[user] = {
              planes: planes[user]!,
              handle: keep(own, user === largest ? planes[user] : undefined),
              ready: false,
            };
          }
        }
      } catch (error) {
        free();
        throw error;
      }
      return { storages, free: () => release(free) };
    },
    free: ({ handle }) => release(() => drop(handle)),
    upload(source, target) {
      // Packing copies the data now, because the caller may change its array after this call.
      const packed = packTensor(source);
      later(async () => engine.write(await handleOf(target), target.planes, packed));
    },
    read: (source, shape, layout) =>
      enqueue(async () => unpackTensor(await engine.read(await handleOf(source), source.planes), shape, layout)),
    readInto: (source, target) =>
      enqueue(async () => unpackInto(await engine.read(await handleOf(source), source.planes), target)),
    async prepareConv2d(problem, weights) {
      const refusal = problemRefusal(engine, problem);
      if (refusal !== undefined) throw new ConveneError("ERR_UNSUPPORTED", `gpu: ${refusal}`);
      const plan = await planOf(conv2dSteps(problem), packWeights(problem, weights));
      return { ...plan, run: (input, output, residual) => plan.run([input, residual], output) };
    },
    async prepareOperation(problem, parameters) {
      const refusal = operationRefusal(engine, problem);
      if (refusal !== undefined) throw new ConveneError("ERR_UNSUPPORTED", `gpu: ${refusal}`);
      const steps = operationSteps(problem, engine.mostInputs);
      return await planOf(steps, steps.table && packTable(problem, parameters));
    },
    sync: () => enqueue(() => engine.finished()),
    memory() {
      // The memory of tensors and tables only. gpu.js and the driver do not tell how much other memory they use.
      const used = [...live.values()].reduce((sum, bytes) => sum + bytes, 0);
      return { used, reserved: used };
    },
    async dispose() {
      await queue;
      for (const each of live.keys()) drop(each);
      await engine.dispose();
    },
  };
}

/** A convolution as a single kernel. */
function conv2dSteps(problem: Conv2dProblem): Steps {
  const { x, w, r } = kernelArguments(problem);
  return {
    algorithm: algorithmOf(problem),
    table: weightPlanes(problem),
    steps: [
      {
        key: formatProblem(problem),
        reads: {
          x: { of: "input", index: 0, planes: x! },
          w: { of: "table", index: 0, planes: w! },
          ...(r ? { r: { of: "input", index: 1, planes: r } } : {}),
        },
        output: nc4hw4Of(outputShape(problem)),
        source: (access) => kernelSource(problem, access),
      },
    ],
  };
}

/** An error of a run as `ERR_EXECUTION`, also an error for want of memory: a result is missing, so the error is final. */
function asExecution(error: unknown): ConveneError {
  if (error instanceof ConveneError && error.code === "ERR_EXECUTION") return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ConveneError("ERR_EXECUTION", message.startsWith("gpu: ") ? message : `gpu: ${message}`, { cause: error });
}

/**
 * The gpu backend: tensors are handles of gpu.js, plans are its kernels, and everything happens in a queue, in program
 * order.
 */

import {
  activationRange,
  type BackendFeatures,
  type BackendImplementation,
  type Conv2dProblem,
  ConveneError,
  formatProblem,
  inputShape,
  outputShape,
  type Shape4,
} from "@convene/core";
import type { Engine } from "./engines/engine.js";
import type { Kernel } from "./gpu-js.js";
import { type ArgumentName, kernelArguments, kernelSource } from "./kernel-source.js";
import {
  algorithmOf,
  packTensor,
  packWeights,
  type Planes,
  planesOf,
  unpackInto,
  unpackTensor,
  weightPlanes,
} from "./planes.js";
import { shareMemory } from "./share-memory.js";

/** A tensor's place on the device. */
export interface Storage<Handle> {
  readonly planes: Planes;
  readonly handle: Handle;
  /** Whether the device has said that its memory is there. */
  ready: boolean;
}

/** Kernels that no plan uses any more, and that the next plan for the same problem finds: compiling takes milliseconds. */
const MOST_KEPT = 64;

interface Compiled {
  readonly kernel: Kernel;
  users: number;
}

/** Kernels compute coordinates in float32: whole numbers up to 2^24 are exact, and with larger ones a tap would read elsewhere. */
const MOST_COORDINATE = 2 ** 24;

/** The largest number on the way to a tap's coordinate: before the padding is taken off, or the padding itself. */
function reachOf({ oh, ow, kh, kw, sh, sw, dh, dw, pt, pl }: Conv2dProblem): number {
  return Math.max((oh - 1) * sh + (kh - 1) * dh, (ow - 1) * sw + (kw - 1) * dw, pt, pl);
}

/** Why a problem cannot be, where it cannot. */
export function problemRefusal<Handle>(engine: Engine<Handle>, problem: Conv2dProblem): string | undefined {
  const [min, max] = activationRange(problem.activation);
  if (min === Infinity || max === -Infinity)
    return "a clamp to an infinity alone: no shading language has a word for it";
  const reach = reachOf(problem);
  if (reach > MOST_COORDINATE) {
    return `taps reach coordinate ${reach} of the padded input: shading languages count in float32, which is exact up to 2^24`;
  }
  const [input, output] = [inputShape(problem), outputShape(problem)];
  const reasons = [
    [`the input (${input.join(" x ")})`, engine.refuse(planesOf(input))],
    ["the weight tensor", engine.refuse(weightPlanes(problem))],
    [`the output (${output.join(" x ")})`, engine.refuse(planesOf(output)) ?? engine.refuseOutput(planesOf(output))],
  ] as const;
  const found = reasons.find(([, reason]) => reason !== undefined);
  return found && `${found[0]} ${found[1]}`;
}

export function gpuImplementation<Handle>(
  engine: Engine<Handle>,
  features: BackendFeatures,
): BackendImplementation<Storage<Handle>> {
  /** By the problem's string. */
  const compiled = new Map<string, Compiled>();
  /** Those of them that no plan uses, the one that has been unused for longest first. */
  const unused = new Map<string, Compiled>();
  /** All that is on the device, for whoever disposes of the backend before its tensors. */
  const live = new Set<Handle>();
  const keep = (handle: Handle): Handle => {
    live.add(handle);
    return handle;
  };
  const drop = (handle: Handle): void => {
    if (live.delete(handle)) engine.free(handle);
  };

  /** When it has settled, everything before has; it never rejects. */
  let queue: Promise<unknown> = Promise.resolve();
  /** What has gone wrong while running, which everything later says too. */
  let failure: ConveneError | undefined;
  const queued = <T>(work: () => Promise<T> | T): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
  /** Does `work` when everything before it is done. Its error is that of everything after it. */
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
  /** As `enqueue`; the next read or sync tells what came of it. */
  const later = (work: () => Promise<void>): void => void enqueue(work).catch(() => undefined);
  /** As `enqueue`, but its error is its own: what comes later is none the worse. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T> =>
    await queued(async () => {
      if (failure) throw failure;
      return await work();
    });
  /** Happens whatever went wrong. */
  const release = (work: () => void): void => void queued(work).catch(() => undefined);

  const checkShape = (shape: Shape4): Planes => {
    const planes = planesOf(shape);
    const reason = engine.refuse(planes);
    if (reason === undefined) return planes;
    throw new ConveneError("ERR_UNSUPPORTED", `gpu: a tensor of ${shape.join(" x ")} ${reason}`);
  };

  const handleOf = async (storage: Storage<Handle>): Promise<Handle> => {
    if (!storage.ready) await engine.ready(storage.handle);
    storage.ready = true;
    return storage.handle;
  };

  /** In the queue, so never twice at once. */
  const compiledFor = async (problem: Conv2dProblem): Promise<Compiled> => {
    const text = formatProblem(problem);
    const args = kernelArguments(problem);
    const one = compiled.get(text) ?? {
      kernel: await engine.compile(kernelSource(problem, engine.access(args)), args, planesOf(outputShape(problem))),
      users: 0,
    };
    compiled.set(text, one);
    unused.delete(text);
    one.users++;
    return one;
  };
  const leave = (text: string, one: Compiled): void => {
    if (--one.users > 0) return;
    unused.set(text, one);
    if (unused.size <= MOST_KEPT) return;
    const [oldest] = unused.keys();
    unused.get(oldest!)!.kernel.destroy();
    unused.delete(oldest!);
    compiled.delete(oldest!);
  };

  return {
    name: "gpu",
    device: engine.device,
    features,
    allocate(shape) {
      const planes = checkShape(shape);
      return { planes, handle: keep(engine.allocate(planes)), ready: false };
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
            storages[user] = { planes: planes[user]!, handle: keep(own), ready: false };
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
      // Packing copies: the caller may change its array at once.
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
      const [planes, packed] = [weightPlanes(problem), packWeights(problem, weights)];
      return await attempt(async () => {
        const one = await compiledFor(problem);
        let w: Handle | undefined;
        const dispose = (): void => {
          if (w !== undefined) drop(w);
          leave(formatProblem(problem), one);
        };
        try {
          w = keep(engine.allocate(planes));
          await engine.ready(w);
          engine.write(w, planes, packed);
        } catch (error) {
          dispose();
          throw error;
        }
        const names = Object.keys(kernelArguments(problem)) as ArgumentName[];
        return {
          algorithm: `${algorithmOf(problem)} ${engine.mode}`,
          run(input, output, residual) {
            later(async () => {
              const args = { x: () => handleOf(input), w: () => w!, r: () => handleOf(residual!) };
              const handles: Handle[] = [];
              for (const name of names) handles.push(await args[name]());
              await engine.run(one.kernel, handles, await handleOf(output));
            });
          },
          dispose: () => release(dispose),
        };
      });
    },
    sync: () => enqueue(() => engine.finished()),
    async dispose() {
      await queue;
      for (const each of live) drop(each);
      await engine.dispose();
    },
  };
}

/** What fails while running is final, memory that was not there included: what was to be computed has not been. */
function asExecution(error: unknown): ConveneError {
  if (error instanceof ConveneError && error.code === "ERR_EXECUTION") return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ConveneError("ERR_EXECUTION", message.startsWith("gpu: ") ? message : `gpu: ${message}`, { cause: error });
}

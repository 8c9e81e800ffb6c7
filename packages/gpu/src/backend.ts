/**
 * The gpu backend: tensors are handles of gpu.js, plans are its kernels, and everything happens in a queue, in program
 * order.
 */

import {
  type BackendFeatures,
  type BackendImplementation,
  type Conv2dProblem,
  ConveneError,
  formatProblem,
  inputShape,
  outputShape,
  type Shape4,
} from "@convene/core";
import { checkMode, type Engine } from "./engines/engine.js";
import type { Kernel } from "./gpu-js.js";
import { type ArgumentName, kernelArguments, kernelSource } from "./kernel-source.js";
import { algorithmOf, packTensor, packWeights, type Planes, planesOf, unpackTensor, weightPlanes } from "./planes.js";

/** A run gives a handle of its own, so a storage holds whichever came last. */
export interface Storage<Handle> {
  readonly shape: Shape4;
  handle: Handle | undefined;
  /** Others whose content is of no use once this one is written. */
  readonly ended: Storage<Handle>[];
}

/** Kernels that no plan uses any more, and that the next plan for the same problem finds: compiling takes milliseconds. */
const MOST_KEPT = 64;

interface Compiled {
  readonly kernel: Kernel;
  users: number;
}

export function gpuImplementation<Handle>(
  engine: Engine<Handle>,
  features: BackendFeatures,
): BackendImplementation<Storage<Handle>> {
  const { mode } = engine;
  const compiled = new Map<string, Promise<Compiled>>();
  /** All that is on the device, for whoever disposes of the backend before its tensors. */
  const live = new Set<Handle>();
  const keep = (handle: Handle): Handle => {
    live.add(handle);
    return handle;
  };
  const drop = (handle: Handle | undefined): void => {
    if (handle !== undefined && live.delete(handle)) engine.free(handle);
  };
  let queue: Promise<unknown> = Promise.resolve();

  /** Does `work` when everything before it is done. Its error is the next read's, or sync's. */
  const enqueue = <T>(work: () => Promise<T> | T): Promise<T> => {
    const mine = queue.then(work);
    queue = mine;
    mine.catch(() => undefined);
    return mine;
  };
  /** As `enqueue`, but its error is its own: what comes later is none the worse. */
  const attempt = <T>(work: () => Promise<T>): Promise<T> => {
    const before = queue;
    const mine = before.then(work);
    queue = mine.catch(() => before);
    queue.catch(() => undefined);
    return mine;
  };

  const check = (what: string, planes: Planes): void => {
    const reason = engine.refuse(planes);
    if (reason !== undefined) throw new ConveneError("ERR_UNSUPPORTED", `gpu: ${what} ${reason}`);
  };
  const checkShape = (shape: Shape4): void => check(`a tensor of ${shape.join(" x ")}`, planesOf(shape));

  const handleOf = (storage: Storage<Handle>): Handle => {
    const planes = planesOf(storage.shape);
    // Never written: any content will do.
    storage.handle ??= keep(engine.upload(planes));
    return storage.handle;
  };
  const replace = (storage: Storage<Handle>, handle: Handle | undefined): void => {
    drop(storage.handle);
    storage.handle = handle;
    if (handle === undefined) return;
    for (const each of storage.ended) {
      drop(each.handle);
      each.handle = undefined;
    }
  };

  const compile = async (problem: Conv2dProblem): Promise<Compiled> => {
    const [args, output] = [kernelArguments(problem), planesOf(outputShape(problem))];
    const kernel = engine.compile(kernelSource(problem, engine.access(args)), args, output);
    const zeros: Handle[] = [];
    try {
      for (const planes of Object.values(args)) zeros.push(keep(engine.upload(planes)));
      // The first run compiles, and tells what it compiled to.
      drop(keep(await engine.run(kernel, zeros, output)));
      checkMode(kernel, mode);
    } catch (error) {
      kernel.destroy();
      throw error;
    } finally {
      for (const each of zeros) drop(each);
    }
    return { kernel, users: 0 };
  };
  const compiledFor = async (problem: Conv2dProblem): Promise<Compiled> => {
    const text = formatProblem(problem);
    const found = compiled.get(text);
    const promise = found ?? compile(problem);
    // The latest is the last.
    compiled.delete(text);
    compiled.set(text, promise);
    try {
      const one = await promise;
      one.users++;
      return one;
    } catch (error) {
      if (compiled.get(text) === promise) compiled.delete(text);
      throw error;
    }
  };
  /** Drops what nobody uses, the oldest first. */
  const trim = async (): Promise<void> => {
    for (const [text, promise] of compiled) {
      if (compiled.size <= MOST_KEPT) return;
      const { kernel, users } = await promise;
      if (users > 0) continue;
      compiled.delete(text);
      kernel.destroy();
    }
  };

  return {
    name: "gpu",
    device: engine.device,
    features,
    allocate(shape) {
      checkShape(shape);
      return { shape, handle: undefined, ended: [] };
    },
    // A storage takes memory from its first write on, so what ended before that makes room for it.
    allocateShared(lifetimes) {
      for (const { shape } of lifetimes) checkShape(shape);
      const storages = lifetimes.map(({ shape }): Storage<Handle> => ({ shape, handle: undefined, ended: [] }));
      lifetimes.forEach(({ from }, index) => {
        storages[index]!.ended.push(...storages.filter((_, other) => lifetimes[other]!.to < from));
      });
      return {
        storages,
        free: () => void enqueue(() => storages.forEach((storage) => replace(storage, undefined))),
      };
    },
    free(storage) {
      void enqueue(() => replace(storage, undefined));
    },
    upload(source, target) {
      // Packing copies: the caller may change its array at once.
      const [packed, planes] = [packTensor(source), planesOf(source.shape)];
      void enqueue(() => replace(target, keep(engine.upload(planes, packed))));
    },
    read: (source, shape, layout) =>
      enqueue(async () => unpackTensor(await engine.read(handleOf(source), planesOf(shape)), shape, layout)),
    async prepareConv2d(problem, weights) {
      const planes = weightPlanes(problem);
      check("the weights", planes);
      for (const shape of [inputShape(problem), outputShape(problem)]) checkShape(shape);
      const packed = packWeights(problem, weights);
      return await attempt(async () => {
        const one = await compiledFor(problem);
        let w: Handle | undefined;
        const release = async (): Promise<void> => {
          drop(w);
          one.users--;
          await trim();
        };
        try {
          w = keep(engine.upload(planes, packed));
        } catch (error) {
          await release();
          throw error;
        }
        const output = planesOf(outputShape(problem));
        const names = Object.keys(kernelArguments(problem)) as ArgumentName[];
        return {
          algorithm: `${algorithmOf(problem)} ${mode}`,
          run(input, into, residual) {
            void enqueue(async () => {
              const args = { x: () => handleOf(input), w: () => w!, r: () => handleOf(residual!) };
              const handles = names.map((name) => args[name]());
              replace(into, keep(await engine.run(one.kernel, handles, output)));
            });
          },
          dispose() {
            void enqueue(release);
          },
        };
      });
    },
    sync: () => enqueue(() => engine.finished()),
    async dispose() {
      await queue.catch(() => undefined);
      for (const each of live) drop(each);
      for (const promise of compiled.values()) {
        try {
          (await promise).kernel.destroy();
        } catch {
          // It never came to be.
        }
      }
      await engine.dispose();
    },
  };
}

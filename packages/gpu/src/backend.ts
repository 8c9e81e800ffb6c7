/** The gpu backend: tensors are handles of gpu.js, plans are its kernels, and everything happens in a queue, in program order. */

import {
  type BackendFeatures,
  type BackendImplementation,
  type Conv2dProblem,
  ConveneError,
  formatProblem,
  inputShape,
  type Layout,
  outputShape,
  type Shape4,
  type Tensor,
  tensor,
  toLayout,
} from "@convene/core";
import type { Platform } from "./device.js";
import { gpuJs, type Handle, type HostArray, type Kernel, type KernelSettings, type Mode } from "./gpu-js.js";
import { kernelArguments, kernelSource } from "./kernel-source.js";

/** A run gives a handle of its own, so a storage holds whichever came last. */
export interface Storage {
  readonly shape: Shape4;
  handle: Handle | undefined;
}

/** Kernels that no plan uses any more, and that the next plan for the same problem finds: compiling takes milliseconds. */
const MOST_KEPT = 64;
/** WebGPU's default limit, maxComputeWorkgroupsPerDimension: gpu.js asks for no more, and dispatches a plane a workgroup. */
const MOST_PLANES = 65_535;

interface Compiled {
  readonly kernel: Kernel;
  users: number;
}

export function gpuImplementation(platform: Platform, features: BackendFeatures): BackendImplementation<Storage> {
  const { mode, mostBytes } = platform;
  const gpu = platform.createGpu();
  const compiled = new Map<string, Promise<Compiled>>();
  /** All that is on the device, for whoever disposes of the backend before its tensors. */
  const live = new Set<Handle>();
  const keep = (handle: Handle): Handle => {
    live.add(handle);
    return handle;
  };
  const drop = (handle: Handle | undefined): void => {
    if (handle && live.delete(handle)) handle.delete();
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
  const settled = (): Promise<unknown> => queue.catch(() => undefined);

  const checkSize = (what: string, bytes: number, planes: number): void => {
    const refuse = (why: string): never => {
      throw new ConveneError("ERR_UNSUPPORTED", `gpu: ${what} ${why}`);
    };
    if (bytes > mostBytes) refuse(`takes ${bytes} bytes; this device binds ${mostBytes} at most`);
    if (planes > MOST_PLANES) refuse(`has ${planes} images by channels; a dispatch has ${MOST_PLANES} at most`);
  };

  const settings = (output: readonly number[], count: number): KernelSettings => ({
    output,
    pipeline: true,
    immutable: true,
    precision: "single",
    argumentTypes: Array.from({ length: count }, () => "Input"),
  });

  /** Puts host data on the device as it is: gpu.js has no other way to a handle. */
  const copy = gpu.createKernel("function (x) { return x[this.thread.z][this.thread.y][this.thread.x]; }", {
    ...settings([1, 1, 1], 1),
    dynamicOutput: true,
    dynamicArguments: true,
  });
  const toDevice = async (data: Float32Array, size: readonly number[]): Promise<Handle> => {
    copy.setOutput(size);
    const handle = keep(await copy(gpuJs.input(data, size)));
    checkMode(copy, mode);
    return handle;
  };
  const handleOf = async (storage: Storage): Promise<Handle> => {
    // Never written: any content will do.
    storage.handle ??= await toDevice(new Float32Array(elements(storage.shape)), sizeOf(storage.shape));
    return storage.handle;
  };
  const replace = (storage: Storage, handle: Handle | undefined): void => {
    drop(storage.handle);
    storage.handle = handle;
  };

  const compile = async (problem: Conv2dProblem): Promise<Compiled> => {
    const names = kernelArguments(problem);
    const kernel = gpu.createKernel(kernelSource(problem), settings(sizeOf(outputShape(problem)), names.length));
    // The first run compiles, and tells what it compiled to.
    const weights = sizesOfWeights(problem);
    const zeros = { x: sizeOf(inputShape(problem)), r: sizeOf(outputShape(problem)), ...weights };
    const args: Handle[] = [];
    try {
      for (const name of names as readonly (keyof typeof zeros)[]) {
        args.push(await toDevice(new Float32Array(zeros[name].reduce((a, b) => a * b)), zeros[name]));
      }
      (await kernel(...args)).delete();
      checkMode(kernel, mode);
    } catch (error) {
      kernel.destroy();
      throw error;
    } finally {
      for (const each of args) drop(each);
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
    device: platform.device,
    features,
    allocate(shape) {
      checkSize(`a tensor of ${shape.join(" x ")}`, 4 * elements(shape), shape[0] * shape[1]);
      return { shape, handle: undefined };
    },
    free(storage) {
      void enqueue(() => replace(storage, undefined));
    },
    upload(source, target) {
      // A copy: the caller may change its array at once.
      const { data } = toLayout(source, "nchw");
      const own = data === source.data ? data.slice() : data;
      void enqueue(async () => replace(target, await toDevice(own, sizeOf(target.shape))));
    },
    read: (source, shape, layout) =>
      enqueue(async () => {
        const handle = await handleOf(source);
        return fromRows(await handle.toArray(), shape, layout);
      }),
    async prepareConv2d(problem, { weight, bias }) {
      checkSize("the weights", 4 * weight.length, 1);
      for (const shape of [inputShape(problem), outputShape(problem)]) {
        checkSize(`a tensor of ${shape.join(" x ")}`, 4 * elements(shape), shape[0] * shape[1]);
      }
      const sizes = sizesOfWeights(problem);
      const own = { w: weight.slice(), b: bias?.slice() };
      return await attempt(async () => {
        const one = await compiledFor(problem);
        const weights: Handle[] = [];
        const release = async (): Promise<void> => {
          for (const each of weights) drop(each);
          one.users--;
          await trim();
        };
        try {
          weights.push(await toDevice(own.w, sizes.w));
          if (own.b) weights.push(await toDevice(own.b, sizes.b));
        } catch (error) {
          await release();
          throw error;
        }
        return {
          algorithm: `direct ${mode}`,
          run(input: Storage, output: Storage, residual: Storage | undefined) {
            void enqueue(async () => {
              const args = [await handleOf(input), ...weights];
              if (residual) args.push(await handleOf(residual));
              replace(output, keep(await one.kernel(...args)));
            });
          },
          dispose() {
            void enqueue(release);
          },
        };
      });
    },
    // Before its first run gpu.js has no device, and nothing to wait for.
    sync: () => enqueue(async () => (copy.kernel.context ? platform.finished(copy.kernel.context) : undefined)),
    async dispose() {
      await settled();
      for (const each of live) drop(each);
      copy.destroy();
      for (const promise of compiled.values()) {
        try {
          (await promise).kernel.destroy();
        } catch {
          // It never came to be.
        }
      }
      await gpu.destroy();
    },
  };
}

/** gpu.js takes other modes where one does not work; a backend never does. */
export function checkMode({ kernel }: Pick<Kernel, "kernel">, asked: Mode): void {
  const ran = kernel.constructor.mode;
  if (ran === asked && !kernel.fallbackReason) return;
  const why = kernel.fallbackReason ? ` (${kernel.fallbackReason})` : "";
  throw new ConveneError("ERR_EXECUTION", `gpu: gpu.js ran a kernel in mode "${ran}", not "${asked}"${why}`);
}

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b);

/** A tensor as gpu.js counts: x, y, z. */
function sizeOf([n, c, h, w]: Shape4): readonly [x: number, y: number, z: number] {
  return [w, h, n * c];
}

/** A row for each output channel. */
function sizesOfWeights({ oc, ic, g, kh, kw }: Conv2dProblem) {
  return { w: [(ic / g) * kh * kw, oc, 1], b: [oc, 1, 1] } as const;
}

function fromRows(planes: HostArray, shape: Shape4, layout: Layout): Tensor {
  const data = new Float32Array(elements(shape));
  let at = 0;
  for (const plane of planes) {
    for (const row of plane) {
      data.set(row, at);
      at += row.length;
    }
  }
  return toLayout(tensor(data, shape), layout);
}

/** WebGPU, in browsers and in Node: a texel is four float32 numbers in a buffer. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { elementsAccess } from "../access-elements.js";
import { type GpuJs, gpuJs, type Kernel } from "../gpu-js.js";
import { LANES, lengthOf, type Nc4hw4 } from "../nc4hw4.js";
import { type Adapter, patiently, REMEDY, withWebGpu } from "./navigator-gpu.js";
import { checkMode, type Engine, lostError, outOfMemory, unavailable, withKind } from "./engine.js";

interface Buffer {
  readonly size: number;
  destroy(): void;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
}
interface Device {
  readonly lost: Promise<unknown>;
  readonly limits: Adapter["limits"];
  readonly queue: {
    onSubmittedWorkDone(): Promise<unknown>;
    submit(commands: readonly object[]): void;
    writeBuffer(buffer: Buffer, offset: number, data: Float32Array<ArrayBuffer>): void;
  };
  createBuffer(settings: { readonly size: number; readonly usage: number }): Buffer;
  createCommandEncoder(): {
    copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, size: number): void;
    finish(): object;
  };
  pushErrorScope(filter: "out-of-memory" | "validation"): void;
  popErrorScope(): ScopeError;
}
/** The error of a scope, if there was one. In some engines the promise rejects after a loss of the device. */
type ScopeError = Promise<{ readonly message: string } | null>;
interface Context {
  readonly adapter: Adapter;
  readonly device: Device;
  readonly isLost: boolean;
}
/** gpu.js's `WebGPUBufferResult`. */
interface BufferHandle {
  readonly buffer: Buffer;
  readonly constructor: unknown;
  delete(): void;
}
/** Members that a kernel has after its first run. gpu.js's types do not declare them. */
interface Inner {
  /** The buffer that the kernel writes. */
  outputBuffer: Buffer | null;
  /** Whether the kernel must bind its buffers again. */
  bindGroupDirty: boolean;
}
type BufferHandleClass = new (settings: {
  readonly buffer: Buffer;
  readonly output: readonly number[];
  readonly context: Context;
  readonly kernel: Kernel["kernel"];
}) => BufferHandle;

/** GPUBufferUsage of tensors: STORAGE, COPY_DST and COPY_SRC. */
const USAGE = 0x80 | 0x08 | 0x04;
/** GPUBufferUsage of a buffer to read from: COPY_DST and MAP_READ. */
const STAGING = 0x08 | 0x01;
/** GPUMapMode.READ */
const MAP_READ = 0x01;

/** Milliseconds to wait after a failure for the news that the device was lost. */
const LATE = 100;

/** The end of the name of an adapter in software. */
const SOFTWARE = ", software";

/** Threads of a workgroup of gpu.js, in x and y. */
const GROUP = 8;

/**
 * @param wanted part of the adapter's name
 * @throws BackendUnavailableError
 */
export async function openWebGpu(wanted?: string): Promise<Engine<BufferHandle>> {
  try {
    return await withWebGpu(async (webGpu, isNode) => {
      if (!(await webGpu.requestAdapter()))
        throw new BackendUnavailableError("gpu", "WebGPU has no adapter here", REMEDY);
      return await start(wanted, isNode);
    });
  } catch (error) {
    throw unavailable("webgpu", error, REMEDY);
  }
}

/** gpu.js reads `navigator.gpu` when it is made and when its first kernel runs. Both happen here, while `navigator.gpu` is there. */
async function start(wanted: string | undefined, isNode: boolean): Promise<Engine<BufferHandle>> {
  const gpu = new gpuJs.GPU({ mode: "webgpu" });
  let first: BufferHandle | undefined;
  try {
    const seed = gpu.createKernel("function () { return 1.0; }", {
      output: [1],
      pipeline: true,
      immutable: true,
      precision: "single",
    });
    first = (await seed()) as BufferHandle;
    checkMode(seed, "webgpu");
    const context = seed.kernel.context as Context;
    const name = adapterName(context.adapter);
    // gpu.js keeps one device for the whole process, so every backend has the adapter of the first backend.
    if (wanted !== undefined && !name.toLowerCase().includes(wanted.toLowerCase())) {
      const remedy =
        "Leave device out to run on this one, or use @convene/cpu; on a machine with several, the driver's own settings choose";
      throw new BackendUnavailableError("gpu", `the adapter is "${name}", not "${wanted}"`, remedy);
    }
    return webGpuEngine(
      gpu,
      seed.kernel,
      first,
      context,
      name,
      isNode && name.endsWith(SOFTWARE) ? patiently : (work) => work,
    );
  } catch (error) {
    first?.delete();
    await gpu.destroy();
    throw error;
  }
}

/** The engine over a device that gpu.js has opened. `wait` awaits results of the device. */
export function webGpuEngine(
  gpu: GpuJs,
  seed: Kernel["kernel"],
  first: BufferHandle,
  context: Context,
  name: string,
  wait: <T>(work: Promise<T>) => Promise<T>,
): Engine<BufferHandle> {
  const { device } = context;
  const { limits, queue } = device;
  const mostBytes = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const mostGroups = limits.maxComputeWorkgroupsPerDimension;
  /** Error scopes of the runs since `settle` last looked. */
  const runs: ScopeError[] = [];
  const allocations = new WeakMap<BufferHandle, Promise<ConveneError | undefined>>();

  const check = (): void => {
    if (context.isLost) throw lostError();
  };
  /**
   * Awaits an answer of the device. If the answer fails because the device was lost, the error says so. The news of the
   * loss may come a moment after the failure.
   */
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, LATE))]);
      check();
      throw error;
    }
  };
  /** Awaits a result of the device, and throws an error of the runs before it. */
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    const result = await told(wait(work));
    check();
    for (const error of await told(Promise.all(runs.splice(0)))) {
      if (error) throw new ConveneError("ERR_EXECUTION", `gpu: WebGPU says: ${error.message}`);
    }
    return result;
  };
  /** The last scope's error. It may be read late or never, and an unhandled rejection would end a Node process. */
  const popScope = (): ScopeError => heard(device.popErrorScope());
  /** A new buffer, and the error of its allocation. All backends share the device, so each call has an error scope of its own. */
  const createBuffer = (size: number, usage: number): [Buffer, ScopeError] => {
    device.pushErrorScope("out-of-memory");
    const buffer = device.createBuffer({ size, usage });
    return [buffer, popScope()];
  };

  // gpu.js makes a handle only as the result of a kernel, and does not take the result of a kernel that returns four numbers
  // for each thread as an argument, though both are float32 buffers. So handles are made here, with the class of a handle that
  // gpu.js has made. gpu.js would also make a new output buffer for each run; here a kernel writes to a given buffer
  // (gpu-js-gaps.test.ts).
  const Handle = first.constructor as BufferHandleClass;
  const handleOf = (buffer: Buffer, planes: Nc4hw4): BufferHandle =>
    new Handle({ buffer, output: sizeOf(planes), context, kernel: seed });
  const run = async (kernel: Kernel, args: readonly BufferHandle[], { buffer }: BufferHandle): Promise<void> => {
    const inner = kernel.kernel as unknown as Inner;
    inner.outputBuffer = buffer;
    inner.bindGroupDirty = true;
    try {
      ((await kernel(...args)) as BufferHandle).delete();
    } finally {
      inner.outputBuffer = null;
    }
  };
  const allocate = (planes: Nc4hw4): BufferHandle => {
    check();
    const [buffer, error] = createBuffer(4 * lengthOf(planes), USAGE);
    const handle = handleOf(buffer, planes);
    allocations.set(handle, heard(error.then((failed) => (failed ? outOfMemory(planes, failed) : undefined))));
    return handle;
  };
  const ready = async (handle: BufferHandle): Promise<void> => {
    const error = await told(allocations.get(handle)!);
    if (error) throw error;
  };

  return {
    mode: "webgpu",
    device: `WebGPU: ${name}`,
    gpu,
    refuse(planes) {
      const bytes = 4 * lengthOf(planes);
      return bytes > mostBytes ? `takes ${bytes} bytes; this device binds ${mostBytes} at most` : undefined;
    },
    refuseOutput({ planes, height, width }) {
      const groups = Math.max(planes, Math.ceil(height / GROUP), Math.ceil(width / GROUP));
      return groups > mostGroups
        ? `takes ${groups} workgroups in a direction; this device dispatches ${mostGroups} at most`
        : undefined;
    },
    // One of the buffers that a kernel can bind is for the output.
    mostInputs: limits.maxStorageBuffersPerShaderStage - 1,
    access: () => elementsAccess,
    async compile(source, args, output) {
      const names = Object.keys(args);
      const kernel = gpu.createKernel(source, {
        output: [output.width, output.height, output.planes],
        pipeline: true,
        precision: "single",
        argumentTypes: names.map(() => "Input"),
      });
      // A kernel compiles at its first run. Its inputs may be of any content and size, because WebGPU keeps reads within a buffer.
      const [small, into] = [allocate({ planes: 1, height: 1, width: 1 }), allocate(output)];
      try {
        await ready(into);
        const inputs = names.map(() => small);
        await told(run(kernel, inputs, into));
        checkMode(kernel, "webgpu");
        return kernel;
      } catch (error) {
        kernel.destroy();
        throw error;
      } finally {
        small.delete();
        into.delete();
      }
    },
    allocate,
    fits: (memory, planes) => lengthOf(memory) >= lengthOf(planes),
    view(handle, planes) {
      const own = handleOf(handle.buffer, planes);
      allocations.set(own, allocations.get(handle)!);
      return own;
    },
    ready,
    write({ buffer }, _, data) {
      check();
      queue.writeBuffer(buffer, 0, data);
    },
    async run(kernel, args, output) {
      check();
      // No other call falls between push and pop: a compiled kernel submits its work before `run` returns its promise.
      device.pushErrorScope("validation");
      const done = run(kernel, args, output);
      runs.push(popScope());
      await told(done);
    },
    async read({ buffer }, planes) {
      check();
      const size = 4 * lengthOf(planes);
      const [staging, error] = createBuffer(size, STAGING);
      try {
        const failed = await told(error);
        if (failed) throw outOfMemory(planes, failed);
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
        queue.submit([encoder.finish()]);
        await settle(staging.mapAsync(MAP_READ));
        return new Float32Array(staging.getMappedRange().slice(0));
      } finally {
        staging.destroy();
      }
    },
    free: (handle) => handle.delete(),
    async finished() {
      check();
      await settle(queue.onSubmittedWorkDone());
    },
    async dispose() {
      first.delete();
      await gpu.destroy();
    },
  };
}

/** `work` with a handler, so that a rejection is not unhandled. A later `await` still gets the error. */
function heard<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** The size in gpu.js's order: x, y, z. */
function sizeOf({ planes, height, width }: Nc4hw4): readonly [x: number, y: number, z: number] {
  return [LANES * width, height, planes];
}

/** The adapter's name, from its own information. */
function adapterName({ info }: Adapter): string {
  const { vendor, architecture, description, isFallbackAdapter } = info ?? {};
  const words =
    [vendor, architecture].filter(Boolean).join(" ") || description || "an adapter that does not tell its name";
  return withKind(words, description, isFallbackAdapter ? "software" : undefined);
}

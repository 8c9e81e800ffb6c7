/** WebGPU: a browser's own, or, in Node, that of the optional package `webgpu`, lent to gpu.js while it opens. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { elementsAccess } from "../access-elements.js";
import { gpuJs, type Kernel } from "../gpu-js.js";
import { LANES, lengthOf, type Planes } from "../planes.js";
import { checkMode, type Engine, isSoftware, lostError, withKind } from "./engine.js";

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
  readonly limits: Readonly<
    Record<"maxBufferSize" | "maxStorageBufferBindingSize" | "maxComputeWorkgroupsPerDimension", number>
  >;
}
interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface Buffer {
  /** gpu.js's own count of who holds it. */
  _refs?: number;
}
interface Device {
  readonly lost: Promise<unknown>;
  readonly limits: Adapter["limits"];
  readonly queue: {
    onSubmittedWorkDone(): Promise<unknown>;
    writeBuffer(buffer: Buffer, offset: number, data: Float32Array<ArrayBuffer>): void;
  };
  createBuffer(settings: { readonly size: number; readonly usage: number }): Buffer;
  addEventListener?(type: "uncapturederror", listener: (event: Uncaptured) => void): void;
  removeEventListener?(type: "uncapturederror", listener: (event: Uncaptured) => void): void;
}
interface Uncaptured {
  readonly error: { readonly message: string; readonly constructor: { readonly name: string } };
}
interface Context {
  readonly adapter: Adapter;
  readonly device: Device;
  readonly isLost: boolean;
}
/** What gpu.js calls a WebGPUBufferResult. */
interface BufferHandle {
  readonly buffer: Buffer;
  readonly constructor: unknown;
  toArray(): Promise<Float32Array>;
  delete(): void;
}
type BufferHandleClass = new (settings: {
  readonly buffer: Buffer;
  readonly output: readonly number[];
  readonly context: Context;
  readonly kernel: Kernel["kernel"];
}) => BufferHandle;
/** Node's. */
declare const setImmediate: (callback: (value?: unknown) => void) => unknown;
interface Surroundings {
  navigator?: { gpu?: WebGpu };
}

/** Of GPUBufferUsage: STORAGE, COPY_DST and COPY_SRC. */
const USAGE = 0x80 | 0x08 | 0x04;

/** Milliseconds after a failure in which word of the device's loss may come. */
const LATE = 100;

/** Threads of a workgroup of gpu.js, in x and y. */
const GROUP = 8;

const REMEDY =
  "Use a browser with WebGPU, or in Node install the package webgpu (0.6.2 or later) and a driver for Vulkan";

/**
 * @param wanted part of the adapter's name
 * @throws BackendUnavailableError
 */
export async function openWebGpu(wanted?: string): Promise<Engine<BufferHandle>> {
  const around = globalThis as Surroundings;
  // What is lent to another backend that is opening is not the engine's own.
  const own = lent === 0 ? around.navigator?.gpu : undefined;
  const webGpu = own ?? (await nodeWebGpu());
  const adapter = await webGpu.requestAdapter();
  if (!adapter) throw new BackendUnavailableError("gpu", "WebGPU has no adapter here", REMEDY);
  const restore = own ? () => undefined : lend(webGpu);
  try {
    return await start(wanted, own === undefined);
  } finally {
    restore();
  }
}

/** gpu.js looks for `navigator.gpu` when it is made and when its first kernel runs, which is here. */
async function start(wanted: string | undefined, isNode: boolean): Promise<Engine<BufferHandle>> {
  const gpu = new gpuJs.GPU({ mode: "webgpu" });
  try {
    const seed = gpu.createKernel("function () { return 1.0; }", {
      output: [1],
      pipeline: true,
      immutable: true,
      precision: "single",
    });
    const first = (await seed()) as BufferHandle;
    checkMode(seed, "webgpu");
    const context = seed.kernel.context as Context;
    const name = adapterName(context.adapter);
    // gpu.js keeps one device for all, so whichever adapter came first in this process is the one.
    if (wanted !== undefined && !name.toLowerCase().includes(wanted.toLowerCase())) {
      const remedy = "Ask for that one, or for none; on a machine with several, the driver's own settings choose";
      throw new BackendUnavailableError("gpu", `the adapter is "${name}", not "${wanted}"`, remedy);
    }
    return engine(gpu, seed.kernel, first, context, name, isNode && isSoftware(name) ? patiently : (work) => work);
  } catch (error) {
    await gpu.destroy();
    throw error;
  }
}

function engine(
  gpu: Engine<BufferHandle>["gpu"],
  kernel: Kernel["kernel"],
  first: BufferHandle,
  context: Context,
  name: string,
  wait: <T>(work: Promise<T>) => Promise<T>,
): Engine<BufferHandle> {
  const { device } = context;
  const { limits } = device;
  const mostBytes = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const mostGroups = limits.maxComputeWorkgroupsPerDimension;
  let failure: ConveneError | undefined;
  const onError = ({ error }: Uncaptured): void => {
    const code = error.constructor.name === "GPUOutOfMemoryError" ? "ERR_OUT_OF_MEMORY" : "ERR_EXECUTION";
    failure ??= new ConveneError(code, `gpu: WebGPU says: ${error.message}`, { cause: error });
  };
  device.addEventListener?.("uncapturederror", onError);
  const check = (): void => {
    if (context.isLost) throw lostError();
    if (failure) throw failure;
  };
  /** Awaits what the device does; where it failed because the device was lost, that may be known a moment later. */
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    let result: T;
    try {
      result = await wait(work);
    } catch (error) {
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, LATE))]);
      check();
      throw error;
    }
    check();
    return result;
  };
  // gpu.js makes a handle only as what a kernel returns, and takes what returns four numbers a thread for no argument,
  // though both are a buffer of float32 in order. So handles are made here, by the class of one that it has made
  // (gpu-js-gaps.test.ts).
  const Handle = first.constructor as BufferHandleClass;
  const handle = (buffer: Buffer, output: readonly number[]): BufferHandle =>
    new Handle({ buffer, output, context, kernel });
  return {
    mode: "webgpu",
    device: `WebGPU: ${name}`,
    gpu,
    refuse(planes) {
      const bytes = 4 * lengthOf(planes);
      if (bytes > mostBytes) return `takes ${bytes} bytes; this device binds ${mostBytes} at most`;
      const groups = Math.max(planes.planes, ...[planes.height, planes.width].map((side) => Math.ceil(side / GROUP)));
      return groups > mostGroups
        ? `takes ${groups} workgroups in a direction; this device dispatches ${mostGroups} at most`
        : undefined;
    },
    access: () => elementsAccess,
    compile: (source, args, { planes, height, width }) =>
      gpu.createKernel(source, {
        output: [width, height, planes],
        pipeline: true,
        immutable: true,
        precision: "single",
        argumentTypes: Object.keys(args).map(() => "Input"),
      }),
    upload(planes, data) {
      check();
      const buffer = device.createBuffer({ size: 4 * lengthOf(planes), usage: USAGE });
      if (data) device.queue.writeBuffer(buffer, 0, data);
      return handle(buffer, sizeOf(planes));
    },
    async run(run, args, output) {
      check();
      const result = (await run(...args)) as BufferHandle;
      const own = handle(result.buffer, sizeOf(output));
      result.delete();
      // A kernel holds on to its last result until it has another, which may be never.
      const holder = run.kernel as { outputBuffer?: Buffer | null };
      if (holder.outputBuffer === own.buffer) {
        // oxlint-disable-next-line no-underscore-dangle -- gpu.js's own name
        own.buffer._refs!--;
        holder.outputBuffer = null;
      }
      return own;
    },
    async read({ buffer }, planes) {
      check();
      // One long row: gpu.js makes an array of each it has.
      const flat = handle(buffer, [lengthOf(planes)]);
      try {
        return await settle(flat.toArray());
      } finally {
        flat.delete();
      }
    },
    free: (each) => each.delete(),
    async finished() {
      check();
      await settle(device.queue.onSubmittedWorkDone());
    },
    async dispose() {
      device.removeEventListener?.("uncapturederror", onError);
      first.delete();
      await gpu.destroy();
    },
  };
}

/** Turns of the event loop before `patiently` sleeps: small work is done by then. */
const TURNS = 20;

/**
 * Awaits work on a driver in software. In Node, `webgpu` asks in every turn of the event loop whether it is done, which
 * takes a processor from that driver: on two, a layer of 77 ms took it 122. So the turns are made a millisecond long.
 */
async function patiently<T>(work: Promise<T>): Promise<T> {
  const state = { pending: true };
  const settled = (): void => void (state.pending = false);
  work.then(settled, settled);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let turn = 0; state.pending; turn++) {
    if (turn > TURNS) Atomics.wait(cell, 0, 0, 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return work;
}

/** As gpu.js counts: x, y, z. */
function sizeOf({ planes, height, width }: Planes): readonly [x: number, y: number, z: number] {
  return [LANES * width, height, planes];
}

/** `"google swiftshader, software"`, `"nvidia hopper"`: what the adapter tells of itself. */
function adapterName({ info }: Adapter): string {
  const { vendor, architecture, description } = info ?? {};
  const words =
    [vendor, architecture].filter(Boolean).join(" ") || description || "an adapter that does not tell its name";
  return withKind(words, description);
}

/** The one of this process: gpu.js keeps one device for all, and a second instance would not know it. */
let node: Promise<WebGpu> | undefined;

function nodeWebGpu(): Promise<WebGpu> {
  node ??= loadWebGpu().catch((error: unknown) => {
    node = undefined;
    throw error;
  });
  return node;
}

async function loadWebGpu(): Promise<WebGpu> {
  // In a variable, so that no bundler looks for it.
  const name = "webgpu";
  try {
    const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as {
      create(options: readonly string[]): WebGpu;
    };
    return create([]);
  } catch (cause) {
    throw new BackendUnavailableError("gpu", `WebGPU is not here (${String(cause)})`, REMEDY, { cause });
  }
}

/** How many backends are opening, to which `navigator.gpu` is lent. */
let lent = 0;
let takeBack = (): void => undefined;

/** Puts `navigator.gpu` there. What comes back takes it away again, when the last one who needed it has called. */
function lend(webGpu: WebGpu): () => void {
  if (lent++ === 0) {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    const navigator = (globalThis as Surroundings).navigator;
    if (navigator) {
      Object.defineProperty(navigator, "gpu", { value: webGpu, configurable: true });
      takeBack = () => delete navigator.gpu;
    } else {
      Object.defineProperty(globalThis, "navigator", { value: { gpu: webGpu }, configurable: true, writable: true });
      takeBack = () => {
        if (before) Object.defineProperty(globalThis, "navigator", before);
        else delete (globalThis as Surroundings).navigator;
      };
    }
  }
  return () => {
    if (--lent === 0) takeBack();
  };
}

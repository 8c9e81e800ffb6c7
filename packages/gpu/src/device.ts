/** Where gpu.js finds a device: a browser's own, or, in Node, that of the optional package `webgpu`, lent for a moment. */

import { BackendUnavailableError } from "@convene/core";
import { type Gpu, gpuJs, type Mode } from "./gpu-js.js";

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
  readonly limits: Readonly<Record<"maxBufferSize" | "maxStorageBufferBindingSize", number>>;
}
interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface Device {
  readonly queue: { onSubmittedWorkDone(): Promise<void> };
}
interface Surroundings {
  navigator?: { gpu?: WebGpu };
}

const REMEDY =
  "Use a browser with WebGPU, or in Node install the package webgpu (0.6.2 or later) and a driver for Vulkan";

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

/** What a backend works with. */
export interface Platform {
  readonly mode: Mode;
  readonly device: string;
  /** Bytes that one tensor, or the weights of one plan, may have. */
  readonly mostBytes: number;
  createGpu(): Gpu;
  /** Resolves when the device has finished what was submitted. `context` is what gpu.js's kernels call so. */
  finished(context: unknown): Promise<void>;
}

/** Runs `work` while `navigator.gpu` is there: gpu.js looks for it when it is made, and when its first kernel runs. */
export async function withWebGpu<T>(work: (platform: Platform) => Promise<T>): Promise<T> {
  const around = globalThis as Surroundings;
  // What is lent to another backend that is opening is not the engine's own.
  const own = lent === 0 ? around.navigator?.gpu : undefined;
  const webGpu = own ?? (await nodeWebGpu());
  const adapter = await webGpu.requestAdapter();
  if (!adapter) throw new BackendUnavailableError("gpu", "WebGPU has no adapter here", REMEDY);
  const platform: Platform = {
    mode: "webgpu",
    device: `WebGPU: ${adapterName(adapter)}`,
    mostBytes: Math.min(adapter.limits.maxBufferSize, adapter.limits.maxStorageBufferBindingSize),
    createGpu: () => new gpuJs.GPU({ mode: "webgpu" }),
    finished: (context) => (context as { readonly device: Device }).device.queue.onSubmittedWorkDone(),
  };
  if (own) return await work(platform);
  const restore = lend(webGpu);
  try {
    return await work(platform);
  } finally {
    restore();
  }
}

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

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/** `"google swiftshader, software"`, `"nvidia hopper"`: what the adapter tells of itself. */
function adapterName({ info }: Adapter): string {
  const { vendor, architecture, description } = info ?? {};
  const words =
    [vendor, architecture].filter(Boolean).join(" ") || description || "an adapter that does not tell its name";
  return SOFTWARE.test(`${words} ${description}`) ? `${words}, software` : words;
}

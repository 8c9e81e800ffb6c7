/**
 * WebGPU: a browser's own, or, in Node, that of the optional package `webgpu`, lent to gpu.js, which looks for
 * `navigator.gpu`, while a backend opens.
 */

import { BackendUnavailableError } from "@convene/core";

export interface Adapter {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: Readonly<
    Record<
      | "maxBufferSize"
      | "maxStorageBufferBindingSize"
      | "maxComputeWorkgroupsPerDimension"
      | "maxStorageBuffersPerShaderStage",
      number
    >
  >;
}
interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface Surroundings {
  navigator?: { gpu?: WebGpu };
  /** Node's. */
  readonly process?: {
    cwd(): string;
    /** From Node 20.16 on. */
    getBuiltinModule?(name: "node:module"): { createRequire(from: string): (name: string) => unknown };
  };
}
/** Node's. */
declare const setImmediate: (callback: (value?: unknown) => void) => unknown;

export const REMEDY =
  "Use a browser with WebGPU, or in Node install the package webgpu (0.6.2 or later) and a driver for Vulkan";

/** What Jest says where a test imports an ES module, which `webgpu` is. */
const INSIDE_JEST = /Must use import to load ES Module|--experimental-vm-modules/;
const JEST_REMEDY =
  "Inside Jest it needs node --experimental-vm-modules, on Node 24.9 or later, and the package webgpu; outside, the package alone";

/** Runs `work` while `navigator.gpu` is there. */
export async function withWebGpu<T>(work: (webGpu: WebGpu, isNode: boolean) => Promise<T>): Promise<T> {
  // What is lent to another backend that is opening is not the engine's own.
  const own = lent === 0 ? (globalThis as Surroundings).navigator?.gpu : undefined;
  if (own) return await work(own, false);
  const webGpu = await nodeWebGpu();
  const restore = lend(webGpu);
  try {
    return await work(webGpu, true);
  } finally {
    restore();
  }
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

/** As much of the package `webgpu` as is used. */
interface WebGpuPackage {
  create(options: readonly string[]): WebGpu;
}

async function loadWebGpu(): Promise<WebGpu> {
  try {
    return (await importWebGpu()).create([]);
  } catch (cause) {
    // Some say in many lines how to configure them.
    const [first = ""] = String(cause).split("\n");
    const remedy = INSIDE_JEST.test(first) ? JEST_REMEDY : REMEDY;
    throw new BackendUnavailableError("gpu", `WebGPU is not here (${first})`, remedy, { cause });
  }
}

/** From where this file is; or, where `import()` is not Node's or this file has been bundled elsewhere, from the working directory. */
async function importWebGpu(): Promise<WebGpuPackage> {
  // In a variable, so that no bundler looks for it.
  const name = "webgpu";
  try {
    return (await import(
      /* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name
    )) as WebGpuPackage;
  } catch (error) {
    const { process } = globalThis as Surroundings;
    const loader = process?.getBuiltinModule?.("node:module");
    if (!process || !loader) throw error;
    try {
      return loader.createRequire(`${process.cwd()}/`)(name) as WebGpuPackage;
    } catch {
      // What the import said tells more of where it should be.
      throw error;
    }
  }
}

/** How many backends are opening, to which `navigator.gpu` is lent. */
let lent = 0;
let takeBack = (): void => undefined;

/** Puts `navigator.gpu` there. What comes back takes it away again, when the last one who needed it has called. */
function lend(webGpu: WebGpu): () => void {
  if (lent === 0) takeBack = put(webGpu);
  lent++;
  return () => {
    if (--lent === 0) takeBack();
  };
}

/** @returns what undoes it */
function put(webGpu: WebGpu): () => void {
  const { navigator } = globalThis as Surroundings;
  if (navigator) {
    Object.defineProperty(navigator, "gpu", { value: webGpu, configurable: true });
    return () => delete navigator.gpu;
  }
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { gpu: webGpu }, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else delete (globalThis as Surroundings).navigator;
  };
}

/** Turns of the event loop before `patiently` sleeps: small work is done by then. */
const TURNS = 20;

/**
 * Awaits work on a driver in software. In Node, `webgpu` asks in every turn of the event loop whether it is done, which
 * takes a processor from that driver: on two, a layer of 77 ms took it 122. So the turns are made a
 * millisecond long, which is what other events have to wait then.
 */
export async function patiently<T>(work: Promise<T>): Promise<T> {
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

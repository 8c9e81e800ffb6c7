/**
 * WebGPU: the browser's own, or in Node the WebGPU of the optional package `webgpu`. gpu.js reads `navigator.gpu`, so
 * in Node `navigator.gpu` is set while a backend opens.
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
  /** In Node only. */
  readonly process?: {
    cwd(): string;
    /** From Node 20.16 on. */
    getBuiltinModule?(name: "node:module"): { createRequire(from: string): (name: string) => unknown };
  };
}
/** In Node only. */
declare const setImmediate: (callback: (value?: unknown) => void) => unknown;

export const REMEDY =
  "Use a browser with WebGPU, or in Node install the package webgpu (0.6.2 or later) and a driver for Vulkan";

/** Jest's message where a test imports an ES module, such as `webgpu`. */
const INSIDE_JEST = /Must use import to load ES Module|--experimental-vm-modules/;
const JEST_REMEDY =
  "Inside Jest it needs node --experimental-vm-modules, on Node 24.9 or later, and the package webgpu; outside, the package alone";

/** Runs `work` with WebGPU: the engine's own, or the package's, for which `navigator.gpu` is set until `work` has ended. */
export async function withWebGpu<T>(work: (webGpu: WebGpu, isNode: boolean) => Promise<T>): Promise<T> {
  // A `navigator.gpu` that was set for another backend is not the engine's own.
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

/** The only instance of the package in the process: gpu.js keeps one device, and a second instance would not know this device. */
let node: Promise<WebGpu> | undefined;

function nodeWebGpu(): Promise<WebGpu> {
  node ??= loadWebGpu().catch((error: unknown) => {
    node = undefined;
    throw error;
  });
  return node;
}

/** The part of the package `webgpu` that is used. */
interface WebGpuPackage {
  create(options: readonly string[]): WebGpu;
}

async function loadWebGpu(): Promise<WebGpu> {
  try {
    return (await importWebGpu()).create([]);
  } catch (cause) {
    // Some engines add many lines about their configuration; the first line has the reason.
    const [first = ""] = String(cause).split("\n");
    const remedy = INSIDE_JEST.test(first) ? JEST_REMEDY : REMEDY;
    throw new BackendUnavailableError("gpu", `WebGPU is not here (${first})`, remedy, { cause });
  }
}

/**
 * Imports the package from this file's place. Where that fails, because `import()` is not Node's or this file has been bundled elsewhere, from
 * the working directory.
 */
async function importWebGpu(): Promise<WebGpuPackage> {
  // The name is in a variable, so that no bundler resolves it.
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
      // The import's error says more about where the package should be.
      throw error;
    }
  }
}

/** How many backends are opening with a `navigator.gpu` that was set here. */
let lent = 0;
let takeBack = (): void => undefined;

/**
 * Sets `navigator.gpu` for one more backend. Returns a function that ends this. When the last of several backends has
 * called its function, `navigator.gpu` is removed.
 */
function lend(webGpu: WebGpu): () => void {
  if (lent === 0) takeBack = put(webGpu);
  lent++;
  return () => {
    if (--lent === 0) takeBack();
  };
}

/** Sets `navigator.gpu`. @returns a function that restores the old state */
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

/** Turns of the event loop before `patiently` sleeps; small work is done by then. */
const TURNS = 20;

/**
 * Awaits work on a driver in software. In Node, `webgpu` polls the driver in every turn of the event loop, which takes a processor away from
 * the driver: with two processors, a layer took 122 ms instead of 77. So each turn is made a millisecond long. Other events then wait up to
 * a millisecond.
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

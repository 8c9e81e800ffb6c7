/** A worker of Node or of a browser, under one interface. */

import { cpuQuota, type ReadText } from "./cpu-quota.js";
import type { Answer, Start } from "./team/messages.js";

export interface Thread {
  post(start: Start): void;
  /** Ends the worker, also in the middle of work. Resolves when the worker has ended, as far as the platform says. */
  terminate(): Promise<void>;
  /** `ref` keeps the process alive, `unref` does not. In a browser both do nothing. */
  ref(): void;
  unref(): void;
}

export interface ThreadEvents {
  answer(answer: Answer): void;
  /** Called if the worker has ended or no longer works, although nobody has ended it. */
  lost(cause: string): void;
}

/** Starts a worker that runs `source`, a classic script. Throws the platform's own error where it may not start one. */
export type StartThread = (source: string, name: string, events: ThreadEvents) => Thread;

/** The function that starts threads here, and the number of threads that this process may run at once. */
export interface Platform {
  readonly startThread: StartThread;
  readonly parallelism: number;
}

/** The part of `node:worker_threads` that is used. The package also runs in browsers, so it has no types of Node. */
interface NodeWorker {
  on(event: "message", listener: (answer: Answer) => void): void;
  on(event: "error" | "messageerror", listener: (error: unknown) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
  postMessage(start: Start): void;
  terminate(): Promise<unknown>;
  ref(): void;
  unref(): void;
}
interface NodeWorkerThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
}
/** The part of `node:os` that is used. */
interface NodeOs {
  readonly availableParallelism?: () => number;
  readonly cpus: () => readonly unknown[];
}

/** The part of `node:fs` that is used. */
interface NodeFs {
  readonly readFileSync: (path: string, encoding: "utf8") => string;
}

interface WebWorker {
  addEventListener(event: "message", listener: (event: { readonly data: Answer }) => void): void;
  addEventListener(event: "messageerror", listener: () => void): void;
  addEventListener(
    event: "error",
    listener: (event: { readonly message?: string; preventDefault?(): void }) => void,
  ): void;
  postMessage(start: Start): void;
  terminate(): void;
}

/** The parts of `globalThis` that are used, in Node and in browsers. */
interface Surroundings {
  readonly process?: {
    readonly type?: string;
    readonly versions?: { readonly node?: string };
    /** In Node from 20.16 on, in Bun and in Deno. */
    readonly getBuiltinModule?: (name: string) => unknown;
  };
  readonly Worker?: new (url: string, options: object) => WebWorker;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Blob?: new (parts: string[], options: object) => object;
  readonly URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
}

/** Whether workers come from Node's module here. */
export function hasNodeWorkers({ process }: Surroundings = globalThis as object): boolean {
  // Bun, Deno and tests in jsdom have Node's module too. A window of Electron has it as well, but cannot start Node's workers
  // (electron/electron#18540), so it counts as a browser.
  return process?.versions?.node !== undefined && process.type !== "renderer";
}

/** The platform on which this runs; `undefined` where there are no workers. Rejects where Node's workers exist but cannot be imported. */
export async function findPlatform(): Promise<Platform | undefined> {
  const around: Surroundings = globalThis as object;
  if (hasNodeWorkers(around)) return nodePlatform();
  return around.Worker && around.Blob && around.URL ? webPlatform(around as Required<Surroundings>) : undefined;
}

/**
 * One of Node's own modules, from the process where it has `getBuiltinModule`: a bundler or a test runner may have replaced imports in this file. Older
 * versions of Node have only the import.
 */
async function nodeModule(name: string): Promise<unknown> {
  const found = (globalThis as Surroundings).process?.getBuiltinModule?.(name);
  // The name is in a variable, so that a bundler for a browser does not resolve it.
  return found ?? (await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name));
}

async function nodePlatform(): Promise<Platform> {
  const { Worker } = (await nodeModule("node:worker_threads")) as NodeWorkerThreads;
  const { availableParallelism, cpus } = (await nodeModule("node:os")) as NodeOs;
  const { readFileSync } = (await nodeModule("node:fs")) as NodeFs;
  return {
    // `availableParallelism` respects the process's affinity. Only late versions of Node also respect the quota.
    parallelism: withinQuota(availableParallelism?.() ?? cpus().length, (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    }),
    startThread(source, name, events) {
      // The worker gets no options of the process. Otherwise it would set up the process's loaders and hooks, which the
      // script does not need.
      const worker = new Worker(source, { eval: true, name, execArgv: [], env: {}, argv: [] });
      worker.on("message", events.answer);
      worker.on("error", (error) => events.lost(String(error)));
      worker.on("messageerror", (error) => events.lost(String(error)));
      worker.on("exit", (code) => events.lost(`it exited with code ${code}`));
      return {
        post: (start) => worker.postMessage(start),
        terminate: async () => void (await worker.terminate()),
        ref: () => worker.ref(),
        unref: () => worker.unref(),
      };
    },
  };
}

/** The number of threads that the processor runs at once and the quota allows. A part of a processor allows one thread. */
export function withinQuota(parallelism: number, read: ReadText): number {
  return Math.min(parallelism, Math.ceil(cpuQuota(read) ?? parallelism));
}

function webPlatform({ Worker, Blob, URL, navigator }: Required<Surroundings>): Platform {
  return {
    parallelism: navigator.hardwareConcurrency ?? 1,
    startThread(source, name, events) {
      const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const worker = new Worker(url, { name });
      // The browser fetches the script after this function returns, and before the first answer.
      let loaded = false;
      const release = (): void => {
        if (!loaded) URL.revokeObjectURL(url);
        loaded = true;
      };
      worker.addEventListener("message", ({ data }) => {
        release();
        events.answer(data);
      });
      worker.addEventListener("error", (event) => {
        release();
        event.preventDefault?.();
        events.lost(event.message ?? "its script could not be loaded");
      });
      worker.addEventListener("messageerror", () => events.lost("a message to it could not be read"));
      return {
        post: (start) => worker.postMessage(start),
        terminate: async () => {
          release();
          worker.terminate();
        },
        ref: () => undefined,
        unref: () => undefined,
      };
    },
  };
}

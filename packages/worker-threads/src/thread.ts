/** A worker of Node's or of a browser's, under one interface. */

import { cpuQuota, type ReadText } from "./cpu-quota.js";
import type { Answer, Start } from "./team/messages.js";

export interface Thread {
  post(start: Start): void;
  /** Ends it, whatever it is doing. Resolves when it is gone, as far as the platform tells. */
  terminate(): Promise<void>;
  /** Keeps the process alive, or not; a browser's page lives by itself. */
  ref(): void;
  unref(): void;
}

export interface ThreadEvents {
  answer(answer: Answer): void;
  /** It is gone, or of no more use, and nobody asked for that. */
  lost(cause: string): void;
}

/** Starts a worker that runs `source`, a classic script. Throws what the platform throws where it may not. */
export type StartThread = (source: string, name: string, events: ThreadEvents) => Thread;

/** How to start threads here, and how many this process may run at once. */
export interface Platform {
  readonly startThread: StartThread;
  readonly parallelism: number;
}

/** As much of `node:worker_threads` as is used; there are no types of Node's in a package that also runs in browsers. */
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
/** As much of `node:os` as is used. */
interface NodeOs {
  readonly availableParallelism?: () => number;
  readonly cpus: () => readonly unknown[];
}

/** As much of `node:fs` as is used. */
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

/** What there may be around: `globalThis` as it is in Node and in browsers. */
interface Surroundings {
  readonly process?: {
    readonly type?: string;
    readonly versions?: { readonly node?: string };
    /** Node's, from 20.16 on; Bun's and Deno's. */
    readonly getBuiltinModule?: (name: string) => unknown;
  };
  readonly Worker?: new (url: string, options: object) => WebWorker;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Blob?: new (parts: string[], options: object) => object;
  readonly URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
}

/** Whether workers are Node's here. */
export function hasNodeWorkers({ process }: Surroundings = globalThis as object): boolean {
  // Bun and Deno have Node's module too, and so have tests in jsdom. A window of Electron's has it as well, but cannot start
  // Node's workers (electron/electron#18540); it is a browser's.
  return process?.versions?.node !== undefined && process.type !== "renderer";
}

/** The platform that this runs on; `undefined` where it knows no workers. Rejects where Node's are there and cannot be had. */
export async function findPlatform(): Promise<Platform | undefined> {
  const around: Surroundings = globalThis as object;
  if (hasNodeWorkers(around)) return nodePlatform();
  return around.Worker && around.Blob && around.URL ? webPlatform(around as Required<Surroundings>) : undefined;
}

/**
 * One of Node's own modules. The process is asked first: what a bundler or a test runner has made of this file may import
 * other modules than Node does, or none. Older versions of Node cannot be asked.
 */
async function nodeModule(name: string): Promise<unknown> {
  const found = (globalThis as Surroundings).process?.getBuiltinModule?.(name);
  // The name is in a variable, so that no bundler looks for Node's modules when it builds for a browser.
  return found ?? (await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name));
}

async function nodePlatform(): Promise<Platform> {
  const { Worker } = (await nodeModule("node:worker_threads")) as NodeWorkerThreads;
  const { availableParallelism, cpus } = (await nodeModule("node:os")) as NodeOs;
  const { readFileSync } = (await nodeModule("node:fs")) as NodeFs;
  return {
    // The former heeds which processors the process may run on, and only in late versions of Node how much of them.
    parallelism: withinQuota(availableParallelism?.() ?? cpus().length, (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    }),
    startThread(source, name, events) {
      // Nothing of the process's own options: a loader or a hook would be set up in each worker, for one script that needs none.
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

/** As many threads as the processor runs at once and the quota feeds; a part of a processor feeds one. */
export function withinQuota(parallelism: number, read: ReadText): number {
  return Math.min(parallelism, Math.ceil(cpuQuota(read) ?? parallelism));
}

function webPlatform({ Worker, Blob, URL, navigator }: Required<Surroundings>): Platform {
  return {
    parallelism: navigator.hardwareConcurrency ?? 1,
    startThread(source, name, events) {
      const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const worker = new Worker(url, { name });
      // The script is fetched after this returns, and before the first answer.
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

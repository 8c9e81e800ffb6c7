/**
 * The workers' program: one classic script for Node's worker threads and browsers' Web Workers. After the first message it never returns to its event
 * loop. Its own messages arrive all the same.
 */

import type { Answer, Start } from "./messages.js";
import { type Team, work } from "./team.js";

/** The parts of Node's `parentPort` and of a Web Worker's global scope that are used here. */
interface Port {
  postMessage(answer: Answer): void;
}
interface NodePort extends Port {
  once(event: "message", listener: (start: Start) => void): void;
  once(event: "messageerror", listener: (error: unknown) => void): void;
}
interface NodeWorkerThreads {
  readonly parentPort: NodePort;
}
interface Scope extends Port {
  readonly process?: { readonly getBuiltinModule?: (name: string) => NodeWorkerThreads };
  /** In Node: code that is evaluated has `require` as a global. Bun's workers have none. */
  readonly require?: (name: string) => NodeWorkerThreads;
  addEventListener(event: "message", listener: (event: { readonly data: Start }) => void): void;
  addEventListener(event: "messageerror", listener: () => void): void;
}

const UNREADABLE = "it could not read its first message, which has a shared memory and a compiled module";

function start(port: Port, { module, memory, control, threads, self: number, kernels }: Start): void {
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const team: Team = {
      control,
      threads,
      kernels: kernels.map((name) => exports[name] as Team["kernels"][number]),
      clearRows: exports["clearRows"] as Team["clearRows"],
      done: () => port.postMessage({ kind: "done" }),
    };
    port.postMessage({ kind: "ready" });
    work(team, number);
  } catch (error) {
    port.postMessage({ kind: "failed", cause: String(error) });
  }
}

// This file is compiled for Node and for browsers, so the global scope has the types of neither.
const scope = globalThis as unknown as Scope;
const NODE_MODULE = "node:worker_threads";
const node = scope.require?.(NODE_MODULE) ?? scope.process?.getBuiltinModule?.(NODE_MODULE);
const port: Port = node?.parentPort ?? scope;
const unreadable = (): void => port.postMessage({ kind: "failed", cause: UNREADABLE });
if (node) {
  node.parentPort.once("message", (message) => start(port, message));
  node.parentPort.once("messageerror", unreadable);
} else {
  scope.addEventListener("message", ({ data }) => start(port, data));
  scope.addEventListener("messageerror", unreadable);
}

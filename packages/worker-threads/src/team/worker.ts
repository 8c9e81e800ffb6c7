/**
 * The workers' program: one classic script for Node's worker threads and browsers' Web Workers. After the first message it
 * never comes back to its event loop, which takes nothing from it: what it says arrives all the same.
 */

import type { Answer, Start } from "./messages.js";
import { type Team, work } from "./team.js";

/** As much of Node's `parentPort` and of a Web Worker's global scope as is used here. */
interface Port {
  postMessage(answer: Answer): void;
}
interface NodePort extends Port {
  once(event: "message", listener: (start: Start) => void): void;
}
interface Scope extends Port {
  /** Node's: what it evaluates has it as a global. */
  readonly require?: (name: string) => { readonly parentPort: NodePort };
  addEventListener(event: "message", listener: (event: { readonly data: Start }) => void): void;
}

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

// What is around has the types of neither: this file is compiled for both.
const scope = globalThis as unknown as Scope;
if (scope.require) {
  const { parentPort } = scope.require("node:worker_threads");
  parentPort.once("message", (message) => start(parentPort, message));
} else {
  scope.addEventListener("message", ({ data }) => start(scope, data));
}

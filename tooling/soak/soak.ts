/** One backend after the other, each with a model that runs once; and openings that are interrupted. What is left of them. */

import { createRequire } from "node:module";
import process from "node:process";
import { type Backend, Conv2d, prepare, randomUniform } from "@convene/core";
import { cpu } from "@convene/cpu";
import { gpu } from "@convene/gpu";
import { workerThreads } from "@convene/worker-threads";

export const BACKENDS = {
  cpu: () => cpu(),
  "cpu:js": () => cpu({ kernels: "js" }),
  "worker-threads": () => workerThreads({ threads: 2 }),
  // Without a graphics processor, so that it is the same everywhere.
  gpu: () => gpu({ mode: "webasm" }),
} as const satisfies Readonly<Record<string, () => Promise<Backend>>>;

export type BackendName = keyof typeof BACKENDS;
export const NAMES = Object.keys(BACKENDS) as readonly BackendName[];

/** Bytes that may be resident at any time, without a forced collection. */
export const MOST_RESIDENT = 400e6;

/** A model of some megabytes, so that what is not given back is seen. On `gpu` a smaller one: gpu.js takes seconds for it there. */
const SIDES: Readonly<Record<BackendName, number>> = { cpu: 256, "cpu:js": 128, "worker-threads": 256, gpu: 64 };

/** What a process has open. */
export interface Left {
  /** Worker threads that have been started and have not ended. */
  readonly threads: number;
  /** Timers, handles and requests, as Node names them. */
  readonly resources: readonly string[];
}

interface NodeWorker {
  once(event: "exit", listener: () => void): void;
  terminate(): Promise<unknown>;
}
const nodeWorkers = createRequire(import.meta.url)("node:worker_threads") as {
  Worker: new (...given: readonly unknown[]) => NodeWorker;
};
const alive = new Set<NodeWorker>();
let onStart = (_worker: NodeWorker): void => undefined;

/** From now on Node's workers are counted, of whoever starts them. */
export function countWorkers(): void {
  const { Worker } = nodeWorkers;
  nodeWorkers.Worker = class extends Worker {
    constructor(...given: readonly unknown[]) {
      super(...given);
      alive.add(this);
      this.once("exit", () => alive.delete(this));
      onStart(this);
    }
  };
}

function left(): Left {
  // Where the program's own input and output go is no concern of a backend's.
  const resources = process
    .getActiveResourcesInfo()
    .filter((name) => !/Pipe|TTY|FSReq|TickObject|Immediate/.test(name));
  return { threads: alive.size, resources };
}

async function runOnce(name: BackendName, backend: Backend): Promise<void> {
  const x = randomUniform([1, 16, SIDES[name], SIDES[name]], { seed: 1 });
  const conv = new Conv2d({ inChannels: 16, outChannels: 16, kernelSize: 3, padding: 1 }, { seed: 2 });
  const model = await prepare(backend, conv, x.shape);
  await model.run(x);
}

/** @returns the most bytes that were resident after any of them, and how many after the last */
export async function openAndDispose(
  name: BackendName,
  count: number,
  tell: (done: number, resident: number) => void = () => undefined,
): Promise<{ readonly most: number; readonly last: number }> {
  let most = 0;
  let last = 0;
  for (let done = 1; done <= count; done++) {
    const backend = await BACKENDS[name]();
    await runOnce(name, backend);
    await backend.dispose();
    last = process.memoryUsage.rss();
    most = Math.max(most, last);
    tell(done, last);
  }
  return { most, last };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What happens to a backend while it opens, or has just opened. */
const INTERRUPTIONS: Readonly<Record<string, (name: BackendName, random: () => number) => Promise<void>>> = {
  /** One of its workers is killed; a backend without workers has none. */
  async kill(name, random) {
    const started: NodeWorker[] = [];
    onStart = (worker) => started.push(worker);
    const opening = BACKENDS[name]();
    const killing = pause(random() * 80).then(() => started[Math.floor(random() * started.length)]?.terminate());
    try {
      const backend = await opening;
      await killing;
      await runOnce(name, backend).catch(() => undefined);
      await backend.dispose();
    } catch {
      // It was killed before it had opened.
      await killing;
    } finally {
      onStart = () => undefined;
    }
  },
  /** The platform starts no more workers. */
  async refuse(name, random) {
    let allowed = Math.floor(random() * 2);
    onStart = (worker) => {
      if (allowed-- > 0) return;
      void worker.terminate();
      throw new Error("no more workers");
    };
    try {
      await (await BACKENDS[name]()).dispose();
    } catch {
      // It could not open.
    } finally {
      onStart = () => undefined;
    }
  },
  /** It is disposed while it prepares a model, or runs it. */
  async dispose(name, random) {
    const backend = await BACKENDS[name]();
    const running = runOnce(name, backend).catch(() => undefined);
    await pause(random() * 20);
    await Promise.all([backend.dispose(), backend.dispose()]);
    await running;
  },
  /** One is disposed while another opens. */
  async overtake(name, random) {
    const [one, other] = [BACKENDS[name](), BACKENDS[name]()];
    await pause(random() * 40);
    await (await one).dispose();
    await (await other).dispose();
  },
};

/** Interrupts `count` openings, each in a way and at a time that `random` chooses, and waits until nothing moves any more. */
export async function interrupt(name: BackendName, count: number, random: () => number): Promise<Left> {
  const kinds = Object.values(INTERRUPTIONS);
  for (let i = 0; i < count; i++) await kinds[Math.floor(random() * kinds.length)]!(name, random);
  // A worker that was told to end takes a moment.
  for (let waited = 0; waited < 100 && (left().threads > 0 || left().resources.length > 0); waited++) await pause(50);
  // The pause's own timer is not there any more.
  return left();
}

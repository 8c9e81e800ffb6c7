/** Opens one backend after the other, each with a model that runs once, and interrupts openings. Reports what they leave behind. */

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
  // This mode needs no graphics processor, so that the soak is the same everywhere.
  gpu: () => gpu({ mode: "webasm" }),
} as const satisfies Readonly<Record<string, () => Promise<Backend>>>;

export type BackendName = keyof typeof BACKENDS;
export const NAMES = Object.keys(BACKENDS) as readonly BackendName[];

/** The most resident bytes at any time, without a forced garbage collection. */
export const MOST_RESIDENT = 400e6;

/** The sizes of models. They have some megabytes, so that leaks show. On `gpu` the model is smaller, because gpu.js would take seconds. */
const SIDES: Readonly<Record<BackendName, number>> = { cpu: 256, "cpu:js": 128, "worker-threads": 256, gpu: 64 };

/** The open resources of a process. */
export interface Left {
  /** The number of worker threads that were started and have not ended. */
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

/** Counts Node's workers from now on, of any part of the program. */
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
  // The program's own input and output do not count.
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

/** @returns the most resident bytes after any backend, and the resident bytes after the last */
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

/** Interruptions of a backend while it opens, or shortly afterwards. */
const INTERRUPTIONS: Readonly<Record<string, (name: BackendName, random: () => number) => Promise<void>>> = {
  /** Kills one of the backend's workers, if it has any. */
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
      // The worker was killed before the backend was open.
      await killing;
    } finally {
      onStart = () => undefined;
    }
  },
  /** Makes the platform refuse new workers. */
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
      // The backend could not open, as expected.
    } finally {
      onStart = () => undefined;
    }
  },
  /** Disposes the backend while it prepares or runs a model. */
  async dispose(name, random) {
    const backend = await BACKENDS[name]();
    const running = runOnce(name, backend).catch(() => undefined);
    await pause(random() * 20);
    await Promise.all([backend.dispose(), backend.dispose()]);
    await running;
  },
  /** Disposes a backend while another one opens. */
  async overtake(name, random) {
    const [one, other] = [BACKENDS[name](), BACKENDS[name]()];
    await pause(random() * 40);
    await (await one).dispose();
    await (await other).dispose();
  },
};

/** Interrupts `count` openings, in ways and at times that `random` chooses, and waits until all work has ended. */
export async function interrupt(name: BackendName, count: number, random: () => number): Promise<Left> {
  const kinds = Object.values(INTERRUPTIONS);
  for (let i = 0; i < count; i++) await kinds[Math.floor(random() * kinds.length)]!(name, random);
  // A worker needs a moment to end.
  for (let waited = 0; waited < 100 && (left().threads > 0 || left().resources.length > 0); waited++) await pause(50);
  // At this point the timer of the pause is gone.
  return left();
}

/** Faults with right results at the wrong time: runs wait in a queue, and some call does not wait for them. */

import { rememberedConv2d } from "../remembered-reference.js";
import { copyWeights, type Fault, faultyBackend, type Implementation, planOf } from "./faulty-backend.js";

export const QUEUE_FAULTS: readonly Fault[] = [
  {
    name: "read-does-not-wait",
    about: "A read copies the output at once. It does not wait for the run before it.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    backend: faultyBackend("read-does-not-wait", (right) => {
      const queue = queueOfRuns();
      return { ...queued(right, queue), read: right.read };
    }),
  },
  {
    name: "read-waits-for-one-run",
    about: "A read waits for the first run in the queue, which is the right one only if there is one run.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-waits-for-one-run", (right) => {
      const queue = queueOfRuns();
      return {
        ...queued(right, queue),
        read: async (source, shape, layout) => {
          queue.runOne();
          return right.read(source, shape, layout);
        },
      };
    }),
  },
  {
    name: "upload-overtakes-runs",
    about: "Runs wait in a queue and uploads do not. So an upload changes the input of earlier runs.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("upload-overtakes-runs", (right) => {
      const queue = queueOfRuns();
      return {
        ...queued(right, queue),
        upload: right.upload,
        read: async (source, shape, layout) => {
          queue.runAll();
          return right.read(source, shape, layout);
        },
      };
    }),
  },
  {
    name: "read-too-late",
    about: "A read copies after all other work, even after later runs, instead of in its turn.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-too-late", (right) => ({
      read: async (source, shape, layout) => {
        await Promise.resolve();
        return right.read(source, shape, layout);
      },
    })),
  },
  {
    name: "sync-does-not-wait",
    about:
      "Uploads, runs and reads go through a queue, one in each turn of the event loop. `sync` does not wait for the queue.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("sync-does-not-wait", (right) => inTurns(right, queueOfTurns())),
  },
  {
    name: "free-overtakes-runs",
    about:
      "Uploads, runs and reads go through a queue, one in each turn of the event loop. `free` clears the memory at once.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("free-overtakes-runs", (right) => {
      const enqueue = queueOfTurns();
      return {
        ...inTurns(right, enqueue),
        sync: () => enqueue(() => undefined),
        free: (storage) => void storage.data.fill(NaN),
      };
    }),
  },
];

type Enqueue = <T>(work: () => T | Promise<T>) => Promise<T>;

/** A queue that does one piece of work in each turn of the event loop. */
function queueOfTurns(): Enqueue {
  let queue: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = queue.then(() => new Promise((resolve) => setTimeout(resolve))).then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
}

/** Uploads, runs and reads that go through a queue of turns. */
function inTurns(right: Implementation, enqueue: Enqueue): Partial<Implementation> {
  return {
    upload: (source, target) => {
      const copy = { ...source, data: source.data.slice() };
      void enqueue(() => right.upload(copy, target));
    },
    read: (source, shape, layout) => enqueue(() => right.read(source, shape, layout)),
    prepareConv2d: async (problem, weights, options) => {
      const plan = await right.prepareConv2d(problem, weights, options);
      return { ...plan, run: (...tensors) => void enqueue(() => plan.run(...tensors)) };
    },
  };
}

interface Queue {
  add(run: () => void): void;
  runOne(): void;
  runAll(): void;
}

/** A queue of runs, which wait until a later turn of the event loop, or until somebody asks for their results. */
function queueOfRuns(): Queue {
  const waiting: (() => void)[] = [];
  const runOne = (): void => waiting.shift()?.();
  const runAll = (): void => {
    while (waiting.length > 0) runOne();
  };
  return {
    add: (run) => {
      waiting.push(run);
      setTimeout(runAll);
    },
    runOne,
    runAll,
  };
}

/** Plans whose runs go through `queue`. */
function queued(right: Implementation, queue: Queue): Partial<Implementation> {
  return {
    prepareConv2d: async (problem, weights) => {
      const plan = planOf(
        (operands, output) => output.set(rememberedConv2d(problem, operands).output),
        copyWeights(weights),
      );
      return { ...plan, run: (input, output, residual) => queue.add(() => plan.run(input, output, residual)) };
    },
    upload: (source, target) => {
      queue.runAll();
      right.upload(source, target);
    },
    sync: async () => queue.runAll(),
  };
}

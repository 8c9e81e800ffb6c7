/**
 * A detector of races: the workers wait for random times at every claim, barrier, entry and exit, and the calling thread
 * while it writes a batch, so that orders come up
 * which are rare otherwise, and every result must still have the bits of cpu. That it detects is shown by programs with a
 * race planted in them.
 */

import { randomSource } from "@convene/conformance";
import { cpu } from "@convene/cpu";
import { describe, expect, it } from "vitest";
import { workerSource as plainSource } from "./generated/worker.js";
import { workerSource } from "./generated/worker-with-delays.js";
import {
  type Example,
  largeNetworkExample,
  randomNetworkExample,
  randomProblemExample,
  sameBits,
} from "./testing/problems.js";
import { openReachable, withFault } from "./testing/threads.js";
import type { WorkerThreadsOptions } from "./worker-threads.js";
import { within } from "./testing/within.js";

/** Layers of a network: steps of one batch. */
const LAYERS = 5;
/** Examples in flight at once. */
const TOGETHER = 4;
/** Milliseconds: a race may also make workers wait for ever. */
const LIMIT = { right: 60_000, planted: 5_000 };

/** Problems, half of them in networks, half of them alone: batches of many steps and of one, in turn. */
function examplesFor(seed: number, problems: number): readonly Example[] {
  const random = randomSource(seed);
  return Array.from({ length: problems / 2 / LAYERS }, (_, at) => [
    randomNetworkExample(`network ${at}`, random, LAYERS),
    ...Array.from({ length: LAYERS }, (__, more) => randomProblemExample(`problem ${at}.${more}`, random)),
  ]).flat();
}

/** Up to a millisecond. */
function aMoment(): void {
  const until = performance.now() + Math.random();
  while (performance.now() < until);
}

/** What is wrong first, if anything is; and how many problems were compared. */
async function race(
  options: WorkerThreadsOptions,
  source: string,
  examples: readonly Example[],
  limit: number,
  together = TOGETHER,
  writing: (control: Int32Array) => void = aMoment,
): Promise<{ readonly wrong: string | undefined; readonly compared: number }> {
  const one = await cpu();
  const { backend } = await openReachable(options, source, writing);
  let compared = 0;
  try {
    for (let at = 0; at < examples.length; at += together) {
      const some = examples.slice(at, at + together);
      const expected = await Promise.all(some.map((example) => example.bits(one)));
      let got: readonly Int32Array[];
      try {
        got = await within(limit, Promise.all(some.map((example) => example.bits(backend))));
      } catch (error) {
        return { wrong: `${some[0]!.name}: ${String(error)}`, compared };
      }
      for (const [index, { name, count }] of some.entries()) {
        if (!sameBits(got[index]!, expected[index]!)) return { wrong: name, compared };
        compared += count;
      }
    }
    return { wrong: undefined, compared };
  } finally {
    await one.dispose();
    // A backend with a planted race may never be idle again.
    await within(1000, backend.dispose()).catch(() => undefined);
  }
}

describe("with random delays", () => {
  // Ten times as many where CONVENE_LONG is set.
  const times = process.env["CONVENE_LONG"] === undefined ? 1 : 10;
  it.each<[WorkerThreadsOptions, number]>([
    [{ threads: 2 }, 250 * times],
    [{ threads: 3 }, 300 * times],
    [{ threads: 7 }, 150 * times],
    [{ threads: 2, caller: "joins" }, 200 * times],
    [{ threads: 4, caller: "joins" }, 150 * times],
  ])("%j has the bits of cpu on %i problems", { timeout: 600_000 }, async (options, count) => {
    expect(await race(options, workerSource, examplesFor(options.threads!, count), LIMIT.right)).toEqual({
      wrong: undefined,
      compared: count,
    });
  });
});

const CLOSE = "step===steps?Atomics.add(control,16,65536):clear(team,stepAt(step,threads)),";
const OPEN_STEP = "Atomics.store(control,32,step),Atomics.notify(control,32))";
const LEAVE = "leave(control)&&done()";
const ENTER = "(Atomics.add(control,16,1)&-65536)===65536&&takePart(team,self,waitWhile)";
const ENTER_UNASKED = "Atomics.add(control,16,1),takePart(team,self,waitWhile)";
/** As it was once, with a count in a word of its own: whoever is last looks at the state later, and may find another batch's. */
const ENTER_IN_TWO_STEPS = "Atomics.add(control,63,1),Atomics.load(control,16)===65536&&takePart(team,self,waitWhile)";
const LEAVE_IN_TWO_STEPS =
  "Atomics.sub(control,63,1)===1&&(wait(self),Atomics.compareExchange(control,16,131072,0)===131072)&&done()";
const FAULTS: Readonly<Record<string, readonly (readonly [text: string, instead: string])[]>> = {
  "claims that are read and written apart": [
    [
      "from=Atomics.add(control,next,grain);",
      "from=Atomics.load(control,next);delay();Atomics.store(control,next,from+grain);",
    ],
  ],
  "a step that ends when one worker has nothing left to claim": [
    ["Atomics.sub(control,leftAt(at),computed)===computed?", "Atomics.load(control,32)===step?"],
  ],
  "a step that begins before its rows of zeros are written": [
    [CLOSE, "step===steps&&Atomics.add(control,16,65536),"],
    [OPEN_STEP, `${OPEN_STEP.slice(0, -1)},delay(),step<steps&&clear(team,stepAt(step,threads)))`],
  ],
  "a batch that is written before all have left the one before it": [
    [CLOSE, CLOSE.replace("Atomics.add(control,16,65536)", "(Atomics.add(control,16,-65536),team.done())")],
  ],
};

describe("a planted race is detected", () => {
  it.each(Object.entries(FAULTS))("%s", async (_what, replacements) => {
    const source = replacements.reduce((text, [from, to]) => withFault(text, from, to), workerSource);
    const { wrong } = await race({ threads: 3 }, source, examplesFor(9, 12_000), LIMIT.planted);
    expect(wrong).toBeDefined();
  });
});

/**
 * A schedule that random delays hardly ever give: worker 1 wakes late for the first batch; worker 0, which has computed it,
 * is off its core while it leaves, and comes back when worker 1 has computed the second batch and is about to say so.
 */
function withSchedule(source: string, enter: string, leave: string): string {
  const edits: readonly (readonly [text: string, instead: string])[] = [
    [
      "(()=>{",
      `(()=>{const cell=new Int32Array(new SharedArrayBuffer(4)),seen={};
      const sleep=(who,self,what,time,milliseconds)=>{if(who!==self)return;seen[what]=(seen[what]??0)+1;
      if(seen[what]===time)Atomics.wait(cell,0,0,milliseconds)};const wait=(self)=>sleep(0,self,"leaving",1,200);`,
    ],
    [
      "epoch=waitWhile(control,0,epoch),",
      "epoch=waitWhile(control,0,epoch),sleep(1,self,'waking',1,50),sleep(0,self,'waking',2,300),",
    ],
    ["Atomics.store(control,32,step),", "step===steps&&sleep(1,self,'closing',1,300),Atomics.store(control,32,step),"],
    [ENTER, enter],
    [LEAVE, leave],
  ];
  return edits.reduce((text, [from, to]) => withFault(text, from, to), source);
}

describe("a worker that is off its core while it leaves", () => {
  const examples = [1, 1, 3, 3, 3].map((layers, at) => largeNetworkExample(`batch ${at}`, 10 * at, layers));
  it("marks only its own batch as done", async () => {
    const source = withSchedule(plainSource, ENTER, `(wait(self),${LEAVE})`);
    expect((await race({ threads: 2 }, source, examples, LIMIT.right, 1)).wrong).toBeUndefined();
  });
  it("marks the next batch as done, if it leaves in two steps, as in an earlier version", async () => {
    const source = withSchedule(plainSource, ENTER_IN_TWO_STEPS, LEAVE_IN_TWO_STEPS);
    expect((await race({ threads: 2 }, source, examples, LIMIT.planted, 1)).wrong).toBeDefined();
  });
});

/**
 * Random delays seldom meet the moment in which a batch is written. Here worker 1 wakes for the first batch, of one layer, when
 * that is long computed and the calling thread has written most of the second, of three; and the calling thread goes on when
 * worker 1 has had a second for whatever it does.
 */
describe("a worker that wakes while a batch is written", () => {
  /** Words of the control memory that nobody uses: the second batch is being written; worker 1 is awake. */
  const [WRITING, AWAKE] = [62, 61];
  const examples = [1, 3].map((layers, at) => largeNetworkExample(`batch ${at}`, 10 * at, layers));
  const raceWith = async (enter: string, limit: number): Promise<string | undefined> => {
    const wake = `Atomics.wait(control,${WRITING},0),Atomics.store(control,${AWAKE},1),Atomics.notify(control,${AWAKE}),`;
    const late = withFault(
      withFault(plainSource, "(()=>{", "(()=>{let woken=0;"),
      "epoch=waitWhile(control,0,epoch),",
      `epoch=waitWhile(control,0,epoch),self===1&&++woken===1&&(${wake}0),`,
    );
    let batches = 0;
    const writing = (control: Int32Array): void => {
      if (++batches !== 2) return;
      Atomics.store(control, WRITING, 1);
      Atomics.notify(control, WRITING);
      expect(Atomics.wait(control, AWAKE, 0, LIMIT.right)).not.toBe("timed-out");
      Atomics.wait(control, WRITING, 1, 1000);
    };
    return (await race({ threads: 2 }, withFault(late, ENTER, enter), examples, limit, 1, writing)).wrong;
  };
  it("takes no part in that batch", async () => {
    expect(await raceWith(ENTER, LIMIT.right)).toBeUndefined();
  });
  it("computes too early, if it does not ask whether the batch is open", async () => {
    expect(await raceWith(ENTER_UNASKED, LIMIT.planted)).toBeDefined();
  });
});

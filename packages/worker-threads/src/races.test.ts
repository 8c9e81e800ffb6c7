/**
 * A detector of races: the workers wait for random times at every claim, barrier, entry and exit, and the calling thread
 * while it writes a batch, so that orders come up
 * which are rare otherwise, and every result must still have the bits of cpu. That it detects is shown by programs with a
 * race planted in them.
 */

import { randomSource } from "@convene/conformance";
import { cpu } from "@convene/cpu";
import { describe, expect, it } from "vitest";
import { workerSource } from "./generated/worker-with-delays.js";
import { type Example, randomNetworkExample, randomProblemExample, sameBits } from "./testing/problems.js";
import { openReachable, withFault } from "./testing/threads.js";
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

/** What is wrong first, if anything is; and how many problems were compared. */
async function race(
  threads: number,
  source: string,
  examples: readonly Example[],
  limit: number,
): Promise<{ readonly wrong: string | undefined; readonly compared: number }> {
  const one = await cpu();
  const { backend } = await openReachable({ threads }, source, true);
  let compared = 0;
  try {
    for (let at = 0; at < examples.length; at += TOGETHER) {
      const some = examples.slice(at, at + TOGETHER);
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
    // One that has lost its way may never be idle again.
    await within(1000, backend.dispose()).catch(() => undefined);
  }
}

describe("with random delays", () => {
  it.each([
    [2, 5000],
    [3, 3000],
    [7, 2000],
  ])("%i threads have the bits of cpu on %i problems", { timeout: 600_000 }, async (threads, count) => {
    expect(await race(threads, workerSource, examplesFor(threads, count), LIMIT.right)).toEqual({
      wrong: undefined,
      compared: count,
    });
  });
});

const CLEAR = "step===steps?Atomics.store(control,16,2):clear(team,stepAt(step,threads)),";
const OPEN_STEP = "Atomics.store(control,48,step),Atomics.notify(control,48))";
const FAULTS: Readonly<Record<string, readonly (readonly [text: string, instead: string])[]>> = {
  "claims that are read and written apart": [
    [
      "from=Atomics.add(control,next,grain);",
      "from=Atomics.load(control,next);delay();Atomics.store(control,next,from+grain);",
    ],
  ],
  "a step that ends when one worker has nothing left to claim": [
    ["Atomics.sub(control,leftAt(at),computed)===computed?", "Atomics.load(control,48)===step?"],
  ],
  "a step that begins before its rows of zeros are written": [
    [CLEAR, "step===steps&&Atomics.store(control,16,2),"],
    [OPEN_STEP, `${OPEN_STEP.slice(0, -1)},delay(),step<steps&&clear(team,stepAt(step,threads)))`],
  ],
  "a batch that is written before all have left the one before it": [
    [CLEAR, CLEAR.replace("Atomics.store(control,16,2)", "(Atomics.store(control,16,0),team.done())")],
  ],
  "a worker that takes part in a batch that is not open": [["Atomics.load(control,16)===1&&takePart", "takePart"]],
};

describe("a race that is planted is detected", () => {
  it.each(Object.entries(FAULTS))("%s", { timeout: 120_000 }, async (_what, replacements) => {
    const source = replacements.reduce((text, [from, to]) => withFault(text, from, to), workerSource);
    const { wrong } = await race(3, source, examplesFor(9, 12_000), LIMIT.planted);
    expect(wrong).toBeDefined();
  });
});

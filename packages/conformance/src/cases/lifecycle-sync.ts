/**
 * lifecycle: `sync` waits for all work that was called before it. A test cannot see from outside whether work is done,
 * and a clock would be reliable only on an idle machine. But a test can see the order in which promises settle. A
 * `sync` waits for every read that was called before it, so such a read has settled when the `sync` resolves, or
 * settles in the same turn of the event loop. Only work that all happens in the very next turn cannot be found in this
 * way.
 */

import { type Conv2dProblem, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { benchCase, expectRight, fail, integers, type Workbench } from "./lifecycle-workbench.js";

/** A problem that takes tens of microseconds on a thread of any machine, and milliseconds in the reference. */
const PROBLEM = parseProblem("ic8_ih24_oc8_kh3_ph1");

/** Runs in flight when `sync` is called: far more than the one turn of the event loop that is allowed below. */
const RUNS = 12;

/** The number of rounds. There are several, because in one or two of them the machine may be busy for as long as the work takes. */
const ROUNDS = 4;

export function syncCases(): readonly ConformanceCase[] {
  return [
    benchCase(
      `sync waits for the ${RUNS} runs and the read that were called before it`,
      (bench) => syncWaits(bench, PROBLEM),
      { problems: [PROBLEM] },
    ),
  ];
}

async function syncWaits(bench: Workbench, problem: Conv2dProblem): Promise<void> {
  const operands = integers(problem, 1);
  const it = await bench.prepare(problem, operands);
  const [fed, output] = [it.feed(operands), it.output()];
  for (let round = 1; round <= ROUNDS; round++) {
    for (let run = 0; run < RUNS; run++) it.run(fed, output);
    let pending = true;
    const reading = bench.read(output).finally(() => {
      pending = false;
    });
    // The rejection is handled now, and the promise is awaited below.
    reading.catch(() => undefined);
    await bench.backend.sync();
    await nextTurn();
    const early = pending;
    expectRight(it.plan, operands, await reading, `the read of round ${round}`);
    if (early)
      fail("sync resolved while a read that was called before it, and the runs before that, were still going on");
  }
}

/**
 * The next turn of the event loop, after all handlers of settled promises. It is a message and no timer: a timer takes a millisecond or more, in which
 * work could end for which `sync` did not wait.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

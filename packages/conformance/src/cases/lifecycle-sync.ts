/**
 * lifecycle, what `sync` waits for. Whether work is done cannot be seen from outside, and a clock would tell it on a machine
 * that nobody else uses. The order in which promises settle can: a read that was called before a sync is among what that
 * sync waits for, so it has settled by then, or settles as soon as everyone who waits has been told. What cannot be told
 * from that is work which all happens in the very next turn of the event loop.
 */

import { type Conv2dProblem, parseProblem } from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { benchCase, expectRight, fail, integers, type Workbench } from "./lifecycle-workbench.js";

/** Takes a thread of any machine tens of microseconds, and the reference milliseconds. */
const PROBLEM = parseProblem("ic8_ih24_oc8_kh3_ph1");

/** Runs in flight when `sync` is called: far more than the one turn of the event loop that is allowed below. */
const RUNS = 12;

/** The machine may have been busy elsewhere for as long as the work took, in one round or two. */
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
    // Handled now, awaited below.
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
 * The next turn of the event loop, all promises that have settled told before. A message and no timer: a timer's turn is a
 * millisecond or more, in which work that `sync` did not wait for could end.
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

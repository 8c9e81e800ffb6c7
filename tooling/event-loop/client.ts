/** Sends requests to a server, each a little after the last answer, and reports how long each answer took. */

import process from "node:process";

export interface Answers {
  /** The times of the answers in milliseconds, sorted. */
  readonly latencies: readonly number[];
}

const PAUSE = 2;

const [url, seconds] = process.argv.slice(2);
const end = performance.now() + Number(seconds) * 1000;
const latencies: number[] = [];
while (performance.now() < end) {
  const start = performance.now();
  await (await fetch(url!)).text();
  latencies.push(performance.now() - start);
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
}
process.send!({ latencies: latencies.sort((a, b) => a - b) } satisfies Answers);
process.disconnect();

/**
 * Measures how free the event loop stays while MobileNet V1 runs again and again, on each backend in turn. An HTTP server in the same
 * process answers a client in another process all the time. `pnpm event-loop [seconds]`.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Backend, prepare, randomUniform } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";
import { mobilenetV1 } from "../../apps/benchmark/src/engine/workloads/mobilenet-v1.js";
import type { Answers } from "./client.js";

const CLIENT = fileURLToPath(new URL("client.ts", import.meta.url));

async function measure(backend: Backend, seconds: number): Promise<string> {
  const { network, inputShapes } = mobilenetV1().chain!;
  const inputShape = inputShapes["input"]!;
  const model = await prepare(backend, network, inputShape);
  const x = randomUniform(inputShape, { seed: 1 });
  for (let i = 0; i < 10; i++) await model.run(x);

  const server = createServer((_request, response) => response.end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const client = fork(CLIENT, [url, String(seconds)], { execArgv: process.execArgv });
  const answered = once(client, "message").then(([message]) => message as Answers);
  delay.enable();
  let runs = 0;
  let answers: Answers | undefined;
  while (!answers) {
    await model.run(x);
    runs++;
    // cpu computes before it returns its promise. Without this wait, no other work would ever run.
    const turn = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
    answers = await Promise.race([answered, turn]);
  }
  delay.disable();
  server.close();
  server.closeAllConnections();
  model.dispose();
  const { latencies } = answers;
  return [
    backend.name.padEnd(16),
    (runs / seconds).toFixed(1).padStart(8),
    ...quantilesOf(delay).map((value) => value.toFixed(1).padStart(8)),
    String(latencies.length).padStart(10),
    ...[0.5, 0.99, 1].map((share) => at(latencies, share).toFixed(1).padStart(8)),
  ].join(" ");
}

/** Quantiles, in milliseconds, of the delay of a timer of one millisecond. */
function quantilesOf(delay: IntervalHistogram): readonly number[] {
  return [delay.percentile(50), delay.percentile(99), delay.max].map((nanoseconds) =>
    Math.max(0, nanoseconds / 1e6 - 1),
  );
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

const seconds = Number(process.argv[2] ?? 10);
if (!(seconds > 0)) throw new Error(`seconds (${process.argv[2]}) must be above 0`);
console.log(`MobileNet V1 back to back, ${seconds} s each; milliseconds`);
console.log("                            event loop delay              answers over HTTP");
console.log("backend            runs/s      p50      p99      max      count      p50      p99      max");
for (const open of [() => cpu(), () => workerThreads()]) {
  const backend = await open();
  console.log(`${await measure(backend, seconds)}   ${backend.device}`);
  await backend.dispose();
}

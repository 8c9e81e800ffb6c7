/**
 * `pnpm soak [backends] [interruptions]`: opens and disposes this number of backends of each kind, in a separate process, and interrupts
 * this number of openings. It fails if more than 400 MB are resident at any time, or if a thread, a handle or a timer is left.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type BackendName, countWorkers, interrupt, MOST_RESIDENT, NAMES, openAndDispose } from "./soak.js";

const [, , count = "5000", interruptions = "200", name] = process.argv;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

if (name === undefined) {
  let failed = false;
  for (const each of NAMES) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), count, interruptions, each];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    failed ||= code !== 0;
  }
  process.exitCode = failed ? 1 : 0;
} else {
  countWorkers();
  const start = performance.now();
  const { most, last } = await openAndDispose(name as BackendName, Number(count), (done, resident) => {
    if (done % 500 === 0) console.log(`${name}: ${done} opened and disposed, ${megabytes(resident)}`);
  });
  const each = (performance.now() - start) / Number(count);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { threads, resources } = await interrupt(name as BackendName, Number(interruptions), uniform(seed));
  const open = `${threads} threads, ${resources.length === 0 ? "no handles" : resources.join(", ")}`;
  console.log(
    `${name}: ${count} backends, ${each.toFixed(0)} ms each, at most ${megabytes(most)}, ${megabytes(last)} in the end; ` +
      `${open} after ${interruptions} interruptions (seed ${seed})`,
  );
  process.exitCode = most < MOST_RESIDENT && threads === 0 && resources.length === 0 ? 0 : 1;
}

/** Numbers in `[0, 1)`: Park and Miller's generator. */
function uniform(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** The command's version, and what it runs on: the context without which a figure means nothing. */

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import type { KnownEnvironment } from "../engine/environment.js";

/** package.json lies one folder up from dist, and two from this folder. */
const MANIFEST = [new URL("../package.json", import.meta.url), new URL("../../package.json", import.meta.url)].find(
  (url) => existsSync(url),
)!;

export const VERSION: string = (JSON.parse(readFileSync(MANIFEST, "utf8")) as { version: string }).version;

/** What only Node can tell of where the engine runs. */
export function knownEnvironment(): KnownEnvironment {
  const { convene, node, v8, platform, arch, cpu, threads } = environment();
  return {
    convene,
    runtime: `Node ${node}`,
    engine: `V8 ${v8.split(".").slice(0, 2).join(".")}`,
    platform,
    arch,
    cpu,
    threads,
  };
}

export interface Environment {
  readonly convene: string;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  readonly threads: number;
  readonly date: string;
}

export function environment(): Environment {
  return {
    convene: VERSION,
    node: process.version,
    v8: process.versions.v8,
    platform: process.platform,
    arch: process.arch,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    threads: availableParallelism(),
    date: new Date().toISOString(),
  };
}

/** `Node v20.1.0, V8 11.3, AMD EPYC, 2 threads`. */
export function describeEnvironment({ node, v8, cpu, threads }: Environment): string {
  return `Node ${node}, V8 ${v8.split(".").slice(0, 2).join(".")}, ${cpu}, ${threads} thread${threads === 1 ? "" : "s"}`;
}

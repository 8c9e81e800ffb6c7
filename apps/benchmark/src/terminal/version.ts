/** The command's version and environment. Without them a figure means nothing. */

import { availableParallelism, cpus } from "node:os";
import { packageVersion } from "@convene/conformance/terminal";
import type { KnownEnvironment } from "../engine/environment.js";

export const VERSION: string = packageVersion(import.meta.url);

/** The facts about the environment that only Node can tell. */
export function knownEnvironment() {
  const { convene, node, v8, platform, arch, cpu, threads } = environment();
  return {
    convene,
    runtime: `Node ${node}`,
    engine: `V8 ${v8.split(".").slice(0, 2).join(".")}`,
    platform,
    arch,
    cpu,
    threads,
  } satisfies KnownEnvironment;
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

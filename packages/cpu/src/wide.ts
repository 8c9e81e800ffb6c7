/**
 * 256 bits: V8 joins pairs of 128-bit operations where its flag `--experimental-wasm-revectorize` is set, on x64
 * processors with AVX2. The flag belongs to the process and is experimental, so it is set only if the user asks for it.
 */

import { BackendUnavailableError } from "@convene/core";
import type { Asker } from "./wasm-build.js";

const FLAG = "--experimental-wasm-revectorize";

/** The first Node whose V8 joins the pairs of stores in these kernels. Node 22 has the flag, but there the flag changes nothing. */
const FIRST_NODE = 24;

interface NodeProcess {
  readonly arch: string;
  readonly versions: { readonly node?: string };
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flag: string): void };
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { readonly process?: NodeProcess }).process;
}

/** Whether Node was started with V8's flag, on an engine and a processor where the flag joins operations. */
export function startedWide(): boolean {
  const node = nodeProcess();
  if (!node || whyNot(node) !== undefined) return false;
  // V8 takes underscores for hyphens. If the flag is given several times, the last one counts.
  const flags = [...(node.env["NODE_OPTIONS"]?.split(/\s+/) ?? []), ...node.execArgv].map((flag) =>
    flag.replaceAll("_", "-"),
  );
  const off = FLAG.replace("--", "--no-");
  return flags.lastIndexOf(FLAG) > flags.lastIndexOf(off);
}

/**
 * Sets V8's flag for the whole process. The flag affects modules that are compiled from now on, and functions of
 * earlier modules that V8 has not optimised yet. Their results stay the same.
 *
 * @throws BackendUnavailableError where this engine does not have the flag, or the flag changes nothing
 */
export function setWide({ backend, factory }: Asker): void {
  const node = nodeProcess();
  const reason = node ? whyNot(node) : "256-bit operations need a flag of V8, which only Node lets a program set";
  if (reason === undefined) {
    if (!startedWide()) node!.getBuiltinModule!("node:v8").setFlagsFromString(FLAG);
    return;
  }
  throw new BackendUnavailableError(
    backend,
    reason,
    `Leave wide out of ${factory}'s options, or run on Node ${FIRST_NODE} or later on an x64 processor`,
  );
}

function whyNot({ versions, arch, getBuiltinModule }: NodeProcess): string | undefined {
  const major = Number.parseInt(versions.node ?? "0", 10);
  if (!(major >= FIRST_NODE) || typeof getBuiltinModule !== "function") {
    return `256-bit operations need V8's ${FLAG}, which works from Node ${FIRST_NODE} on; this is ${versions.node ? `Node ${versions.node}` : "not Node"}`;
  }
  if (arch !== "x64") return `V8 has 256-bit operations on x64 processors only; this is ${arch}`;
  return undefined;
}

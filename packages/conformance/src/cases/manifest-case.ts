/** The parts that all cases of the manifest use. */

import type { CaseContext, ConformanceCase } from "../case.js";
import { atWorkbench, fail } from "./lifecycle-workbench.js";

export function manifestCase(name: string, use: (context: CaseContext) => Promise<void>): ConformanceCase {
  return { suite: "manifest", name, run: (context) => atWorkbench(context, () => use(context)) };
}

/** Ends the case as failed unless `support` is `true` or a reason. */
export function checkSupport(what: string, support: unknown): void {
  if (support === true) return;
  if (typeof support === "object" && support !== null && "reason" in support && isWords(support.reason)) return;
  fail(`${what} (${show(support)}) must be true or { reason } in words`);
}

export function isWords(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** Chooses failures to shrink: one of each kind, because hundreds of similar failures would shrink to the same problem. */

import type { CaseResult } from "../../packages/conformance/src/index.js";
import type { Shrunk } from "./page/task.js";

/** The most failures. Each takes some tens of sessions of the library. */
const MOST = 6;

/** The shortest failing convolution of each kind, if no failure of this kind was shrunk yet. */
export function failuresToShrink(
  results: readonly CaseResult[],
  shrunk: readonly Shrunk[],
): readonly Pick<CaseResult, "suite" | "name">[] {
  const failed = results.filter(
    ({ suite, status, name }) => status === "failed" && ["exact", "bounded"].includes(suite) && !/[ ,]/.test(name),
  );
  const kinds = new Map<string, CaseResult>();
  for (const each of failed) {
    const kind = kindOf(each);
    const known = kinds.get(kind);
    if (!known || each.name.length < known.name.length) kinds.set(kind, each);
  }
  const known = new Set(shrunk.map(({ suite, name }) => `${suite} ${name}`));
  return [...kinds.values()]
    .slice(0, MOST)
    .filter(({ suite, name }) => !known.has(`${suite} ${name}`))
    .map(({ suite, name }) => ({ suite, name }));
}

/** The message without numbers, and the kind of groups. For an exception also the padding mode, because padding is a separate operation. */
function kindOf({ name, message = "" }: CaseResult): string {
  const wrong = /elements? (?:is|are) wrong/.test(message);
  const [g = "1", ic = "1"] = [/g(\d+)_/.exec(name)?.[1], /ic(\d+)_/.exec(name)?.[1]];
  const groups = g === "1" ? "one" : g === ic ? "depthwise" : "grouped";
  const modes = ["reflect", "replicate", "circular"].filter((each) => name.includes(each));
  return [wrong ? "wrong" : message.replace(/\d+/g, "").slice(0, 60), groups, ...(wrong ? [] : modes)].join(" ");
}

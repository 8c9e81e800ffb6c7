/** The conclusion of a run of verify. It claims no more than was checked. */

import type { Colors } from "@convene/conformance/terminal";
import { enumerate, formatCount, plural } from "../../engine/format.js";
import type { Against, TallyResult } from "../../engine/verify/tally.js";

/** The sources of right results, in the order in which they are named. */
const AGAINST = [
  "the float64 reference",
  "PyTorch's results",
  "ONNX Runtime",
  "each other",
] as const satisfies readonly Against[];

export interface Conclusion {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Backends without a trusted case, about which nothing is known. */
  readonly unknown: readonly string[];
  /** Whether nothing failed, and every backend has a trusted result. */
  readonly agreed: boolean;
}

export function conclude(results: readonly TallyResult[], backends: readonly string[]): Conclusion {
  const total = (of: (counts: TallyResult["counts"]) => number): number =>
    results.reduce((sum, { counts }) => sum + of(counts), 0);
  const passed = new Set(results.filter(({ counts }) => counts.passed > 0).map(({ backend }) => backend));
  const unknown = backends.filter((name) => !passed.has(name) && ![...passed].some((who) => isPairWith(who, name)));
  const failed = total((counts) => counts.failed);
  return {
    cases: total((counts) => counts.passed + counts.failed + counts.untrusted + counts.skipped),
    passed: total((counts) => counts.passed),
    failed,
    unknown,
    agreed: failed === 0 && unknown.length === 0,
  };
}

/** The last line of the output. */
export function describeConclusion(
  results: readonly TallyResult[],
  backends: readonly string[],
  /** Why the run ended early: `"interrupted"` or `"the time was up"`, or undefined if it did not. */
  ended: string | undefined,
  { dim, green, red, yellow }: Colors,
): string {
  const { cases, passed, failed, unknown, agreed } = conclude(results, backends);
  const all = plural(cases, "case");
  if (failed > 0) return red(`${formatCount(failed)} of ${all} failed${ended === undefined ? "" : `, then ${ended}`}`);
  if (ended !== undefined) return `${plural(passed, "case")} passed, then ${ended}`;
  if (!agreed) {
    const of = unknown.length < backends.length ? ` of ${enumerate(unknown)}` : "";
    return yellow(`nothing is known${of}: ${cases === 0 ? "no case ran" : "no case passed that can be trusted"}`);
  }
  const compared = AGAINST.filter((against) =>
    results.some((result) => result.against === against && result.counts.passed > 0),
  );
  const notes = [
    ...(cases > passed ? [`${plural(cases - passed, "more case")} untrusted or skipped`] : []),
    ...(backends.length === 1 ? ["one backend: none to compare it with"] : []),
  ];
  const what = enumerate(compared.map((against) => `with ${against}`));
  const line =
    compared.length > 0
      ? `${green("agreed")}: ${enumerate(backends)} on ${plural(passed, "case")}, ${what}`
      : `${green("passed")}: ${enumerate(backends)}, ${plural(passed, "case")}`;
  return notes.length > 0 ? `${line} ${dim(`(${notes.join("; ")})`)}` : line;
}

function isPairWith(who: string, name: string): boolean {
  return who.split(" ~ ").includes(name);
}

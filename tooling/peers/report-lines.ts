/** A report of the suite as text: counts of each suite, reasons of skips, and every failure with the command that repeats it. */

import type { CaseResult, ConformanceReport } from "../../packages/conformance/src/index.js";

const STATUSES = ["passed", "failed", "untrusted", "skipped"] as const;

/**
 * @param command the command that runs cases of a suite again, without `--suite` and later words
 * @param most the most failures to print. The others are counted
 */
export function reportLines(
  name: string,
  { device, seed, results, worstRatio }: ConformanceReport,
  command: string,
  most = Infinity,
): readonly string[] {
  const lines = [`${name}: ${device}`, ""];
  const bySuite = groupBy(results, ({ suite }) => suite);
  for (const [what, cases] of [...bySuite, ["all", results] as const]) {
    lines.push(`  ${what.padEnd(12)}${STATUSES.map((status) => `${count(cases, status)} ${status}`).join(", ")}`);
  }
  lines.push(`  worst error: ${worstRatio.toPrecision(3)} of its bound`);

  const skipped = results.filter(({ status }) => status === "skipped");
  for (const [reason, cases] of groupBy(skipped, ({ message }) => message ?? "")) {
    lines.push(`  skipped ${cases.length}: ${reason}`);
  }
  const failed = results.filter(({ status }) => status === "failed");
  for (const { suite, name: title, message } of failed.slice(0, most)) {
    lines.push(
      "",
      `  FAILED ${suite}: ${title}`,
      `    ${message}`,
      `    ${command} --suite ${suite} --seed ${seed} --only ${JSON.stringify(title)}`,
    );
  }
  if (failed.length > most) lines.push("", `  ${failed.length - most} more failures are not shown`);
  return lines;
}

function count(cases: readonly CaseResult[], status: CaseResult["status"]): number {
  return cases.filter((each) => each.status === status).length;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/**
 * The conformance suite on peers, as text: counts by suite, what was skipped and why, every failure with its problem and
 * the command that runs it again.
 */

import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Backend } from "@convene/core";
import type {
  CaseResult,
  ConformanceReport,
  runConformance as RunConformance,
  SuiteName,
} from "../../packages/conformance/src/index.js";
import { installPeer } from "./install.js";
import type { PeerName } from "./peers.js";

/** What is built, and not the source, so that its core is the one that the adapters have. */
const CONFORMANCE = new URL("../../packages/conformance/dist/index.js", import.meta.url).href;

const STATUSES = ["passed", "failed", "untrusted", "skipped"] as const;

export const CONFORMANCE_USAGE =
  "conformance [--suite <name>]... [--only <part of a case's name>] [--seed <n>] [--quick] [--json <file>]";

/** @returns the process's exit code: 1 where a case failed */
export async function conformance(names: readonly PeerName[], args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string", multiple: true },
      only: { type: "string" },
      seed: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const { runConformance } = (await import(CONFORMANCE)) as { runConformance: typeof RunConformance };
  const reports: ConformanceReport[] = [];
  for (const name of names) {
    const { default: factory } = (await import(pathToFileURL(await installPeer(name)).href)) as {
      default: () => Promise<Backend>;
    };
    const report = await runConformance(factory, {
      ...(values.suite ? { suites: values.suite as SuiteName[] } : {}),
      ...(values.only === undefined ? {} : { only: values.only }),
      ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
      selection: values.quick ? "quick" : "full",
      onCase: (_, done, total) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${name} ${done}/${total}${done === total ? "\n" : ""}`);
      },
    });
    reports.push(report);
    console.log([...reportLines(name, report), ""].join("\n"));
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, undefined, 2));
  return reports.some(({ counts }) => counts.failed > 0) ? 1 : 0;
}

function reportLines(name: PeerName, { device, seed, results, worstRatio }: ConformanceReport): readonly string[] {
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
  for (const { suite, name: title, message } of results.filter(({ status }) => status === "failed")) {
    lines.push(
      "",
      `  FAILED ${suite}: ${title}`,
      `    ${message}`,
      `    pnpm peers ${name} conformance --suite ${suite} --seed ${seed} --only ${JSON.stringify(title)}`,
    );
  }
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

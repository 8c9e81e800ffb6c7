/** The conformance suite on peers, in Node or in a browser's page. */

import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Backend } from "@convene/core";
import type {
  ConformanceReport,
  runConformance as RunConformance,
  SUITE_NAMES as SuiteNames,
  SuiteName,
} from "../../packages/conformance/src/index.js";
import { QUICK_SUITES } from "../../packages/conformance/src/suite-names.js";
import { describeFinding } from "../../packages/conformance/src/diagnosis/diagnosis.js";
import { browserConformance, type BrowserReport } from "./browser-conformance.js";
import { BROWSER_PEERS, type BrowserPeer, type BrowserPeerName, isBrowserPeerName } from "./browser-peers.js";
import { installPeer } from "./install.js";
import { isPeerName, type PeerName } from "./peers.js";
import { reportLines } from "./report-lines.js";

/** The built package, and not its source, so that it has the same copy of core as the adapters. */
const CONFORMANCE = new URL("../../packages/conformance/dist/index.js", import.meta.url).href;

/** The number of failures of a browser's run that are printed. The file of finished cases has all of them. */
const MOST_PRINTED = 20;

export const CONFORMANCE_USAGE =
  "conformance [--suite <name>]... [--only <part of a case's name>] [--seed <n>] [--quick] [--json <file>]";

/** The part of the usage about `--browser`. */
export const BROWSER_USAGE = `conformance --browser [--variant <name>] [--random <n>] [--fresh] [--anyway] [--again] [and the options above]: the suite in a page of
             headless Chromium, on its software graphics (CHROMIUM_ADAPTER=hardware: on the machine's graphics processor).
             Ctrl-C keeps the finished cases in .cache/peers-results, and the same command continues after them.
             --fresh starts again. --anyway continues results of another version of the adapter or of the suite.
             --again runs cases without an answer once more.
             One failure of each kind is made as small as possible.
             peers: ${Object.keys(BROWSER_PEERS).join(", ")}
             variants are other ways to call a library for the same result: ${Object.entries(BROWSER_PEERS)
               .flatMap(([name, { variants }]) =>
                 Object.entries(variants).map(
                   ([variant, about]) => `\n               ${name} --variant ${variant}: ${about}`,
                 ),
               )
               .join("")}`;

/** @returns the process's exit code: 1 if a case failed, 130 after Ctrl-C */
export async function conformance(names: readonly string[], args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string", multiple: true },
      only: { type: "string" },
      seed: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      browser: { type: "boolean", default: false },
      variant: { type: "string" },
      random: { type: "string" },
      fresh: { type: "boolean", default: false },
      anyway: { type: "boolean", default: false },
      again: { type: "boolean", default: false },
    },
  });
  const { runConformance, SUITE_NAMES } = (await import(CONFORMANCE)) as {
    runConformance: typeof RunConformance;
    SUITE_NAMES: typeof SuiteNames;
  };
  const suites = (values.suite as SuiteName[] | undefined) ?? (values.quick ? QUICK_SUITES : SUITE_NAMES);
  const unknown = suites.find((suite) => !SUITE_NAMES.includes(suite));
  if (unknown !== undefined) throw new Error(`--suite ${unknown} is none of ${SUITE_NAMES.join(", ")}`);
  const seed = integer("--seed", values.seed ?? "1");
  const only = values.only === undefined ? {} : { only: values.only };
  const random = values.random === undefined ? {} : { random: integer("--random", values.random) };
  const selection = values.quick ? "quick" : "full";
  const { variant, fresh, anyway, again } = values;
  const reports: ConformanceReport[] = [];
  if (!values.browser) {
    for (const name of ["variant", "random", "fresh", "anyway", "again"] as const) {
      if (values[name] !== undefined && values[name] !== false) throw new Error(`--${name} is for --browser`);
    }
    for (const name of names) {
      if (!isPeerName(name)) throw new Error(`${name} runs only in a browser: add --browser`);
      const report = await inNode(name, runConformance, { suites, seed, selection, ...only });
      reports.push(report);
      console.log([...reportLines(name, report, `pnpm peers ${name} conformance`), ""].join("\n"));
    }
  } else {
    for (const name of names) {
      if (!isBrowserPeerName(name)) {
        throw new Error(`${name} does not run with --browser; use one of ${Object.keys(BROWSER_PEERS).join(", ")}`);
      }
      const report = await inBrowser(name, {
        variant,
        fresh,
        anyway,
        again,
        suites,
        seed,
        selection,
        ...only,
        ...random,
      });
      reports.push(report);
      if (report.left > 0) break;
    }
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, undefined, 2));
  if (reports.some((report) => "left" in report && (report as BrowserReport).left > 0)) return 130;
  return reports.some(({ counts }) => counts.failed > 0) ? 1 : 0;
}

interface Selected {
  readonly suites: readonly SuiteName[];
  readonly seed: number;
  readonly selection: "quick" | "full";
  readonly only?: string;
}

async function inNode(
  name: PeerName,
  runConformance: typeof RunConformance,
  selected: Selected,
): Promise<ConformanceReport> {
  const { default: factory } = (await import(pathToFileURL(await installPeer(name)).href)) as {
    default: () => Promise<Backend>;
  };
  return await runConformance(factory, {
    ...selected,
    onCase: (_, done, total) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${name} ${done}/${total}${done === total ? "\n" : ""}`);
    },
  });
}

interface BrowserSelected extends Selected {
  readonly variant?: string | undefined;
  readonly random?: number;
  readonly fresh: boolean;
  readonly anyway: boolean;
  readonly again: boolean;
}

async function inBrowser(name: BrowserPeerName, values: BrowserSelected): Promise<BrowserReport> {
  const { suites, seed, selection, only, random, variant, fresh, anyway, again } = values;
  const { variants }: BrowserPeer = BROWSER_PEERS[name];
  if (variant !== undefined && !Object.hasOwn(variants, variant)) {
    const known = Object.keys(variants).join(", ") || "none";
    throw new Error(`--variant ${variant} is none of ${name}'s: ${known}`);
  }
  let told = 0;
  const report = await browserConformance(name, {
    suites,
    seed,
    selection,
    only,
    random,
    variant,
    mode: fresh ? "fresh" : anyway ? "anyway" : "continue",
    again,
    onProgress: (done, total, failed) => {
      const line = `${name} ${done}/${total}, ${failed} failed`;
      if (process.stderr.isTTY) process.stderr.write(`\r${line}`);
      else if (Date.now() - told > 30_000) process.stderr.write(`${line}\n`);
      else return;
      told = Date.now();
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const label = report.backend;
  const command = `pnpm peers ${name} conformance --browser${variant === undefined ? "" : ` --variant ${variant}`}`;
  const lines = [...reportLines(label, report, command, MOST_PRINTED), ""];
  for (const finding of report.diagnosis?.findings ?? []) {
    const [rule, ...others] = describeFinding(finding);
    lines.push(`  WHY ${rule}`, ...others.map((line) => `      ${line}`));
  }
  for (const { suite, name: title, problem, message, tries } of report.shrunk) {
    lines.push(`  SMALLEST of ${suite} ${title}, ${tries} tries: ${problem}`, `    ${message}`);
  }
  if (report.left > 0) lines.push("", `  interrupted: ${report.left} cases are left; the same command goes on`);
  lines.push("", `  all results: ${report.file}`, "");
  console.log(lines.join("\n"));
  return report;
}

function integer(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text)) throw new Error(`${option} (${text}) must be an integer from 0`);
  return value;
}

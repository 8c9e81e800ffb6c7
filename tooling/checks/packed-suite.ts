/**
 * Runs the suite on the example backend, from installed packages, in each way of docs/writing-a-backend.md and with the code of that
 * page. Then it runs the suite on a wrong copy of the backend, which must fail in each way. The command runs the quick selection
 * without operations, which the example does not have. The other ways run some cases of each part, because a case is the same in all
 * ways, and the tests run the whole selection on a reference.
 */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { SUITE_NAMES } from "../../packages/conformance/src/suite-names.js";
import { attempt, type Ended, ROOT } from "./workspace.js";

/** The test runner that is installed beside the packages, in this repository's version. */
export const RUNNER = `vitest@${JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).devDependencies.vitest}`;

const GUIDE = join(ROOT, "docs", "writing-a-backend.md");
const EXAMPLE = join(ROOT, "examples", "plain-backend", "backend.js");
/** The most lines of the example, because the guide calls it small. */
const MOST_LINES = 150;
/** The least number of cases. The quick selection has more, so a run with fewer has lost some. */
const LEAST_CASES = 600;
/** The number of cases of each part, from its beginning, for the other ways. */
const SAMPLE = 5;
/** The suites of the example, which has no operations beside convolution. */
const SUITES = SUITE_NAMES.filter((suite) => suite !== "operations");
/** The suite of the wrong copy. One is enough: the form of a failure does not depend on the suite, and many failures take long. */
const SUITE = "exact";
/** The number of its cases, from the beginning. Some have a pad on the left, and some have none. */
const WRONG_SAMPLE = 15;

/** The number of cases of a run, by their outcome. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One of the guide's ways to run the suite. */
interface Way {
  readonly name: string;
  /** The file whose code is in the guide, and a mark by which this code is found. */
  readonly code?: { readonly file: string; readonly mark: string };
  /** Runs the suite. `rest` are more arguments of the command. */
  run(folder: string, rest?: readonly string[]): { readonly ended: Ended; readonly counts: Counts };
}

/** Some of the suite's cases. */
interface Cases {
  readonly selection?: "quick";
  readonly suites?: readonly string[];
  readonly only: readonly string[];
}

const REPORTS = { json: "report.json", junit: "report.xml", html: "report.html" };

const WAYS: readonly Way[] = [
  {
    name: "convene-conformance",
    run(folder, rest = []) {
      const reports = Object.entries(REPORTS).flatMap(([kind, file]) => [`--${kind}`, file]);
      const ended = attempt("npx", ["convene-conformance", "./backend.js", "--no-skips", ...reports, ...rest], folder);
      return { ended, counts: countsOfReports(folder, ended) };
    },
  },
  {
    name: "vitest",
    code: { file: "backend.test.js", mark: `from "vitest"` },
    run(folder) {
      const report = join(folder, "vitest.json");
      const ended = attempt(
        "npx",
        ["vitest", "run", "backend.test.js", "--reporter=json", `--outputFile=${report}`],
        folder,
      );
      const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
      return { ended, counts: { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests } };
    },
  },
  {
    name: "node:test",
    // The file has another name, so that the other runner does not run it.
    code: { file: "backend.node.test.js", mark: `from "node:test"` },
    run(folder) {
      const ended = attempt(process.execPath, ["--test", "--test-reporter=tap", "backend.node.test.js"], folder);
      const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(ended.stdout)?.[1]);
      return { ended, counts: { passed: count("pass"), failed: count("fail"), skipped: count("skipped") } };
    },
  },
  {
    name: "runConformance",
    code: { file: "run.js", mark: "await runConformance(plain)" },
    run(folder) {
      const ended = attempt(process.execPath, ["run.js"], folder);
      const count = (what: string): number => Number(new RegExp(`${what}: (\\d+)`).exec(ended.stdout)?.[1]);
      return { ended, counts: { passed: count("passed"), failed: count("failed"), skipped: count("skipped") } };
    },
  },
];

/** Checks all ways in a folder where the packages and `RUNNER` are installed. @throws Error if a way fails */
export function checkSuite(folder: string): void {
  const example = readFileSync(EXAMPLE, "utf8");
  const lines = example.trimEnd().split("\n").length;
  if (lines >= MOST_LINES) throw new Error(`the example has ${lines} lines; it should have less than ${MOST_LINES}`);
  copyFileSync(EXAMPLE, join(folder, "backend.js"));
  const [command, ...others] = WAYS;
  const whole = checkRight(command!, folder, (passed) => passed > LEAST_CASES);
  process.stdout.write(`${command!.name}: ${whole} cases pass on the example of ${lines} lines\n`);

  const results = resultsOf(folder);
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const namesOf = (suite: string, count: number): readonly string[] =>
    results
      .filter((result) => result.suite === suite)
      .slice(0, count)
      .map(({ name }) => name);
  const only = suites.flatMap((suite) => namesOf(suite, SAMPLE));
  const sample: Cases = { selection: "quick", suites: SUITES, only };
  // If two parts have a case of one name, both count.
  const sampled = results.filter(({ name }) => only.includes(name)).length;
  for (const way of others) {
    writeFileSync(join(folder, way.code!.file), narrowed(codeOfGuide(way.code!.mark), sample));
    checkRight(way, folder, (passed) => passed === sampled);
    process.stdout.write(`${way.name}: ${sampled} cases of ${suites.length} parts pass on it\n`);
  }

  const wrong = join(folder, "wrong");
  mkdirSync(wrong);
  writeFileSync(join(wrong, "backend.js"), broken(example));
  const few: Cases = { suites: [SUITE], only: namesOf(SUITE, WRONG_SAMPLE) };
  const failures = new Set<number>();
  for (const { name, code, run } of WAYS) {
    if (code) writeFileSync(join(wrong, code.file), narrowed(codeOfGuide(code.mark), few));
    const { ended, counts } = run(wrong, ["--suite", SUITE, ...few.only.flatMap((each) => ["--case", each])]);
    // The code around runConformance prints failures, and its exit code is up to its author.
    if ((ended.status !== 1 && name !== "runConformance") || !(counts.failed > 0) || !(counts.passed > 0)) {
      throw new Error(`${name}, on a backend that is wrong: ${inWords(ended, counts)}\n${ended.stderr}`);
    }
    failures.add(counts.failed);
    process.stdout.write(`${name}: ${counts.failed} cases fail on a copy of it that pads the wrong side\n`);
  }
  if (failures.size > 1) throw new Error(`the ways do not agree on how many cases fail: ${[...failures].join(", ")}`);
}

/** The number of cases that pass on the example. @throws Error if a case fails, or if the number is wrong */
function checkRight({ name, run }: Way, folder: string, isRight: (passed: number) => boolean): number {
  const { ended, counts } = run(folder, ["--quick", "--suite", ...SUITES]);
  const { passed, failed, skipped } = counts;
  if (ended.status === 0 && isRight(passed) && failed === 0 && skipped === 0) return passed;
  throw new Error(`${name}, on the example: ${inWords(ended, counts)}\n${ended.stdout.slice(-4000)}${ended.stderr}`);
}

/** The results of the command's JSON report in a folder. */
function resultsOf(folder: string): readonly { readonly suite: string; readonly name: string }[] {
  return JSON.parse(readFileSync(join(folder, REPORTS.json), "utf8")).results;
}

function inWords({ status, signal }: Ended, { passed, failed, skipped }: Counts): string {
  return `${signal ?? `exit code ${status}`}, ${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The example with the wrong sign before the left pad. */
function broken(example: string): string {
  const wrong = example.replace("- p.pl,", "+ p.pl,");
  if (wrong === example) throw new Error("the example has no left pad that could be broken");
  return wrong;
}

/** The only block of JavaScript in the guide with this `mark`. */
function codeOfGuide(mark: string): string {
  const blocks = [...readFileSync(GUIDE, "utf8").matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code!);
  const found = blocks.filter((code) => code.includes(mark));
  if (found.length !== 1) throw new Error(`${found.length} blocks of code in the guide have ${mark}; expected 1`);
  return found[0]!;
}

/** The code of a way, with a list of cases instead of all cases. */
function narrowed(code: string, cases: Cases): string {
  const named = JSON.stringify(cases).slice(1);
  const narrow = code
    .replace(`{ module: "./backend.js" }`, `{ module: "./backend.js", ${named}`)
    .replace("runConformance(plain)", `runConformance(plain, {${named})`);
  if (narrow === code) throw new Error(`the guide's code has no place where cases could be named:\n${code}`);
  return narrow;
}

/** The counts of the JSON report. The other two reports must have the same counts. */
function countsOfReports(folder: string, { stdout }: Ended): Counts {
  const [json, junit, html] = Object.values(REPORTS).map((file) => readFileSync(join(folder, file), "utf8"));
  const { counts, planned, results } = JSON.parse(json!);
  const { passed, failed, skipped } = counts;
  const whole: readonly (readonly [string, boolean])[] = [
    ["the JSON has a result for each case", results.length === planned],
    [
      "the JUnit has the same counts",
      junit!.includes(`tests="${planned}" failures="${failed}" errors="0" skipped="${skipped}"`),
    ],
    ["the JUnit has each case", junit!.split("<testcase ").length - 1 === planned],
    ["the HTML has the same verdict", html!.includes(failed > 0 ? "cases failed" : "conforms")],
    ["the last line has the same counts", stdout.includes(`${failed.toLocaleString("en-US")} failed`)],
  ];
  for (const [what, holds] of whole)
    if (!holds) throw new Error(`of convene-conformance's reports it is not true that ${what}`);
  return { passed, failed, skipped };
}

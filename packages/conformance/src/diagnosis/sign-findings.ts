/** Findings from cases with more than one run: from their messages, and from the set of cases that fail together. */

import type { ConformanceCase } from "../case.js";
import { textOf } from "../problem.js";
import type { CaseResult } from "../run-conformance.js";
import type { SuiteName } from "../suite-names.js";
import type { Finding } from "./diagnosis.js";
import { firstLine, wordsOf } from "./said.js";
import { LEAKS, type Shown, SIGNS, SYNC_DOES_NOT_WAIT } from "./signs.js";

/** The suites. The suite that says most about a fault comes first. */
const ORDER: readonly SuiteName[] = [
  "lifecycle",
  "errors",
  "manifest",
  "known-faults",
  "non-finite",
  "operations",
  "goldens",
  "networks",
];
const MOST_NAMED = 3;

/** @param others whether single problems fail, which makes these cases fail too */
export function signFindings(
  cases: readonly ConformanceCase[],
  results: readonly CaseResult[],
  others: boolean,
): readonly Finding[] {
  const titles = new Map<CaseResult, string>();
  const known = new Map(cases.map((each) => [`${each.suite}\n${each.name}`, each] as const));
  for (const result of results) {
    const [problem] = known.get(`${result.suite}\n${result.name}`)?.problems ?? [];
    const text = problem === undefined ? "" : textOf(problem);
    const rest = result.name.startsWith(text) ? result.name.slice(text.length) : result.name;
    titles.set(result, rest.replace(/^[:,]? */, ""));
  }
  // What single problems say without a result, without the name of the error's class: another case may say it within its own message.
  const said = results
    .filter((result) => result.status === "failed" && !result.mismatch && titles.get(result) === "")
    .map((result) => wordsOf(result).replace(/^\w*Error: /, ""));
  const findings: Finding[] = [];
  for (const suite of ORDER) {
    const own = results.filter((result) => result.suite === suite && titles.get(result) !== "");
    const failed = own.filter((result) => {
      // Single problems show wrong values and exceptions already. A busy machine may make a case exceed its time limit.
      const isShown =
        others &&
        (result.mismatch !== undefined || said.some((words) => words !== "" && wordsOf(result).includes(words)));
      return result.status === "failed" && !isShown && !firstLine(result).startsWith("no answer within");
    });
    if (failed.length === 0 || ((suite === "goldens" || suite === "networks") && (others || findings.length > 0)))
      continue;
    const kinds = new Set(
      failed.flatMap((result) => {
        const [problem] = known.get(`${result.suite}\n${result.name}`)?.problems ?? [];
        return problem && "kind" in problem ? [problem.kind] : [];
      }),
    );
    const of = suite === "operations" && kinds.size > 0 ? ` (${[...kinds].join(", ")})` : "";
    const finding = findingOf(suite, `${suite}${of}`, own, failed, titles);
    // A case about leaks calls `sync`, and then looks at the memory. So nothing is known about leaks if `sync` does not wait.
    const unknown = finding.cause?.startsWith(LEAKS) && findings.some(({ cause }) => cause === SYNC_DOES_NOT_WAIT);
    if (!unknown) findings.push(finding);
  }
  const unanswered = results.filter(
    ({ status, message = "" }) => status === "failed" && /^no answer within|an error outside of any call/.test(message),
  );
  if (unanswered.length > 0) findings.push(unansweredFinding(unanswered, results.length));
  return findings;
}

function findingOf(
  suite: SuiteName,
  what: string,
  own: readonly CaseResult[],
  failed: readonly CaseResult[],
  titles: ReadonlyMap<CaseResult, string>,
): Finding {
  const failedTitles = failed.map((result) => titles.get(result)!);
  const shown: Shown = {
    fails: (part) => failedTitles.some((title) => title.includes(part)),
    only: (...parts) => failedTitles.every((title) => parts.some((part) => title.includes(part))),
    says: (pattern) => failed.some(({ message = "" }) => pattern.test(message)),
    most: 2 * own.filter(({ status }) => status === "failed").length > own.length,
  };
  const counts = new Map<string, { failed: number; all: number }>();
  for (const result of own) {
    const title = titles.get(result)!;
    const count = counts.get(title) ?? { failed: 0, all: 0 };
    count.all++;
    if (failed.includes(result)) count.failed++;
    counts.set(title, count);
  }
  const named = [...counts].filter(([, count]) => count.failed > 0);
  const words = named.slice(0, MOST_NAMED).map(([title, count]) => `"${title}" (${count.failed} of ${count.all})`);
  const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : "";
  const passes = own.filter(({ status }) => status === "passed").length;
  const sign = SIGNS.find((each) => each.suite === suite && each.when(shown));
  // A finding from messages is certain. A finding from the set of failed cases is a guess.
  const isSaid = sign !== undefined && !sign.when({ ...shown, says: () => false });
  // Failures with a message come first, because wrong elements say least.
  const telling = failed.find(({ mismatch }) => !mismatch) ?? failed[0]!;
  const message = telling.message?.split("\n")[0] ?? "no reason given";
  return {
    rule: `${what} fails in ${words.join(", ")}${more}; ${passes} of its ${own.length} cases pass`,
    cause: sign?.cause ?? message,
    ...(sign ? { evidence: `${telling.name}: ${message}` } : {}),
    certain: isSaid && telling.mismatch === undefined,
  };
}

function unansweredFinding(unanswered: readonly CaseResult[], all: number): Finding {
  const [first] = unanswered;
  return {
    rule: `${unanswered.length} of ${all} cases gave no answer, or ended the process`,
    cause: first!.message?.split("\n")[0] ?? "no reason given",
    evidence: `the first: ${first!.suite} ${first!.name}`,
    certain: false,
  };
}

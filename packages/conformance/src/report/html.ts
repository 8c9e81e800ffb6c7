/** The report as one page. The page has no scripts, loads nothing, and is light or dark like the reader's system. */

import type { CaseStatus } from "../case.js";
import type { CaseResult, ConformanceReport } from "../run-conformance.js";
import { describeFirst } from "./describe-failure.js";
import { escapeMarkup as escape } from "./escape.js";
import { describeHistory, rerunLabel } from "./history.js";
import { formatCount, formatDuration, formatRatio, plural } from "./format.js";
import { mismatchPicture } from "./mismatch-picture.js";
import { STYLE } from "./style.js";
import { type Reason, reasonsFor, type ReportDetails, summarizeSuites, type SuiteSummary } from "./summary.js";

/** The most failures with a picture. Failures after the first few are folded. A broken backend has thousands of failures. */
const MOST_PICTURES = 200;
const MOST_OPEN = 5;

const STATUSES = ["passed", "failed", "skipped", "untrusted"] as const satisfies readonly CaseStatus[];

/**
 * A report as one HTML page, which loads nothing: the counts, each failure with its details, and all
 * cases.
 */
export function reportHtml(report: ConformanceReport, details: ReportDetails = {}): string {
  const { backend, device, results } = report;
  const failures = results.filter(({ status }) => status === "failed");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(`${backend}: ${verdictOf(report, details)}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kicker">Convene conformance</p>
<h1>${escape(backend)} <span class="verdict ${toneOf(report, details)}">${escape(verdictOf(report, details))}</span></h1>
<p class="facts">${facts(report)
    .map((fact) => `<span>${escape(fact)}</span>`)
    .join("")}</p>
<p class="device">${escape(device)}</p>
</header>
${details.stopped === undefined ? "" : `<p class="stopped">Stopped before the end: ${escape(details.stopped)}</p>`}
${diagnosisSection(report)}
${tiles(report)}
${suiteTable(summarizeSuites(results))}
${failures.length > 0 ? failureSection(failures, details) : ""}
${reasonSection(
  "Skipped",
  "What the backend says it cannot do, in its own words.",
  reasonsFor("skipped", results, ({ suite }) => suite),
)}
${reasonSection(
  "Untrusted",
  "Agreed, but a wrong result could have agreed too.",
  reasonsFor("untrusted", results, ({ suite }) => suite),
)}
</main>
</body>
</html>
`;
}

function verdictOf({ counts, results }: ConformanceReport, { stopped }: ReportDetails): string {
  if (counts.failed > 0) return `${formatCount(counts.failed)} of ${plural(results.length, "case")} failed`;
  if (stopped !== undefined) return "incomplete";
  return results.length === 0 ? "nothing ran" : `conforms`;
}

function toneOf({ counts, results }: ConformanceReport, { stopped }: ReportDetails): string {
  if (counts.failed > 0) return "failed";
  return stopped !== undefined || results.length === 0 ? "untrusted" : "passed";
}

function facts({ accuracy, seed, results, worstRatio }: ConformanceReport): readonly string[] {
  const milliseconds = results.reduce((total, result) => total + result.milliseconds, 0);
  const bounded = results.some(({ ratio }) => ratio !== undefined);
  return [
    plural(results.length, "case"),
    `accuracy ${accuracy}`,
    `seed ${seed}`,
    ...(bounded ? [`worst error / bound ${formatRatio(worstRatio)}`] : []),
    formatDuration(milliseconds),
  ];
}

function diagnosisSection({ diagnosis }: ConformanceReport): string {
  if (!diagnosis || diagnosis.findings.length === 0) return "";
  const items = diagnosis.findings.map(({ rule, where, cause, evidence, certain, smallest }) => {
    const rows = [
      ["where", where],
      [certain ? "cause" : "likely cause", cause],
      ["evidence", evidence],
      ["smallest", smallest],
    ].flatMap(([term, text]) => (text === undefined ? [] : [`<dt>${term}</dt><dd>${escape(text)}</dd>`]));
    return `<h3>${escape(rule)}</h3><dl>${rows.join("")}</dl>`;
  });
  return `<section><h2>Diagnosis</h2><p class="note">What the failed cases have in common, and what the backend probably does instead.</p>${items.join("\n")}</section>`;
}

function tiles({ counts }: ConformanceReport): string {
  const tile = (status: CaseStatus): string =>
    `<div class="tile ${counts[status] > 0 ? status : "none"}"><strong>${formatCount(counts[status])}</strong><span>${status}</span></div>`;
  return `<section class="tiles">${STATUSES.map(tile).join("")}</section>`;
}

function suiteTable(suites: readonly SuiteSummary[]): string {
  if (suites.length === 0) return "";
  const rows = suites.map(({ suite, cases, counts, worstRatio, milliseconds }) => {
    const bar = STATUSES.filter((status) => counts[status] > 0)
      .map(
        (status) => `<i class="${status}" style="flex-grow:${counts[status]}" title="${counts[status]} ${status}"></i>`,
      )
      .join("");
    const cells = STATUSES.map(
      (status) => `<td class="${counts[status] > 0 ? status : "none"}">${formatCount(counts[status])}</td>`,
    );
    return `<tr><th scope="row">${suite}</th><td class="share"><div class="bar">${bar}</div></td><td>${formatCount(cases)}</td>${cells.join("")}<td>${formatRatio(worstRatio)}</td><td>${formatDuration(milliseconds)}</td></tr>`;
  });
  const heads = ["", "cases", ...STATUSES, "worst error / bound", "time"].map(
    (title) => `<th scope="col">${title}</th>`,
  );
  return `<section><h2>Suites</h2><div class="wide"><table><thead><tr><th scope="col">suite</th>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

function failureSection(failures: readonly CaseResult[], { rerun }: ReportDetails): string {
  const items = failures.map((failure, index) =>
    failureItem(failure, rerun?.(failure), { open: index < MOST_OPEN, picture: index < MOST_PICTURES }),
  );
  const legend = failures.some(({ mismatch }) => mismatch)
    ? `<p class="note">In the pictures, grey is right and red is wrong: the deeper or the taller, the more of the elements there.</p>`
    : "";
  const left =
    failures.length > MOST_PICTURES ? `<p class="note">Only the first ${MOST_PICTURES} have a picture.</p>` : "";
  return `<section><h2>Failures</h2>${legend}${left}${items.join("\n")}</section>`;
}

function failureItem(
  failure: CaseResult,
  rerun: string | undefined,
  { open, picture }: { readonly open: boolean; readonly picture: boolean },
): string {
  const { suite, name, message = "no reason given", mismatch, algorithm, thrown } = failure;
  const history = describeHistory(failure);
  const rows = [
    ...(mismatch ? [["first wrong element", describeFirst(mismatch)]] : []),
    ...(algorithm ? [["algorithm", algorithm]] : []),
    ...(thrown?.call === undefined ? [] : [["thrown by", thrown.call]]),
    ...(history === undefined ? [] : [["history", history]]),
  ].map(([term, text]) => `<dt>${term}</dt><dd>${escape(text!)}</dd>`);
  return `<details${open ? " open" : ""}><summary><span class="suite">${suite}</span> <code>${escape(name)}</code></summary>
<p>${escape(message)}</p>${rows.length > 0 ? `<dl>${rows.join("")}</dl>` : ""}${thrown?.stack === undefined ? "" : `<pre>${escape(thrown.stack)}</pre>`}${mismatch && picture ? mismatchPicture(mismatch) : ""}${rerun === undefined ? "" : `<p class="label">${rerunLabel(failure)}</p><pre>${escape(rerun)}</pre>`}</details>`;
}

function reasonSection(title: string, about: string, reasons: readonly Reason[]): string {
  if (reasons.length === 0) return "";
  const items = reasons.map(
    ({ reason, names }) =>
      `<details><summary>${escape(reason)} <span class="count">${plural(names.length, "case")}</span></summary><ul>${names.map((name) => `<li><code>${escape(name)}</code></li>`).join("")}</ul></details>`,
  );
  return `<section><h2>${title}</h2><p class="note">${about}</p>${items.join("\n")}</section>`;
}

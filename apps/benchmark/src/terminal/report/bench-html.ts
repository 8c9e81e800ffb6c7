/** A comparison as one self-contained HTML file, light and dark. It fetches nothing, and runs no script. */

import { escapeMarkup } from "@convene/conformance/terminal";
import type { Agreement, CompareReport, Figure, WorkloadReport } from "../../engine/compare-report.js";
import { describeEnvironment } from "../../engine/environment.js";
import { rankedBackends } from "../../engine/fold-events.js";
import { formatErrorRatio, formatMilliseconds, formatPercent, formatRate, formatRatio } from "../../engine/format.js";
import { failureWord } from "../../engine/measure/failure.js";
import { describeWarnings, isNoisy } from "../../engine/warnings.js";
import { describeWinner, rank } from "../../engine/winner.js";
import { describeRoofline } from "../roofline/describe-roofline.js";

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--paper:#fff;--card:#f5f7f9;--line:#dde2e8;--bar:#2f7fd1;--best:#1f9d61;--bad:#c62f3b;--warn:#9a6700}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#98a3b0;--paper:#11151a;--card:#1a2027;--line:#2c353f;--bar:#5aa5f0;--best:#4ccb8c;--bad:#ff7b86;--warn:#e3b341}}
*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .25rem}h2{font-size:1.35rem;margin:2.5rem 0 .25rem}h3{font-size:1rem;margin:1.5rem 0 .5rem;color:var(--soft)}
p{margin:.25rem 0}.soft{color:var(--soft)}.winner{font-size:1.25rem;font-weight:650;margin:1rem 0;padding:1rem 1.25rem;border-left:4px solid var(--best);background:var(--card);border-radius:0 .5rem .5rem 0}
.warning{color:var(--warn)}.bad{color:var(--bad)}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
th{font-weight:600;color:var(--soft);text-align:left}th,td{padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap}td.n,th.n{text-align:right}
.row{display:grid;grid-template-columns:minmax(7rem,11rem) 1fr 7rem;gap:.75rem;align-items:center;margin:.35rem 0}.track{height:1.35rem;position:relative;overflow:hidden;background:var(--card);border-radius:.25rem}
.fill{position:absolute;inset:0 auto 0 0;background:var(--bar);border-radius:.25rem}.best .fill{background:var(--best)}.whisker{position:absolute;top:.35rem;bottom:.35rem;border-left:2px solid var(--ink);border-right:2px solid var(--ink);min-width:2px}
.whisker:before{content:"";position:absolute;left:0;right:0;top:50%;border-top:2px solid var(--ink)}pre{font:.85rem/1.25 ui-monospace,monospace;overflow-x:auto}code{font-family:ui-monospace,monospace;font-size:.9em}
@media (max-width:34rem){.row{grid-template-columns:1fr 6rem}.row .track{grid-column:1/-1;grid-row:2}}
`;

export function reportHtml(report: CompareReport): string {
  const { environment, backends, unavailable, workloads, warnings, roofline } = report;
  const title = `Convene: ${workloads.map(({ name }) => name).join(", ")}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeMarkup(workloads.map(({ name }) => name).join(", "))}</h1>
<p class="soft">${escapeMarkup(describeEnvironment(environment))}; Convene ${escapeMarkup(environment.convene)}; ${escapeMarkup(environment.date)}${outcomeWords(report)}</p>
${describeWinner(report)
  .map((sentence) => `<p class="winner">${escapeMarkup(sentence)}</p>`)
  .join("\n")}
${table(
  ["backend", "device", "threads", "start, ms"],
  backends.map(({ name, device, threads, whyNotMore, start, wrong }) => [
    wrong ? `<span class="bad">${escapeMarkup(name)}, wrong</span>` : escapeMarkup(name),
    escapeMarkup(device),
    escapeMarkup(threads === undefined ? "" : `${threads}${whyNotMore ? ` (${whyNotMore})` : ""}`),
    formatMilliseconds(start),
  ]),
  [3],
)}
${unavailable.map(({ name, reason, remedy }) => `<p class="warning">${escapeMarkup(`${name} is unavailable: ${reason}. ${remedy}`)}</p>`).join("\n")}
${describeWarnings(warnings, environment.clockStep)
  .map(
    ({ what, where, advice }) => `<p class="warning">${escapeMarkup(`${what}${where && `: ${where}`}. ${advice}`)}</p>`,
  )
  .join("\n")}
${agreementHtml(report)}
${roofline ? `<p class="soft">${describeRoofline(roofline).map(escapeMarkup).join("<br>")}</p>` : ""}
${workloads.map((workload) => workloadHtml(workload, report)).join("\n")}
</body>
</html>
`;
}

function outcomeWords({ outcome }: CompareReport): string {
  if (outcome === "complete") return "";
  return outcome === "out-of-time" ? "; not all: the time was up" : "; not all: it was stopped";
}

function agreementHtml({ verification, backends }: CompareReport): string {
  const { agreement, verdicts, state } = verification;
  if (state === "skipped") return `<p class="warning">Not verified.</p>`;
  if (agreement.length === 0) return "";
  const names = backends.map(({ name }) => name);
  const cell = (found: Agreement | undefined): string => {
    if (!found) return "";
    const text = found.worst === undefined ? "-" : formatErrorRatio(found.worst);
    return found.disagreed > 0 ? `<span class="bad">${text}</span>` : text;
  };
  const find = (a: string, b?: string): Agreement | undefined =>
    agreement.find((each) => (each.a === a && each.b === b) || (b !== undefined && each.a === b && each.b === a));
  const wrong = verdicts.filter(({ status, b }) => status === "disagrees" && b === undefined).slice(0, 12);
  return `<h3>Largest error over its bound; more than 1 is wrong</h3>
${table(
  ["", "float64 reference", ...names],
  names.map((name) => [
    escapeMarkup(name),
    cell(find(name)),
    ...names.map((other) => (other === name ? "" : cell(find(name, other)))),
  ]),
  names.map((_, index) => index + 1).concat(names.length + 1),
)}
${wrong
  .map(
    ({ a, problem, message = "", map = [] }) =>
      `<p class="bad">${escapeMarkup(`${a} is wrong on ${problem}: ${message}`)}</p>${map.length > 0 ? `<pre>${escapeMarkup(map.join("\n"))}</pre>` : ""}`,
  )
  .join("\n")}`;
}

function workloadHtml(workload: WorkloadReport, report: CompareReport): string {
  const { name, about, layers, network } = workload;
  const ranks = rank(workload, rankedBackends(report));
  const slowest = ranks.at(-1)?.milliseconds ?? 1;
  const bars = ranks.map(({ backend, milliseconds, ratio: { interval } }, at) => {
    const scale = (value: number): string => `${Math.min(100, (100 * value) / slowest / 1.1).toFixed(2)}%`;
    const fastest = ranks[0]!.milliseconds;
    const whisker =
      interval && at > 0
        ? `<span class="whisker" style="left:${scale(interval.low * fastest)};width:${scale((interval.high - interval.low) * fastest)}"></span>`
        : "";
    return `<div class="row${at === 0 ? " best" : ""}"><span>${escapeMarkup(backend)}</span><span class="track"><span class="fill" style="width:${scale(milliseconds)}"></span>${whisker}</span><span>${formatMilliseconds(milliseconds)} ms</span></div>`;
  });
  const rows = [
    ...layers.map((layer) => ({ ...layer, title: layer.problem })),
    ...(network ? [{ ...network, title: "end to end", repeat: 1 }] : []),
  ].flatMap(({ title, repeat, figures, failures }) => [
    ...figures.map((figure, index) => [
      index === 0 ? `<code>${escapeMarkup(title)}</code>` : "",
      index === 0 ? String(repeat) : "",
      ...figureCells(figure),
    ]),
    ...failures.map((failure) => [
      "",
      "",
      escapeMarkup(failure.backend),
      `<span class="bad">${failureWord(failure)}</span>`,
    ]),
  ]);
  return `<h2>${escapeMarkup(name)}</h2>
<p class="soft">${escapeMarkup(about)}</p>
${bars.length > 1 ? `<h3>${network ? "End to end" : "All layers"}, shorter is faster</h3>${bars.join("\n")}` : ""}
${table(["layer", "x", "backend", "ms", "spread", "GFLOP/s", "ratio", "prepare", "first", "as called", "roofline", "algorithm"], rows, [1, 3, 4, 5, 6, 7, 8, 9, 10])}`;
}

function figureCells(figure: Figure): readonly string[] {
  const { backend, median, spread, gflops, ratio, prepare, first, call, share, algorithm = "" } = figure;
  const ms = (value: number | undefined): string => (value === undefined ? "" : formatMilliseconds(value));
  const interval = ratio?.interval;
  const within =
    interval && interval.high > interval.low ? ` (${formatRatio(interval.low)} to ${formatRatio(interval.high)})` : "";
  return [
    escapeMarkup(backend),
    `${formatMilliseconds(median)}${isNoisy(figure) ? ' <span class="warning" title="too noisy to conclude from">?</span>' : ""}`,
    formatPercent(spread, 0),
    formatRate(gflops),
    ratio ? `${formatRatio(ratio.value)}${within}` : "",
    ms(prepare),
    ms(first),
    ms(call?.median),
    share === undefined ? "" : formatPercent(share, 0),
    escapeMarkup(algorithm),
  ];
}

/** @param cells HTML already @param numbers columns that stand to the right */
function table(head: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[]): string {
  const kind = (index: number): string => (numbers.includes(index) ? ' class="n"' : "");
  const line = (cells: readonly string[]): string =>
    `<tr>${head.map((_, index) => `<td${kind(index)}>${cells[index] ?? ""}</td>`).join("")}</tr>`;
  return `<div class="scroll"><table><thead><tr>${head.map((title, index) => `<th scope="col"${kind(index)}>${escapeMarkup(title)}</th>`).join("")}</tr></thead><tbody>
${rows.map(line).join("\n")}
</tbody></table></div>`;
}

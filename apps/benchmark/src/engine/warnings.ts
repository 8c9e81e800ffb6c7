/** The reasons for doubt about a figure, each with advice. */

import { CONFIDENCE, medianInterval } from "./statistics.js";
import type {
  BackendReport,
  CompareReport,
  Environment,
  Failure,
  Figure,
  Warning,
  WarningKind,
} from "./compare-report.js";
import { WARNING_KINDS } from "./compare-report.js";
import { enumerate, formatMilliseconds, plural } from "./format.js";

/** The largest width of the middle half of the samples, as a share of the median. */
const MOST_SPREAD = 0.2;
/** Milliseconds. A clock with longer steps is coarse: it needs long samples, and gives wide intervals. */
const COARSE = 0.05;
/** The number of places that a warning names. */
const SHOWN = 2;

/** Whether a figure allows no conclusion: its median has no interval, or its spread is too wide. */
export function isNoisy({ samples, spread }: Pick<Figure, "samples" | "spread">): boolean {
  return medianInterval(samples, CONFIDENCE) === undefined || spread > MOST_SPREAD;
}

/** @param subject a problem's string, or `"end to end"` */
export function figureWarnings(subject: string, { backend, samples, spread }: Figure): readonly Warning[] {
  if (medianInterval(samples, CONFIDENCE) === undefined) return [{ kind: "few-samples", subject, backend }];
  return spread > MOST_SPREAD ? [{ kind: "noisy", subject, backend }] : [];
}

function failureWarning(subject: string, { backend, kind }: Failure): Warning {
  return { kind: kind === "unsupported" || kind === "wrong" ? kind : "failed", subject, backend };
}

export function environmentWarnings({ clockStep, isolated }: Environment): readonly Warning[] {
  return [
    ...(clockStep > COARSE ? [{ kind: "coarse-timer" as const }] : []),
    ...(isolated === false ? [{ kind: "not-isolated" as const }] : []),
  ];
}

export function backendWarnings({ name, adapter }: BackendReport): readonly Warning[] {
  return adapter?.software ? [{ kind: "software-adapter", backend: name }] : [];
}

/** All warnings about the contents of a report. */
export function reportWarnings({ environment, backends, workloads }: CompareReport): readonly Warning[] {
  const rows = workloads.flatMap(({ layers, network }) => [
    ...layers.map(({ problem, figures, failures }) => ({ subject: problem, figures, failures })),
    ...(network ? [{ subject: "end to end", figures: network.figures, failures: network.failures }] : []),
  ]);
  return [
    ...environmentWarnings(environment),
    ...backends.flatMap(backendWarnings),
    ...rows.flatMap(({ subject, figures, failures }) => [
      ...figures.flatMap((figure) => figureWarnings(subject, figure)),
      ...failures.map((failure) => failureWarning(subject, failure)),
    ]),
  ];
}

interface Words {
  readonly what: string;
  readonly advice: string;
}

const TEXTS: Record<WarningKind, (count: number, clockStep: number) => Words> = {
  "few-samples": (count) => ({
    what: `${plural(count, "figure")} from too few samples for an interval, because a run takes longer than the budget`,
    advice: "Give each layer more time (--time <ms>).",
  }),
  noisy: (count) => ({
    what: `${plural(count, "figure")} with a spread of more than ${100 * MOST_SPREAD} %`,
    advice: "Close other programs, or measure longer (--time <ms>); ratios suffer less than times.",
  }),
  "coarse-timer": (_, step) => ({
    what: `the clock has steps of ${formatMilliseconds(step)} ms, so samples are long and intervals wide`,
    advice: "A page with isolation headers has a finer clock. Or measure longer (--time <ms>).",
  }),
  "software-adapter": () => ({
    what: "the graphics adapter is a driver in software",
    advice: "Its figures say nothing of a graphics processor. Check that hardware acceleration is on.",
  }),
  "not-isolated": () => ({
    what: "the page is not isolated, so there is no shared memory, and one thread",
    advice: "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
  }),
  background: () => ({
    what: "the page was in the background while it measured, where browsers slow everything down",
    advice: "Leave the tab in front, and measure again.",
  }),
  "power-saving": () => ({
    what: "the machine saves power, which lowers its clock",
    advice: "Plug it in, or turn power saving off, and measure again.",
  }),
  unsupported: (count) => ({
    what: `${plural(count, "figure")} missing, because the backend cannot do that`,
    advice: "Its geometric means are over the layers that it has; compare ratios, not means.",
  }),
  failed: (count) => ({
    what: `${plural(count, "figure")} missing, because the backend failed`,
    advice: "That backend has no sum over all layers.",
  }),
  wrong: (count) => ({
    what: `${plural(count, "figure")} missing, because the backend is wrong`,
    advice: "What is wrong has no speed. The errors above say where.",
  }),
};

/** A line for each kind of warning: its words, the first few places, and advice. */
export function describeWarnings(
  warnings: readonly Warning[],
  clockStep = 0,
): readonly (Words & { readonly kind: WarningKind; readonly where: string })[] {
  return WARNING_KINDS.flatMap((kind) => {
    const found = warnings.filter((warning) => warning.kind === kind);
    if (found.length === 0) return [];
    const places = [
      ...new Set(found.map(({ subject, backend }) => [backend, subject].filter(Boolean).join(" "))),
    ].filter((place) => place !== "");
    const shown = places.slice(0, SHOWN);
    const where = enumerate(places.length > SHOWN ? [...shown, `${places.length - SHOWN} more`] : shown);
    return [{ kind, ...TEXTS[kind](found.length, clockStep), where }];
  });
}

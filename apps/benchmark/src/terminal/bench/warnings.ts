/** What can make a figure doubtful: a closed list, each with advice. */

import { enumerate, plural } from "../../engine/format.js";
import type { Summary } from "../../engine/statistics.js";
import { ENOUGH_SAMPLES } from "../../engine/measure/measure.js";

export const WARNING_KINDS = ["few-samples", "noisy", "unsupported", "failed"] as const;
export type WarningKind = (typeof WARNING_KINDS)[number];

export interface Warning {
  readonly kind: WarningKind;
  /** The layer's string, or what else was timed. */
  readonly subject: string;
  readonly backend: string;
}

/** The middle half of the samples may be this wide, as a share of the median. */
const MOST_SPREAD = 0.2;
/** Places that a warning names. */
const SHOWN = 2;

const TEXTS: Record<WarningKind, (count: number) => { readonly what: string; readonly advice: string }> = {
  "few-samples": (count) => ({
    what: `${plural(count, "figure")} from fewer than ${ENOUGH_SAMPLES} samples, because a run takes longer than the budget`,
    advice: "Give it more with --time <ms>.",
  }),
  noisy: (count) => ({
    what: `${plural(count, "figure")} with a spread of more than ${100 * MOST_SPREAD} %`,
    advice: "Close other programs, or measure longer with --time <ms>; ratios suffer less than times.",
  }),
  unsupported: (count) => ({
    what: `${plural(count, "figure")} missing, because the backend cannot do that`,
    advice: "Its geometric means leave out the layers that it does not support; compare ratios, not means.",
  }),
  failed: (count) => ({
    what: `${plural(count, "figure")} missing, because the backend failed`,
    advice: "That backend has no sum over all layers.",
  }),
};

export function warningsFor(
  subject: string,
  backend: string,
  samples: readonly number[],
  summary: Summary,
): readonly Warning[] {
  const found: Warning[] = [];
  if (samples.length < ENOUGH_SAMPLES) found.push({ kind: "few-samples", subject, backend });
  else if (summary.spread > MOST_SPREAD) found.push({ kind: "noisy", subject, backend });
  return found;
}

/** For each kind that occurred: what, the first few places, and advice. */
export function describeWarnings(
  warnings: readonly Warning[],
): readonly (readonly [what: string, where: string, advice: string])[] {
  return WARNING_KINDS.flatMap((kind) => {
    const places = warnings
      .filter((warning) => warning.kind === kind)
      .map(({ subject, backend }) => `${backend} ${subject}`);
    if (places.length === 0) return [];
    const { what, advice } = TEXTS[kind](places.length);
    const shown = places.slice(0, SHOWN);
    return [
      [what, enumerate(places.length > SHOWN ? [...shown, `${places.length - SHOWN} more`] : shown), advice] as const,
    ];
  });
}

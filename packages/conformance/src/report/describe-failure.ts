/** A failure in lines of text: the fault, the place that threw, the wrong elements, the command that repeats it. */

import { drawMismatch, type Mismatch, showNumber } from "../mismatch.js";
import type { CaseResult } from "../run-conformance.js";
import { describeThrown } from "../thrown.js";
import { describeHistory, rerunLabel } from "./history.js";

/** The parts of a result that the description of a failure needs. */
export type FailedCase = Pick<CaseResult, "message" | "mismatch" | "algorithm" | "thrown" | "alone" | "after">;

/** The lines below a failed case's name. */
export function describeFailure(result: FailedCase, rerun: string | undefined): readonly string[] {
  const { message = "no reason given", mismatch, algorithm, thrown } = result;
  const lines = message.split("\n");
  if (thrown) lines.push(...describeThrown(thrown));
  if (mismatch) {
    // The message has the number of wrong elements.
    lines.push(`first wrong  ${describeFirst(mismatch)}`);
    const channels = drawCounts(mismatch.byAxis.c, elements(mismatch) / mismatch.shape[1]);
    if (channels !== undefined) lines.push(`channels     ${channels}`);
    drawMismatch(mismatch).forEach((line, row) => lines.push(`${row === 0 ? "plane" : ""}`.padEnd(13) + line));
  }
  if (algorithm) lines.push(`algorithm    ${algorithm}`);
  const history = describeHistory(result);
  if (history !== undefined) lines.push(`history      ${history}`);
  if (rerun !== undefined) lines.push(`${rerunLabel(result).padEnd(13)}${rerun}`);
  return lines;
}

/** `[n 0, c 2, h 1, w 0]: got 5, expected 6, bound 0`. */
export function describeFirst({ at, actual, expected, bound }: Mismatch): string {
  return `[n ${at[0]}, c ${at[1]}, h ${at[2]}, w ${at[3]}]: got ${showNumber(actual)}, expected ${showNumber(expected)}, bound ${bound === 0 ? "0" : bound.toPrecision(3)}`;
}

function elements({ shape }: Mismatch): number {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

/** The most marks. For more channels there are only words. */
const MOST_DRAWN = 80;

/** Channels as marks: `.` if all elements are right, `+` if some are wrong, `#` if all are wrong. */
function drawCounts(counts: readonly number[], whole: number): string | undefined {
  if (counts.length < 2 || counts.length > MOST_DRAWN) return undefined;
  return counts.map((count) => (count === 0 ? "." : count === whole ? "#" : "+")).join("");
}

/**
 * Shows a running comparison on stderr: in a terminal a table that is redrawn in place, in a pipe a line for each layer. It only uses
 * the engine's events.
 */

import type { CompareEvent } from "../../engine/compare-events.js";
import type { CompareReport, Figure, LayerReport, NetworkReport } from "../../engine/compare-report.js";
import { formatMilliseconds, plural } from "../../engine/format.js";
import { failureWord } from "../../engine/measure/failure.js";
import { isNoisy } from "../../engine/warnings.js";
import { type Colors, visibleLength } from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { textBar } from "../report/text-bar.js";
import { NOISY_MARK } from "./bench-table.js";

export interface Live {
  /** @param report the report of all events so far */
  event(event: CompareEvent, report: CompareReport): void;
  /** Removes the table from the terminal, and shows the cursor again. A second call does nothing. */
  stop(): void;
}

export function createLive(io: Io): Live {
  return io.interactive ? liveTable(io) : liveLines(io);
}

function liveLines(io: Io): Live {
  let verifying = false;
  return {
    event(event, report) {
      if (event.type === "progress" && event.phase === "verify" && !verifying) {
        verifying = true;
        io.stderr.write(
          `verifying ${plural(event.total, "problem")}, then timing; about ${timeWords(event.remaining)}\n`,
        );
      }
      if ((event.type !== "layer" && event.type !== "network") || !event.final) return;
      const [done, total] = stepsOf(report);
      const result = event.type === "layer" ? event.layer : event.network;
      const label = event.type === "layer" ? event.layer.problem : "end to end";
      const at = event.type === "layer" ? `[${String(done).padStart(String(total).length)}/${total}] ` : "";
      io.stderr.write(`${at}${label}: ${briefly(result)}\n`);
    },
    stop: () => undefined,
  };
}

function stepsOf(report: CompareReport): readonly [done: number, total: number] {
  return [
    report.workloads.reduce((sum, { layers }) => sum + layers.length, 0),
    report.workloads.reduce((sum, { distinctLayers }) => sum + distinctLayers, 0),
  ];
}

function briefly({ figures, failures }: Pick<LayerReport | NetworkReport, "figures" | "failures">): string {
  return [
    ...figures.map((figure) => `${figure.backend} ${timeCell(figure)}`),
    ...failures.map((failure) => `${failure.backend} ${failureWord(failure)}`),
  ].join(", ");
}

function timeCell(figure: Figure): string {
  return `${formatMilliseconds(figure.median)}${isNoisy(figure) ? NOISY_MARK : ""} ms`;
}

/** `40 s left`, or an empty text if the time is not known. */
function timeWords(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return "";
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 100 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`;
}

/** Milliseconds between two drawings. The table moves, and the drawings do not disturb the measurement. */
const REDRAW_EVERY = 120;
const BAR = 20;

function liveTable(io: Io): Live {
  const { stderr, colors } = io;
  let drawn = 0;
  let last = -Infinity;
  let stopped = false;
  let state = { phase: "open", done: 0, total: 1, label: "", remaining: undefined as number | undefined };
  let rows: readonly (readonly [label: string, result: Pick<LayerReport, "figures" | "failures">])[] = [];
  const erase = (): string => (drawn === 0 ? "" : `\u001b[${drawn}A\u001b[0J`);
  const draw = (): void => {
    const { columns, rows: height } = io.size();
    const lines = liveFrame(state, rows, { columns, rows: Math.max(4, Math.min(height - 2, 24)) }, colors);
    stderr.write(`${erase()}${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  stderr.write("\u001b[?25l");
  return {
    event(event) {
      if (stopped) return;
      if (event.type === "progress") {
        const { phase, done, total, label, remaining } = event;
        state = { phase, done, total, label, remaining };
      } else if (event.type === "layer" || event.type === "network") {
        const result = event.type === "layer" ? event.layer : event.network;
        const label = event.type === "layer" ? event.layer.problem : "end to end";
        rows = [...rows.filter(([other]) => other !== label), [label, result]];
      } else return;
      const now = performance.now();
      if (now - last < REDRAW_EVERY) return;
      last = now;
      draw();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      stderr.write(`${erase()}\u001b[?25h`);
    },
  };
}

const PHASE_WORDS: Readonly<Record<string, string>> = {
  open: "opening",
  roofline: "measuring the machine",
  verify: "verifying",
  time: "timing",
};

/** The lines for a terminal of this size: the progress, then the latest layers with a bar for each backend. Exported for tests. */
export function liveFrame(
  {
    phase,
    done,
    total,
    label,
    remaining,
  }: {
    readonly phase: string;
    readonly done: number;
    readonly total: number;
    readonly label: string;
    readonly remaining?: number | undefined;
  },
  rows: readonly (readonly [label: string, result: Pick<LayerReport, "figures" | "failures">])[],
  size: { readonly columns: number; readonly rows: number },
  colors: Colors,
): readonly string[] {
  const share = total === 0 ? 0 : done / total;
  const bar = textBar(share, BAR).padEnd(BAR, "░");
  const left = remaining === undefined ? "" : `  ${timeWords(remaining)}`;
  const head = cut(`${PHASE_WORDS[phase] ?? phase}  ${bar}  ${done}/${total}${left}  ${label}`, size.columns - 1);
  const blocks = rows.map(([name, { figures, failures }]) => {
    const width = Math.max(
      0,
      ...figures.map(({ backend }) => backend.length),
      ...failures.map((f) => f.backend.length),
    );
    const slowest = Math.max(...figures.map(({ median }) => median));
    const fastest = Math.min(...figures.map(({ median }) => median));
    return [
      cut(colors.bold(name), size.columns - 1),
      ...figures.map((figure) => {
        const text = textBar(figure.median / slowest, BAR);
        const painted = figure.median === fastest ? colors.green(text) : colors.cyan(text);
        return cut(`  ${figure.backend.padEnd(width)}  ${timeCell(figure).padStart(12)}  ${painted}`, size.columns - 1);
      }),
      ...failures.map((failure) =>
        cut(
          `  ${failure.backend.padEnd(width)}  ${colors.yellow(failureWord(failure).padStart(12))}`,
          size.columns - 1,
        ),
      ),
    ];
  });
  const shown: string[] = [];
  for (const block of [...blocks].reverse()) {
    if (shown.length + block.length > size.rows - 1) break;
    shown.unshift(...block);
  }
  return [head, ...shown];
}

/** Cuts a line to the width. A longer line would become two in the terminal, and the next drawing would begin too low. */
function cut(line: string, width: number): string {
  if (visibleLength(line) <= width) return line;
  let kept = "";
  let length = 0;
  // oxlint-disable-next-line no-control-regex -- colours are control characters
  for (const [part, color] of line.matchAll(/(\u001b\[\d+m)|[^\u001b]/gu)) {
    if (color === undefined && ++length > width - 1) break;
    kept += part;
  }
  // oxlint-disable-next-line no-control-regex -- as above
  return `${kept}…${/\u001b\[/.test(kept) ? "\u001b[39m\u001b[22m" : ""}`;
}

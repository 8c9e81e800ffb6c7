/** A bar on a terminal that says how far something long is, and what it is at. */

export interface ProgressBar {
  /** Says what comes next. */
  begin(label: string): void;
  /** One step is done. */
  advance(failed?: boolean): void;
  /** Prints what is not the bar. */
  print(text: string): void;
  /** Takes the bar away for good. Calling it again does nothing. */
  stop(): void;
}

const WIDTH = 24;
/** Milliseconds between two drawings; most steps take less. */
const PAUSE = 60;

/**
 * @param terminal what it is drawn on
 * @param columns how wide that is
 * @param total how many steps there are
 */
export function progressBar(terminal: { write(text: string): unknown }, columns: number, total: number): ProgressBar {
  let [done, failed, label, drawn] = [0, 0, "", -Infinity];
  let stopped = false;
  let later: ReturnType<typeof setTimeout> | undefined;
  const clear = (): void => {
    clearTimeout(later);
    later = undefined;
    terminal.write("\r\u001b[2K");
  };
  const draw = (): void => {
    clearTimeout(later);
    later = undefined;
    drawn = performance.now();
    const full = Math.round((WIDTH * done) / Math.max(1, total));
    const counts = `${done}/${total}${failed > 0 ? `, ${failed} failed` : ""}`;
    const text = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}  ${counts}  ${label}`;
    terminal.write(`\r${text.slice(0, columns - 1)}\u001b[K`);
  };
  /** At once if the last drawing is old enough, else a little later: where a step hangs, the bar must name that one. */
  const soon = (): void => {
    if (stopped) return;
    const wait = PAUSE - (performance.now() - drawn);
    if (wait <= 0) draw();
    else later ??= setTimeout(draw, wait);
  };
  draw();
  return {
    begin(next) {
      label = next;
      soon();
    },
    advance(isFailure = false) {
      done++;
      if (isFailure) failed++;
      soon();
    },
    print(text) {
      if (!stopped) clear();
      terminal.write(text);
      if (!stopped && text.endsWith("\n")) draw();
    },
    stop() {
      if (!stopped) clear();
      stopped = true;
    },
  };
}

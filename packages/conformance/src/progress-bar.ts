/** A progress bar on a terminal. */

/** A bar that shows the number of finished steps, and the current step. */
export interface ProgressBar {
  /** Shows the label of the next step. */
  begin(label: string): void;
  /** Notes that one step is done. */
  advance(failed?: boolean): void;
  /** Prints other text above the bar. */
  print(text: string): void;
  /** Removes the bar. A second call does nothing. */
  stop(): void;
}

const WIDTH = 24;
/** Milliseconds between two drawings; most steps take less. */
const PAUSE = 60;

/**
 * Draws a progress bar.
 *
 * @param terminal the stream of the terminal
 * @param columns the terminal's width in characters
 * @param total the number of steps
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
  /** Draws at once if the last drawing is old enough, otherwise a little later, so that the bar names a step that hangs. */
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

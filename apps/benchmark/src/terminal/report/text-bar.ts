/** Bars of block characters, to an eighth of a column. Pure. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** @param share the filled share of `width`, from 0 to 1. A share above 0 is always visible */
export function textBar(share: number, width: number): string {
  const eighths = Math.min(8 * width, Math.max(share > 0 ? 1 : 0, Math.round(8 * width * share)));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

/** Bars of block characters, to an eighth of a column. Pure. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** @param share of `width`, from 0 to 1; what is more than nothing shows */
export function textBar(share: number, width: number): string {
  const eighths = Math.min(8 * width, Math.max(share > 0 ? 1 : 0, Math.round(8 * width * share)));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

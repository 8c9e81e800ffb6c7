/** Wraps sentences for a terminal. Lines end between two words. */

// oxlint-disable-next-line no-control-regex -- colours are control characters
const COLOR = /\u001b\[\d+m/g;

/** The number of columns of a line. Colour codes take none. */
export function visibleLength(line: string): number {
  return line.replace(COLOR, "").length;
}

/**
 * `text` in lines of at most `width` columns. The lines after the first are indented by `indent` columns. A longer word, such
 * as a problem's string, stays whole. Without a width there is one line.
 */
export function wrap(text: string, width: number | undefined, indent = 0): readonly string[] {
  if (width === undefined || visibleLength(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const [, gap = "", word = ""] of text.matchAll(/( *)([^ ]+)/g)) {
    if (line !== "" && visibleLength(line) + gap.length + visibleLength(word) > width) {
      lines.push(line);
      line = " ".repeat(indent) + word;
    } else {
      line += gap + word;
    }
  }
  return [...lines, line];
}

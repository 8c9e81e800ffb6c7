/** Colours of a terminal's text. */

/** Puts text between two codes, or leaves the text as it is. */
export type Paint = (text: string) => string;

/** The styles of text on a terminal. */
export interface Colors {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** Styles that write codes, or, if not `enabled`, leave text as it is. */
export function createColors(enabled: boolean): Colors {
  const paint = (open: number, close: number): Paint => {
    const [begin, end] = [`\u001b[${open}m`, `\u001b[${close}m`];
    // If dim text ends inside bold text, the text after it must still be bold.
    return (text) => (enabled ? begin + text.replaceAll(end, end + begin) + end : text);
  };
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

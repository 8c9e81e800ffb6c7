/** Colours of a terminal's text. */

/** Puts text between two codes, or leaves it as it is. */
export type Paint = (text: string) => string;

/** What text may look like on a terminal. */
export interface Colors {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** Text with codes, or without. */
export function createColors(enabled: boolean): Colors {
  const paint = (open: number, close: number): Paint => {
    const [begin, end] = [`\u001b[${open}m`, `\u001b[${close}m`];
    // What ends inside, such as dim text in bold text, must not end what is around it.
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

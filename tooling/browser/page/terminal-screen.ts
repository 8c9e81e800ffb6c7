/** The screen of a terminal after some output: lines, colours, and a cursor that goes up and erases. Pure. */

/** One piece of a line in one style. */
export interface Piece {
  readonly text: string;
  /** Names such as `bold` and `green`. */
  readonly styles: readonly string[];
}

type Styles = ReadonlySet<string>;
interface Cell {
  readonly character: string;
  readonly styles: Styles;
}

/** Styles by the numbers of SGR: those that begin a style, and those that end one. */
const ON: Readonly<Record<string, string>> = { 1: "bold", 2: "dim", 31: "red", 32: "green", 33: "yellow", 36: "cyan" };
const OFF: Readonly<Record<string, readonly string[]>> = {
  0: Object.values(ON),
  22: ["bold", "dim"],
  39: ["red", "green", "yellow", "cyan"],
};

/** @throws Error for a sequence that the command does not use */
export function terminalScreen(written: string): readonly (readonly Piece[])[] {
  const lines: Cell[][] = [[]];
  let [row, column] = [0, 0];
  let styles: Styles = new Set();
  // oxlint-disable-next-line no-control-regex -- terminals use control characters
  for (const [part, parameter, command] of written.matchAll(/\u001b\[([?\d]*)([A-Za-z])|[^\u001b]/gu)) {
    if (command === "m") styles = changed(styles, parameter!);
    else if (command === "A") row = Math.max(0, row - Number(parameter));
    else if (command === "J") {
      lines.length = row + 1;
      lines[row]!.length = Math.min(lines[row]!.length, column);
    } else if (command === "h" || command === "l") {
      // These sequences show and hide the cursor.
    } else if (command !== undefined) throw new Error(`${JSON.stringify(part)} is not known to terminal-screen.ts`);
    else if (part === "\n") {
      row++;
      lines[row] ??= [];
    } else if (part === "\r") column = 0;
    else lines[row]![column++] = { character: part, styles };
  }
  return lines.map(piecesOf);
}

function changed(styles: Styles, number: string): Styles {
  const on = ON[number];
  if (on !== undefined) return new Set([...styles, on]);
  const off = OFF[number === "" ? "0" : number];
  if (!off) throw new Error(`the style ${number} is not known to terminal-screen.ts`);
  return new Set([...styles].filter((style) => !off.includes(style)));
}

function piecesOf(cells: readonly Cell[]): readonly Piece[] {
  const pieces: { text: string; styles: readonly string[] }[] = [];
  let last: Styles | undefined;
  for (const { character, styles } of cells) {
    if (styles === last) pieces.at(-1)!.text += character;
    else pieces.push({ text: character, styles: [...styles] });
    last = styles;
  }
  return pieces;
}

/** The screen as HTML: each line on its own, with a class for each style. */
export function screenHtml(screen: readonly (readonly Piece[])[]): string {
  const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return screen
    .map((line) =>
      line
        .map(({ text, styles }) =>
          styles.length === 0 ? escape(text) : `<span class="${styles.join(" ")}">${escape(text)}</span>`,
        )
        .join(""),
    )
    .join("\n");
}

/** The table of environments, as docs/environments.md has it. */

export const COLUMNS = ["cpu", "worker-threads", "gpu"] as const;

/** The result of each backend: "ok", "refused: ... Remedy: ...", or "FAILED: ...". */
export type Cells = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A row: an environment and its results. */
export interface Row {
  readonly name: string;
  readonly cells: Cells;
}

const FAILED = "FAILED";

/** The cells of a program that did not reach its end. */
export function failedCells(error: unknown): Cells {
  const text = `${FAILED}: ${error instanceof Error ? error.message : String(error)}`;
  return { cpu: text, "worker-threads": text, gpu: text };
}

/** The faults of the rows: empty cells and failed cells. */
export function faultsOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ name, cells }) =>
    COLUMNS.filter((column) => !cells[column] || cells[column].startsWith(FAILED)).map(
      (column) => `${name}, ${column}: ${cells[column] || "an empty cell"}`,
    ),
  );
}

/** The table as Markdown. A refusal is a number in its cell and a line below the table, because the texts are long, and many are the same. */
export function markdown(rows: readonly Row[]): string {
  const refusals: string[] = [];
  const cell = (text: string): string => {
    if (text === "ok") return text;
    if (!refusals.includes(text)) refusals.push(text);
    return `${text.startsWith(FAILED) ? FAILED : "refused"} [${refusals.indexOf(text) + 1}]`;
  };
  const table = [
    ["environment", ...COLUMNS],
    ["---", ...COLUMNS.map(() => "---")],
    ...rows.map(({ name, cells }) => [name, ...COLUMNS.map((column) => cell(cells[column]))]),
  ];
  const widths = table[0]!.map((_, at) => Math.max(...table.map((line) => line[at]!.length)));
  const lines = table.map(
    (line, at) =>
      `| ${line.map((text, column) => (at === 1 ? "-".repeat(widths[column]!) : text.padEnd(widths[column]!))).join(" | ")} |`,
  );
  const notes = refusals.map((text, at) => `${at + 1}. ${text.replaceAll("\n", " ").replaceAll("*", "\\*")}`);
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

/** The part of a cell that is our own text. The engine's message in parentheses changes with the version of the engine. */
function ownText(cell: string): string {
  const [reason = "", remedy = ""] = cell.split("Remedy: ");
  return `${reason.split(" (")[0]!.trim()} ${remedy}`.replaceAll("\\*", "*").trim();
}

/** The cells of `rows` that a document with this table does not have, beside an engine's own messages. */
export function outdated(document: string, rows: readonly Row[]): string[] {
  const notes = new Map([...document.matchAll(/^(\d+)\. (refused: .+)$/gm)].map(([, number, text]) => [number, text]));
  const documented = new Map(
    [...document.matchAll(/^\| (.+) \|$/gm)].map(([, line]) => {
      const [name = "", ...cells] = line!.split(" | ").map((cell) => cell.trim());
      return [name, cells.map((cell) => notes.get(/\[(\d+)\]$/.exec(cell)?.[1]) ?? cell)];
    }),
  );
  return rows.flatMap(({ name, cells }) =>
    COLUMNS.flatMap((column, at) => {
      const said = documented.get(name)?.[at] ?? "no row";
      return ownText(said) === ownText(cells[column]) ? [] : [`${name}, ${column}: the document has ${said}`];
    }),
  );
}

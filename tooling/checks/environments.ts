/**
 * `pnpm environments`: packs the published packages, installs them beside each runtime, bundler, test runner and page, and runs a tiny
 * program there. The result is a table of what runs where, without an empty cell. `--quick` runs the half that CI runs, and `--write`
 * puts the table into docs/environments.md. Other words select the environments whose names contain one of them. The program fails if
 * a backend neither works nor is refused as expected, and if docs/environments.md has another result.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ENTRIES } from "./environments/bundlers.js";
import { type Environment, ENVIRONMENTS, MARK } from "./environments/list.js";
import { closePages } from "./environments/pages.js";
import { type Cells, COLUMNS, failedCells, faultsOf, markdown, outdated, type Row } from "./environments/table.js";
import { withInstalled } from "./installed.js";
import { fail, ROOT } from "./workspace.js";

const PROGRAM = join(ROOT, "tooling", "checks", "packed", "program.js");
const DOCUMENT = join(ROOT, "docs", "environments.md");
const BEGIN = "<!-- pnpm environments --write -->";
const END = "<!-- end -->";

/** The driver in software of Debian's Chromium, for WebGPU in Node. The environment may name another driver. */
const SOFTWARE_DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

const ENTRY_NODE = `import { tryBackends } from "./program.mjs";
tryBackends().then((cells) => console.log("${MARK}" + JSON.stringify(cells)));\n`;

const ENTRY_PAGE = `import { tryBackends } from "./program.mjs";
const send = (path, content) => fetch(path, { method: "POST", body: JSON.stringify(content) });
async function run() {
  try {
    const options = location.search === "?js" ? { cpu: { kernels: "js" } } : {};
    await send("/report", await tryBackends(options));
    await send("/end", {});
  } catch (error) {
    await send("/error", { message: String(error) });
  }
}
run();\n`;

function writePrograms(folder: string): void {
  const program = readFileSync(PROGRAM, "utf8");
  writeFileSync(join(folder, "program.mjs"), program);
  const required = program
    .replaceAll(/^import (\{[^}]+\}) from ("[^"]+");$/gm, "const $1 = require($2);")
    .replace("export async function tryBackends", "exports.tryBackends = tryBackends;\nasync function tryBackends");
  writeFileSync(join(folder, "program.cjs"), required);
  writeFileSync(join(folder, ENTRIES.node), ENTRY_NODE);
  writeFileSync(join(folder, ENTRIES.web), ENTRY_PAGE);
}

async function rowOf({ name, run, refused }: Environment, folder: string): Promise<Row> {
  const cells = await Promise.resolve()
    .then(() => run(folder))
    .then((said) => judged(withoutFolder(said, folder), refused), failedCells);
  for (const column of COLUMNS) process.stdout.write(`${name}, ${column}: ${cells[column]}\n`);
  return { name, cells };
}

/** The cells without the name of the folder, so that they are the same on every machine and in every run. */
function withoutFolder(said: Cells, folder: string): Cells {
  const clean = (column: (typeof COLUMNS)[number]): string => said[column]?.replaceAll(folder, "") ?? "";
  return { cpu: clean("cpu"), "worker-threads": clean("worker-threads"), gpu: clean("gpu") };
}

/** The cells, with a failure for each cell that is not as expected. */
function judged(said: Cells, refused: Environment["refused"] = {}): Cells {
  const judge = (column: (typeof COLUMNS)[number]): string => {
    const text = said[column];
    const wanted = refused[column];
    const right = wanted ? wanted.test(text) : text === "ok";
    return right || text.startsWith("FAILED")
      ? text
      : `FAILED: ${String(wanted ?? "ok")} was expected, but the cell is: ${text}`;
  };
  return { cpu: judge("cpu"), "worker-threads": judge("worker-threads"), gpu: judge("gpu") };
}

/** The part of the document that `--write` writes. */
function tableOf(document: string): string {
  return document.split(BEGIN)[1]?.split(END)[0] ?? "";
}

function write(rows: readonly Row[]): void {
  const [before, rest = ""] = readFileSync(DOCUMENT, "utf8").split(BEGIN);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${markdown(rows)}\n\n${END}${rest.split(END)[1] ?? "\n"}`);
}

try {
  const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith("--")));
  const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const chosen = ENVIRONMENTS.filter(
    ({ name, quick }) =>
      (quick || !flags.has("--quick")) && (words.length === 0 || words.some((word) => name.includes(word))),
  );
  if (!process.env["VK_DRIVER_FILES"] && existsSync(SOFTWARE_DRIVER)) process.env["VK_DRIVER_FILES"] = SOFTWARE_DRIVER;
  if (flags.has("--write") && chosen.length < ENVIRONMENTS.length) {
    throw new Error("--write writes the whole table into the document, so it goes with no other word");
  }
  const rows: Row[] = [];
  await withInstalled("environments", [...new Set(chosen.flatMap(({ needs }) => needs))], async (folder) => {
    writePrograms(folder);
    try {
      for (const environment of chosen) rows.push(await rowOf(environment, folder));
    } finally {
      await closePages();
    }
  });
  process.stdout.write(`\n${markdown(rows)}\n`);
  const faults = faultsOf(rows);
  if (faults.length > 0) throw new Error(`\n${faults.length} cells are wrong:\n${faults.join("\n")}`);
  if (flags.has("--write")) write(rows);
  const old = outdated(tableOf(readFileSync(DOCUMENT, "utf8")), rows);
  if (old.length > 0) {
    throw new Error(`\n${old.join("\n")}\ndocs/environments.md is older than this: run pnpm environments --write`);
  }
} catch (error) {
  fail(error);
}

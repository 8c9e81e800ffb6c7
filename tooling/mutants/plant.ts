/**
 * Plants faults in the kernels of cpu and gpu, one at a time, in a copy of the workspace. It compares the first finding of the suite's
 * diagnosis with the wordings that were accepted beforehand (planted-faults.ts). A file keeps the results, one line for each fault.
 *
 *     pnpm planted-faults <file> [part of a name]
 */

import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openResults } from "../../packages/conformance/scripts/results-file.js";
import { judgedText } from "../../packages/conformance/src/testing/diagnose-fault.js";
import { PLANTED_FAULTS, type PlantedFault } from "./planted-faults.js";
import { copyWorkspace } from "./workspace-copy.js";

interface Row {
  readonly name: string;
  readonly failed: number;
  readonly cases: number;
  readonly texts: readonly string[];
  readonly certain: boolean;
}

const CHILD = fileURLToPath(new URL("diagnose-planted.ts", import.meta.url));
/** A time limit in milliseconds. The kernels' module is large, and the machine may be busy. */
const LIMIT = 1_800_000;

const [, , file, part = ""] = process.argv;
if (file === undefined) throw new Error("the file of results is missing: pnpm planted-faults <file> [part of a name]");

const results = openResults<Row>(file, { names: PLANTED_FAULTS.map(({ name }) => name), again: undefined });
const todo = PLANTED_FAULTS.filter(({ name }) => name.includes(part) && !results.has(name));
if (todo.length > 0) {
  const folder = copyWorkspace(["packages/cpu", "packages/gpu"]);
  try {
    for (const fault of todo) {
      const row = await diagnosePlanted(folder, fault);
      results.add(row);
      print(row);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rows = results.rows();
process.stdout.write("\n");
rows.forEach(print);
process.stdout.write(
  `${rows.filter(isNamed).length} of ${rows.length} that ran are named by the first finding, of ${PLANTED_FAULTS.length}; ` +
    `${rows.filter((row) => !isNamed(row) && row.certain).length} get another cause with certainty\n`,
);

async function diagnosePlanted(folder: string, fault: PlantedFault): Promise<Row> {
  const path = join(folder, fault.file);
  const source = readFileSync(path, "utf8");
  const found = source.split(fault.find).length - 1;
  if (found !== 1) throw new Error(`"${fault.name}": ${fault.file} has the text to replace ${found} times, expected 1`);
  const generated = join(folder, "packages/cpu/src/generated");
  const before = `${generated}-before`;
  const isAssembly = fault.file.startsWith("packages/cpu/assembly/");
  try {
    writeFileSync(
      path,
      source.replace(fault.find, () => fault.replace),
    );
    if (isAssembly) {
      cpSync(generated, before, { recursive: true });
      await buildKernels(join(folder, "packages/cpu"));
    }
    const argv = ["--import", "tsx", "--conditions", "convene-source", CHILD, fault.backend, fault.suite];
    const options = { cwd: folder, timeout: LIMIT, maxBuffer: 2 ** 28 };
    const { stdout } = await promisify(execFile)(process.execPath, argv, options);
    return { name: fault.name, ...(JSON.parse(stdout) as Omit<Row, "name">) };
  } finally {
    writeFileSync(path, source);
    if (isAssembly) {
      rmSync(generated, { recursive: true });
      cpSync(before, generated, { recursive: true });
      rmSync(before, { recursive: true });
    }
  }
}

/** Compiles the build without relaxed SIMD, and uses it for both builds. It is the build that runs. */
async function buildKernels(folder: string): Promise<void> {
  // The compiler takes some seconds to load, and most faults do not need it.
  const { bundleOf, compile, identityOf, INSTRUCTION_SETS, withIdentity } = await import("../assembly/compile.js");
  const [{ name, features }] = INSTRUCTION_SETS;
  const binary = (await compile(folder, [{ entry: name, features }]))[0]!;
  const module = withIdentity(binary, identityOf(name, binary));
  const text = [
    `export const bundle = ${JSON.stringify(bundleOf([module, module]))};`,
    `export const identities = ${JSON.stringify([identityOf(name, binary), identityOf("relaxed", binary)])};`,
    "",
  ].join("\n");
  writeFileSync(join(folder, "src/generated/wasm.ts"), text);
}

function isNamed({ name, texts }: Row): boolean {
  const { accepted } = PLANTED_FAULTS.find((each) => each.name === name)!;
  return accepted.test(judgedText(texts[0] ?? "nothing"));
}

function print(row: Row): void {
  const [text = "nothing: every case passed"] = row.texts;
  process.stdout.write(
    `${isNamed(row) ? "ok " : row.certain ? "BAD" : "-- "} ${row.name} (${row.failed} of ${row.cases} cases fail)\n` +
      `    ${text.replaceAll("\n", "\n    ")}\n`,
  );
}

/**
 * The size of each family of kernels, `pnpm families`. The program compiles packages/cpu/assembly without the exports of one
 * family, bundles core and cpu with the rest, as `pnpm size` does, and prints how much smaller the bundle is.
 *
 * Families share code: Winograd multiplies by the tiles of the indirect GEMM, and all families copy single lanes. Shared code
 * stays as long as one of its families is there, so the rows do not add up.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import type { Bundle } from "../../packages/cpu/src/bytes-as-text.js";
import { bundleOf, compile, identityOf, INSTRUCTION_SETS, withIdentity } from "../assembly/compile.js";
import { BUNDLE, gzipped } from "./bundle.js";
import { fail, isMain, ROOT } from "./workspace.js";

const CPU = join(ROOT, "packages", "cpu");

export interface Family {
  readonly name: string;
  /** Whether the export of this name belongs to the family. */
  readonly has: (name: string) => boolean;
}

const starting = (start: string) => (name: string) => name.startsWith(start);
const winograd = starting("winograd");
const igemm = starting("igemm");
/** For example, `depthwise5x5s2_4x8` is for kernels of 5x5, and `depthwise3x3s1m2_4x8` has two outputs for each input. */
const depthwise =
  (kernel: RegExp) =>
  (name: string): boolean =>
    name.startsWith("depthwise") && kernel.test(name.replace("depthwise", ""));

/** The kernels of operations beside convolution, by the name of a row. */
const OPERATIONS = new Map([
  ["elementwise", "elementwise"],
  ["pooling", "pool"],
  ["runs that are copied", "copyRuns"],
  ["transposes", "transposes"],
  ["bilinear upsampling", "bilinear"],
  ["softmax", "softmax"],
  ["normalisation of groups", "groupNorm"],
  ["normalisation of pixels", "layerNorm"],
]);
const isOperation = (name: string): boolean => [...OPERATIONS.values()].includes(name);

/** Each export belongs to exactly one family. */
export const FAMILIES: readonly Family[] = [
  { name: "indirect GEMM", has: igemm },
  { name: "Winograd", has: winograd },
  { name: "depthwise, any kernel", has: depthwise(/^$/) },
  { name: "depthwise 3x3", has: depthwise(/^3x3s\d_/) },
  { name: "depthwise 5x5", has: depthwise(/^5x5s\d_/) },
  { name: "depthwise with a multiplier", has: depthwise(/^\dx\ds\dm\d/) },
  { name: "grouped", has: starting("grouped") },
  ...[...OPERATIONS].map(([name, kernel]) => ({ name, has: (each: string) => each === kernel })),
  { name: "transposing copies", has: (name) => name === "toNhwc" || name === "toNchw" },
  { name: "rows of zeros", has: (name) => name === "clearRows" },
];

const OTHER_KERNELS = "the built package has other kernels than packages/cpu/assembly: run pnpm build";

/** Groups of families that share code. Each group is left out as a whole, in a row of its own. */
const TOGETHER: readonly Family[] = [
  { name: "indirect GEMM and Winograd", has: (name) => igemm(name) || winograd(name) },
  { name: "operations beside convolution", has: isOperation },
  { name: "all kernels", has: () => true },
];

/** The names that an entry of assembly/ exports. An entry has only lists of exports. */
export function exportsOf(entry: string): string[] {
  return [...entry.matchAll(/export \{([^}]*)\}/g)].flatMap(([, names]) => namesIn(names!));
}

/** The same entry without some of its exports. */
export function without(entry: string, leftOut: (name: string) => boolean): string {
  return entry.replaceAll(/export \{([^}]*)\} from "([^"]*)";/g, (_, names: string, file: string) => {
    const kept = namesIn(names).filter((name) => !leftOut(name));
    return kept.length === 0 ? "" : `export { ${kept.join(", ")} } from "${file}";`;
  });
}

function namesIn(list: string): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

async function compileWithout(leftOut: (name: string) => boolean): Promise<Uint8Array[]> {
  const sources = INSTRUCTION_SETS.map(async ({ name, features }) => {
    const entry = await readFile(join(CPU, "assembly", `${name}.ts`), "utf8");
    return { entry: name, features, source: without(entry, leftOut) };
  });
  const modules = await compile(CPU, await Promise.all(sources));
  return modules.map((module, index) => withIdentity(module, identityOf(INSTRUCTION_SETS[index]!.name, module)));
}

/** Bundles core and cpu as they are published, with the text of `measured` in place of the text of `published`. */
async function bundleWith(published: Bundle, measured: Bundle): Promise<Uint8Array> {
  let isReplaced = false;
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "tooling", "size", "imports", "core-and-cpu.js")],
    ...BUNDLE,
    plugins: [
      {
        name: "other modules",
        setup: ({ onLoad }) =>
          onLoad({ filter: /packages[\\/]cpu[\\/]dist[\\/][^\\/]+\.js$/ }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            // The entries of the package share the kernels, so the text stands in a file with a name of tsup.
            if (!text.includes(published.pieces[0]!)) return { contents: text };
            isReplaced = true;
            return { contents: replaceBundle(text, published, measured) };
          }),
      },
    ],
    write: false,
  });
  if (!isReplaced) throw new Error(OTHER_KERNELS);
  return outputFiles[0]!.contents;
}

/** @throws Error where `text` does not have each string of `from` */
export function replaceBundle(text: string, from: Bundle, to: Bundle): string {
  const wanted = [to.singles, ...to.pieces];
  return [from.singles, ...from.pieces].reduce((result, string, index) => {
    const at = result.indexOf(string);
    if (at < 0) throw new Error(OTHER_KERNELS);
    return result.slice(0, at) + wanted[index]! + result.slice(at + string.length);
  }, text);
}

function row(name: string, figures: readonly string[]): string {
  return `| ${[name.padEnd(29), ...figures.map((figure) => figure.padStart(14))].join(" | ")} |`;
}

/** @param sizes in bytes: of each build's module, then of core and cpu with both modules under gzip */
function cells(sizes: readonly number[]): string[] {
  return [...sizes.slice(0, -1).map((bytes) => bytes.toLocaleString("en")), `${(sizes.at(-1)! / 1000).toFixed(2)} kB`];
}

async function main(): Promise<void> {
  const all = await compileWithout(() => false);
  const published = bundleOf(all);
  const sizesOf = async (modules: readonly Uint8Array[]): Promise<number[]> => [
    ...modules.map(({ length }) => length),
    gzipped(await bundleWith(published, bundleOf(modules))),
  ];
  const print = (line: string): unknown => process.stdout.write(`${line}\n`);
  const whole = await sizesOf(all);
  print(row("family", [...INSTRUCTION_SETS.map(({ name }) => `${name}, bytes`), "gzip"]));
  print(row("---", ["---:", "---:", "---:"]));
  for (const { name, has } of [...FAMILIES, ...TOGETHER]) {
    const rest = await sizesOf(await compileWithout(has));
    print(row(name, cells(whole.map((size, index) => size - rest[index]!))));
  }
  print(row("core and cpu, whole", cells(whole)));
}

if (isMain(import.meta.url)) await main().catch(fail);

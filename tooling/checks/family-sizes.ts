/**
 * What each family of kernels weighs: compiles packages/cpu/assembly without what the family exports, bundles core and cpu
 * with that, as `pnpm size` does, and prints what is lost. `pnpm families`.
 *
 * Families share code: Winograd multiplies by the tiles of the indirect GEMM, and copies of single lanes are everybody's. What
 * two families share is lost with neither, so the rows need not add up.
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
  /** Whether a build's export belongs to it. */
  readonly has: (name: string) => boolean;
}

const starting = (start: string) => (name: string) => name.startsWith(start);
const winograd = starting("winograd");
const igemm = starting("igemm");
/** `depthwise5x5s2_4x8` is of kernels 5x5; `depthwise3x3s1m2_4x8` has two outputs for each input. */
const depthwise =
  (kernel: RegExp) =>
  (name: string): boolean =>
    name.startsWith("depthwise") && kernel.test(name.replace("depthwise", ""));

/** Each export belongs to one. */
export const FAMILIES: readonly Family[] = [
  { name: "indirect GEMM", has: igemm },
  { name: "Winograd", has: winograd },
  { name: "depthwise, any kernel", has: depthwise(/^$/) },
  { name: "depthwise 3x3", has: depthwise(/^3x3s\d_/) },
  { name: "depthwise 5x5", has: depthwise(/^5x5s\d_/) },
  { name: "depthwise with a multiplier", has: depthwise(/^\dx\ds\dm\d/) },
  { name: "grouped", has: starting("grouped") },
  {
    name: "operations beside convolution",
    has: (name) => ["elementwise", "pool", "copyRuns", "transposes", "bilinear", "softmax"].includes(name),
  },
  { name: "transposing copies", has: (name) => name === "toNhwc" || name === "toNchw" },
  { name: "rows of zeros", has: (name) => name === "clearRows" },
];

/** What is left out together as well, because it shares code. */
const TOGETHER: readonly Family[] = [
  { name: "indirect GEMM and Winograd", has: (name) => igemm(name) || winograd(name) },
  { name: "all kernels", has: () => true },
];

/** The names that an entry of assembly/ exports: it has nothing but lists of them. */
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
  const modules: Uint8Array[] = [];
  for (const { name, features } of INSTRUCTION_SETS) {
    const entry = await readFile(join(CPU, "assembly", `${name}.ts`), "utf8");
    const module = await compile({ folder: CPU, entry: name, features, source: without(entry, leftOut) });
    modules.push(withIdentity(module, identityOf(name, module)));
  }
  return modules;
}

/** Bundles core and cpu as they are published, with the text of one bundle of modules in the place of another's. */
async function bundleWith(published: Bundle, measured: Bundle): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "tooling", "size", "imports", "core-and-cpu.js")],
    ...BUNDLE,
    plugins: [
      {
        name: "other modules",
        setup: ({ onLoad }) =>
          onLoad({ filter: /packages[\\/]cpu[\\/]dist[\\/]index\.js$/ }, async ({ path }) => ({
            contents: replaceBundle(await readFile(path, "utf8"), published, measured),
          })),
      },
    ],
    write: false,
  });
  return outputFiles[0]!.contents;
}

/** @throws Error where `text` does not have each string of `from` */
export function replaceBundle(text: string, from: Bundle, to: Bundle): string {
  const wanted = [to.order, ...to.pieces];
  return [from.order, ...from.pieces].reduce((result, string, index) => {
    const at = result.indexOf(string);
    if (at < 0) throw new Error("what is built has other kernels than packages/cpu/assembly: run pnpm build");
    return result.slice(0, at) + wanted[index]! + result.slice(at + string.length);
  }, text);
}

function row(name: string, figures: readonly string[]): string {
  return `| ${[name.padEnd(27), ...figures.map((figure) => figure.padStart(14))].join(" | ")} |`;
}

/** @param sizes of each build's module, then of core and cpu with both under gzip, in bytes */
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

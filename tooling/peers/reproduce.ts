/**
 * `pnpm peers reproduce [name]...`: faults of other libraries in their own interfaces, each on the backend that has it and on
 * others of the library, in headless Chromium.
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runInChromium } from "../browser/run-page.js";
import { BROWSER_PEERS, isBrowserPeerName } from "./browser-peers.js";
import { installPackages } from "./install.js";
import { isPeerName, PEERS } from "./peers.js";

const HERE = fileURLToPath(new URL("./reproductions/", import.meta.url));
const PAGES = fileURLToPath(new URL("../../.cache/peers-pages/reproductions/", import.meta.url));
const REPRODUCTIONS = readdirSync(HERE)
  .filter((file) => file.endsWith(".js") && file !== "page.js")
  .map((file) => file.slice(0, -".js".length))
  .sort();

export const REPRODUCE_USAGE = `pnpm peers reproduce [name]...: faults found, in the libraries' own interfaces, and on their other backends:
             ${REPRODUCTIONS.join(", ")}`;

interface Answer {
  readonly values?: readonly number[];
  readonly error?: string;
}

/** @returns the process's exit code: 1 where a fault does not show any more, or a control is wrong */
export async function reproduce(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !REPRODUCTIONS.includes(name));
  if (unknown !== undefined) throw new Error(`no reproduction "${unknown}"; there are ${REPRODUCTIONS.join(", ")}`);
  let changed = 0;
  for (const name of names.length > 0 ? names : REPRODUCTIONS) changed += (await reproduceOne(name)) ? 0 : 1;
  return changed > 0 ? 1 : 0;
}

/** @returns whether the first backend is wrong, and the last one right */
async function reproduceOne(name: string): Promise<boolean> {
  const source = join(HERE, `${name}.js`);
  const text = readFileSync(source, "utf8");
  const peer = /^export const peer = "(.*)";$/m.exec(text)![1]!;
  const packages = isBrowserPeerName(peer)
    ? BROWSER_PEERS[peer].packages
    : isPeerName(peer)
      ? PEERS[peer].packages
      : {};
  const modules = join(installPackages(`reproductions-${peer}`, { ...packages, ...controls(text) }), "node_modules");
  const page = join(PAGES, name);
  mkdirSync(page, { recursive: true });
  await build({
    entryPoints: [join(HERE, "page.js")],
    outfile: join(page, "page.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
    nodePaths: [modules],
    alias: { "peer-reproduction": source },
  });
  copyFileSync(join(HERE, "index.html"), join(page, "index.html"));
  // What it expects, and where, without running it: its imports are a page's.
  const { backends, expected } = constants(text);
  console.log(`${name}: ${/^\/\*\* (.*) \*\/$/m.exec(text)![1]}\n  expected: ${expected.join(", ")}`);
  const right: boolean[] = [];
  for (const backend of backends) {
    const answer = await ask(page, modules, backend);
    const isRight = answer.values !== undefined && isNear(answer.values, expected);
    right.push(isRight);
    console.log(`  ${isRight ? "right" : "WRONG"} ${backend}: ${answer.error ?? answer.values!.join(", ")}`);
  }
  console.log("");
  return right[0] === false && right.at(-1) === true;
}

/** Packages of the backends that a fault is compared with. */
function controls(text: string): Readonly<Record<string, string>> {
  const all: readonly Readonly<Record<string, string>>[] = [
    ...Object.values(BROWSER_PEERS).map(({ packages }) => packages),
    PEERS["tfjs-wasm"].packages,
  ];
  const versions = Object.assign({}, ...all) as Record<string, string>;
  return Object.fromEntries(Object.entries(versions).filter(([name]) => text.includes(`"${name}"`)));
}

function constants(text: string): { readonly backends: readonly string[]; readonly expected: readonly number[] } {
  const valueOf = (name: string): unknown => {
    const [, expression] = new RegExp(`^export const ${name} = ([^;]*);$`, "m").exec(text)!;
    // Of a file of ours, which would run in the page anyway.
    return new Function(`return ${expression}`)() as unknown;
  };
  return { backends: valueOf("backends") as string[], expected: valueOf("expected") as number[] };
}

/** Within what float32 rounds in a few operations. */
function isNear(values: readonly number[], expected: readonly number[]): boolean {
  return (
    values.length === expected.length &&
    values.every((value, i) => Math.abs(value - expected[i]!) <= 1e-6 * Math.abs(expected[i]!))
  );
}

async function ask(page: string, modules: string, backend: string): Promise<Answer> {
  let answer: Answer = { error: "the page said nothing" };
  await runInChromium(page, (report) => (answer = report as Answer), {
    query: encodeURIComponent(backend),
    modules,
    patience: 120_000,
  });
  return answer;
}

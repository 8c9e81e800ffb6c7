/**
 * `pnpm peers reproduce [name]...`: reproduces faults of other libraries by calls of their own interfaces, in headless
 * Chromium. Each fault is tried on the backend that has it, on other backends of the library, and on our `gpu` with the same
 * adapter and driver.
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";
import { runInChromium } from "../browser/run-page.js";
import { BROWSER_PEERS, isBrowserPeerName } from "./browser-peers.js";
import { installPackages } from "./install.js";
import { isPeerName, PEERS } from "./peers.js";

const HERE = fileURLToPath(new URL("./reproductions/", import.meta.url));
const PAGES = fileURLToPath(new URL("../../.cache/peers-pages/reproductions/", import.meta.url));
const REPRODUCTIONS = readdirSync(HERE)
  .filter((file) => file.endsWith(".js") && file !== "page.js" && file !== "control.js")
  .map((file) => file.slice(0, -".js".length))
  .sort();

export const REPRODUCE_USAGE = `pnpm peers reproduce [name]...: faults that the suite found, by calls of the libraries' own interfaces; also their other
             backends and our gpu on the same problem:
             ${REPRODUCTIONS.join(", ")}`;

interface Answer {
  readonly values?: readonly number[];
  /** The device of the control, if its result is right. */
  readonly device?: string;
  readonly error?: string;
}

/** @returns the process's exit code: 1 if a fault does not show any more, or if a control is wrong */
export async function reproduce(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !REPRODUCTIONS.includes(name));
  if (unknown !== undefined) throw new Error(`no reproduction "${unknown}"; there are ${REPRODUCTIONS.join(", ")}`);
  let changed = 0;
  for (const name of names.length > 0 ? names : REPRODUCTIONS) changed += (await reproduceOne(name)) ? 0 : 1;
  return changed > 0 ? 1 : 0;
}

/** @returns whether the first backend is wrong, the last backend is right, and our `gpu` is right */
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
  await bundle(page, "page.js", { nodePaths: [modules], alias: { "peer-reproduction": source } });
  // The constants are read from the text, because the file's imports only work in a page.
  const { backends, expected, problem } = constants(text);
  console.log(`${name}: ${/^\/\*\* (.*) \*\/$/m.exec(text)![1]}\n  expected: ${expected.join(", ")}`);
  const right: boolean[] = [];
  for (const backend of backends) {
    const answer = await ask(page, modules, backend);
    const isRight = answer.values !== undefined && isNear(answer.values, expected);
    right.push(isRight);
    console.log(`  ${isRight ? "right" : "WRONG"} ${backend}: ${answer.error ?? answer.values!.join(", ")}`);
  }
  const isControlled = await control(backends[0]!, problem);
  console.log("");
  return right[0] === false && right.at(-1) === true && isControlled;
}

/**
 * Whether our `gpu` is right on the same problem, so that the driver is not at fault. A library on the processor has no driver.
 */
async function control(backend: string, problem: string): Promise<boolean> {
  const mode = ["webgpu", "webgl"].find((each) => backend.endsWith(each));
  if (mode === undefined) return true;
  const page = join(PAGES, "control");
  mkdirSync(page, { recursive: true });
  await bundle(page, "control.js", { conditions: ["convene-source"] });
  const query = JSON.stringify({ mode: mode === "webgl" ? "webgl2" : mode, problem });
  const { device, error } = await ask(page, page, query);
  console.log(`  ${device === undefined ? "WRONG" : "right"} gpu, ours, on ${problem}: ${device ?? error}`);
  return device !== undefined;
}

async function bundle(page: string, entry: string, options: BuildOptions): Promise<void> {
  await build({
    entryPoints: [join(HERE, entry)],
    outfile: join(page, "page.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
    ...options,
  });
  copyFileSync(join(HERE, "index.html"), join(page, "index.html"));
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

function constants(text: string): {
  readonly backends: readonly string[];
  readonly expected: readonly number[];
  readonly problem: string;
} {
  const valueOf = (name: string): unknown => {
    const [, expression] = new RegExp(`^export const ${name} = ([^;]*);$`, "m").exec(text)!;
    // The expression is from our own file.
    return new Function(`return ${expression}`)() as unknown;
  };
  return {
    backends: valueOf("backends") as string[],
    expected: valueOf("expected") as number[],
    problem: valueOf("problem") as string,
  };
}

/** Whether the values are equal, but for the rounding of a few float32 operations. */
function isNear(values: readonly number[], expected: readonly number[]): boolean {
  return (
    values.length === expected.length &&
    values.every((value, i) => Math.abs(value - expected[i]!) <= 1e-6 * Math.abs(expected[i]!))
  );
}

async function ask(page: string, modules: string, backend: string): Promise<Answer> {
  let answer: Answer = { error: "the page sent no answer" };
  await runInChromium(page, (report) => (answer = report as Answer), {
    query: encodeURIComponent(backend),
    modules,
    patience: 120_000,
  });
  return answer;
}

/**
 * The conformance suite on engines that the tests do not run on: what is built, by the command that backend authors use.
 * Nothing may be skipped. `pnpm engines`; a name of the list, such as `pnpm engines 24`, runs those that contain it.
 */

import { join } from "node:path";
import process from "node:process";
import { nodeOf } from "./node-of.js";
import { attempt, fail, isMain, ROOT } from "./workspace.js";

interface Engine {
  readonly node: string;
  readonly backend: "cpu" | "worker-threads";
  /** 256 bits, which only V8 from Node 24 on has. */
  readonly wide: boolean;
}

const ENGINES: readonly Engine[] = [
  { node: "22", backend: "cpu", wide: false },
  { node: "24", backend: "cpu", wide: false },
  { node: "24", backend: "cpu", wide: true },
  { node: "24", backend: "worker-threads", wide: true },
  { node: "26", backend: "cpu", wide: false },
  { node: "26", backend: "cpu", wide: true },
];
const ACCURACIES = ["fast", "strict"] as const;

function check({ node, backend, wide }: Engine): void {
  for (const accuracy of ACCURACIES) {
    const args = [
      join(ROOT, "packages", "conformance", "dist", "cli.js"),
      join(ROOT, "packages", backend, "dist", "index.js"),
      "--no-skips",
      "--accuracy",
      accuracy,
      ...(wide ? ["--options", JSON.stringify({ wide })] : []),
    ];
    const { status, stdout, stderr } = attempt(nodeOf(node), args);
    const last = stdout.trimEnd().split("\n").at(-1) ?? "";
    const title = `Node ${node}, ${backend}${wide ? ", wide" : ""}, ${accuracy}`;
    if (status !== 0) throw new Error(`${title}: exit code ${status}\n${stdout}\n${stderr}`);
    console.log(`${title.padEnd(44)} ${last}`);
  }
}

if (isMain(import.meta.url)) {
  try {
    const wanted = process.argv.slice(2);
    const x64 = process.arch === "x64";
    if (!x64) console.log("256 bits are left out: V8 has them on x64 processors only");
    for (const engine of ENGINES) {
      const named = wanted.length === 0 || wanted.some((name) => `${engine.node} ${engine.backend}`.includes(name));
      if (named && (x64 || !engine.wide)) check(engine);
    }
  } catch (error) {
    fail(error);
  }
}

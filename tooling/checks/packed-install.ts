/** Checks the packages that `npm install` of ours brings, and the output of an uncaught error. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { attempt } from "./workspace.js";

/** Packages that ours must not bring: they compile code at installation, or have 100 MB. */
const NOT_BROUGHT = ["gl", "gpu.js", "webgpu"];

/** The longest line of an error in a terminal, in characters. */
const LONGEST = 200;

const UNCAUGHT = [
  `import { tensor } from "@convene/core"; tensor([1], [1, 2, 3, 4]);`,
  `import { cpu } from "@convene/cpu"; await cpu({ kernels: "none" });`,
  `import { workerThreads } from "@convene/worker-threads"; await workerThreads({ threads: 0 });`,
  `import { gpu } from "@convene/gpu"; await gpu({ mode: "none" });`,
];

/** Checks the installation in this folder. @throws Error at a fault */
export function checkInstall(folder: string): void {
  const modules = join(folder, "node_modules");
  const brought = NOT_BROUGHT.filter((name) => readdirSync(modules).includes(name));
  if (brought.length > 0) throw new Error(`installing the packages brings ${brought.join(", ")}`);
  for (const name of readdirSync(join(modules, "@convene"))) {
    const { scripts = {} } = JSON.parse(readFileSync(join(modules, "@convene", name, "package.json"), "utf8"));
    const onInstall = Object.keys(scripts).filter((script) => /install/.test(script));
    if (onInstall.length > 0) throw new Error(`@convene/${name} runs ${onInstall.join(", ")} when it is installed`);
  }
  process.stdout.write(`npm install brings no ${NOT_BROUGHT.join(", no ")}, and runs nothing\n`);

  for (const program of UNCAUGHT) {
    const { status, stderr } = attempt(process.execPath, ["--input-type=module", "--eval", program], folder);
    const longest = stderr.split("\n").reduce((most, line) => Math.max(most, line.length), 0);
    const isNamed = /^(Convene|BackendUnavailable)Error: /m.test(stderr);
    if (status === 0 || !isNamed || !stderr.includes("ERR_") || longest > LONGEST) {
      throw new Error(
        `an uncaught error prints another name, no code, or a line of ${longest} characters:\n${program}\n${stderr.slice(0, 4000)}`,
      );
    }
  }
  process.stdout.write(`an uncaught error prints its name and its code, in lines of ${LONGEST} characters at most\n`);
}

/** The `convene` command as `npx @convene/benchmark` runs it: from the packed package, outside the repository, on a file of its user. */

import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { attempt, ROOT } from "./workspace.js";

const MODEL = "packages/onnx/test-files/torch/resnet-basic.onnx";

/** Checks the command in a folder where the packages are installed. @throws Error if the command fails */
export function checkCommand(folder: string): void {
  copyFileSync(join(ROOT, MODEL), join(folder, "model.onnx"));
  const command = join(folder, "node_modules", ".bin", "convene");
  const line = ["bench", "model.onnx", "--time", "2", "--backend", "cpu", "cpu:js", "--json", "results.json"];
  const { status, stdout, stderr } = attempt(command, line, folder);
  if (status !== 0 || !stdout.startsWith("bench  ") || !stdout.includes("model.onnx, end to end: ")) {
    throw new Error(`convene ${line.join(" ")} exits with ${status}:\n${stdout}\n${stderr}`);
  }
  const { outcome } = JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as { outcome: string };
  if (outcome !== "complete") throw new Error(`results.json says "${outcome}", and not "complete"`);
  const help = attempt(command, ["bench", "--help"], folder).stdout;
  if (!help.includes("npx @convene/benchmark bench") || help.includes("npm run")) {
    throw new Error(`the help names commands that only the repository has:\n${help}`);
  }
  process.stdout.write("convene bench model.onnx verifies and times a file outside the repository\n");
}

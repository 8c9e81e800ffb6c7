/**
 * `pnpm models`: fetches the trained networks of models.ts into `.cache/models`. With `--torch`, PyTorch also writes whole
 * torchvision networks, if it is installed.
 */

import { join } from "node:path";
import process from "node:process";
import { attempt, cacheFolder, fail, ROOT, run } from "../checks/workspace.js";
import { fetchModel, MODELS } from "./models.js";

const PYTHON = process.env["PYTHON"] ?? "/usr/bin/python3";

function writeTorchNetworks(folder: string): void {
  const script = join(ROOT, "tooling", "goldens", "onnx_networks.py");
  const { status, stdout, stderr } = attempt(PYTHON, [script, join(folder, "torch")]);
  if (status === 0) return void process.stdout.write(stdout);
  if (stderr.includes("No module named")) {
    throw new Error(
      `${PYTHON} has no PyTorch: apt-get install python3-torch python3-torchvision, or name another one in PYTHON`,
    );
  }
  throw new Error(`${script} failed (exit code ${status})\n${stdout}${stderr}`);
}

try {
  const folder = cacheFolder("models", { keep: true });
  for (const model of MODELS) {
    const became = fetchModel(model, folder, run);
    process.stdout.write(`${join(".cache", "models", model.file)}: ${model.about} (${model.licence}), ${became}\n`);
  }
  if (process.argv.includes("--torch")) writeTorchNetworks(folder);
} catch (error) {
  fail(error);
}

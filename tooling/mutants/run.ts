/**
 * Mutation testing of core's arithmetic. It makes each mutant in a copy of the workspace and runs the tests of core. If these pass, it
 * runs the tests of conformance. It lists the mutants that pass all tests.
 *
 *     pnpm mutants                    every mutant: see README.md for how long that takes
 *     pnpm mutants padding cost       of these files only
 *     pnpm mutants --every 5          one mutant of five
 *     pnpm mutants --list             how many there are of each file; nothing runs
 */

import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mutate, type Mutation, mutationsOf } from "./mutations.js";
import type { Answer, Question } from "./test-server.js";
import { copyWorkspace } from "./workspace-copy.js";

const FILES = [
  "activation",
  "batch-norm",
  "conv-transpose2d",
  "cost",
  "image-data",
  "memory-plan",
  "network",
  "operations/upsample-sources",
  "padding",
  "problem",
  "problem-string",
  "random",
  "shape",
  "tensor",
  "to-float32",
] as const;
/** The tests of conformance that are about core's numbers, and take a second or less. */
const CONFORMANCE_TESTS = ["reference.test.ts", "goldens.test.ts", "random-problem.test.ts", "run-problem.test.ts"];
/** A mutant counts as looping after this many times the time of the unchanged tests, and after a least number of milliseconds. */
const TIMES_UNCHANGED = 5;
const LEAST_LIMIT = 30_000;
/** The time limit of the unchanged tests, in milliseconds. A busy machine takes minutes, and a dead process gives no answer. */
const UNCHANGED_LIMIT = 900_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { every: { type: "string", default: "1" }, list: { type: "boolean", default: false } },
});
const every = Number(values.every);
const files = FILES.filter((file) => positionals.length === 0 || positionals.includes(file));
if (!(every >= 1) || positionals.some((name) => !(FILES as readonly string[]).includes(name))) {
  throw new Error(`usage: pnpm mutants [${FILES.join("|")} ...] [--every n] [--list]`);
}
if (values.list) {
  list();
  process.exit();
}

const folder = copyWorkspace();
const source = join(folder, "packages/core/src");
const coreTests = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".test.ts"),
);
let server: ChildProcess | undefined;

try {
  const limit = Math.max(LEAST_LIMIT, TIMES_UNCHANGED * (await unchanged()));
  const survivors: string[] = [];
  let count = 0;
  for (const file of files) {
    const path = join(source, `${file}.ts`);
    const text = readFileSync(path, "utf8");
    const mutations = chosen(text);
    let killed = 0;
    for (const mutation of mutations) {
      writeFileSync(path, mutate(text, mutation));
      const answer = await fate(file, path, limit);
      if (answer === undefined || answer.failed.length > 0) killed++;
      else survivors.push(describeMutation(file, mutation));
    }
    writeFileSync(path, text);
    // The tests of the next file must not see the last mutant of this file.
    await stop();
    count += mutations.length;
    process.stdout.write(`${file}: ${killed} of ${mutations.length} killed\n`);
  }
  process.stdout.write(`\n${count - survivors.length} of ${count} killed; survivors:\n${survivors.join("\n")}\n`);
} finally {
  await stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The mutants of a source: all of them, or one of `every`. */
function chosen(text: string): readonly Mutation[] {
  return mutationsOf(text).filter((_, index) => index % every === 0);
}

function list(): void {
  const here = fileURLToPath(new URL("../../packages/core/src/", import.meta.url));
  const counts = files.map((file) => [file, chosen(readFileSync(join(here, `${file}.ts`), "utf8")).length] as const);
  for (const [file, count] of counts) process.stdout.write(`${file}: ${count}\n`);
  process.stdout.write(`\n${counts.reduce((sum, [, count]) => sum + count, 0)} mutants in ${counts.length} files\n`);
}

function stagesFor(file: string): readonly (readonly string[])[] {
  const inCore = (name: string): string => `packages/core/src/${name}`;
  const own = `${file}.test.ts`;
  return [
    [inCore(own)],
    coreTests.filter((name) => name !== own).map(inCore),
    CONFORMANCE_TESTS.map((name) => `packages/conformance/src/${name}`),
  ];
}

/** Runs the unchanged tests. They must pass, because otherwise every mutant would count as killed. @returns their milliseconds */
async function unchanged(): Promise<number> {
  server ??= await start();
  const begin = performance.now();
  const answer = await fate("padding", join(source, "padding.ts"), UNCHANGED_LIMIT);
  if (answer === undefined)
    throw new Error(`the tests without any mutation give no answer in ${UNCHANGED_LIMIT / 1000} s`);
  if (answer.failed.length > 0) {
    throw new Error(`the tests fail without any mutation:\n${answer.failed.join("\n")}`);
  }
  return performance.now() - begin;
}

/** The result of the tests, or undefined if there was none in time. */
async function fate(file: string, path: string, limit: number): Promise<Answer | undefined> {
  server ??= await start();
  const answer = await ask(server, { changed: path, stages: stagesFor(file) }, limit);
  if (!answer) await stop();
  return answer;
}

async function start(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("test-server.ts", import.meta.url)), {
    cwd: folder,
    execArgv: process.execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("the test server has ended")));
  });
  return child;
}

/** The answer, or undefined if none comes in time. */
function ask(child: ChildProcess, question: Question, limit: number): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), limit);
    child.once("message", (answer) => {
      clearTimeout(timer);
      resolve(answer as Answer);
    });
    child.send(question);
  });
}

async function stop(): Promise<void> {
  const child = server;
  server = undefined;
  if (!child || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

function describeMutation(file: string, { line, original, replacement }: Mutation): string {
  const short = original.length > 60 ? `${original.slice(0, 57)}...` : original;
  return `  ${file}.ts:${line}  ${short.replaceAll(/\s+/g, " ")}  ->  ${replacement}`;
}

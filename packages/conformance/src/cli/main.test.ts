/** The command's output and exit code, on good backends and on backends that break their process. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  bundle,
  command as commandIn,
  type CommandOptions,
  type CommandResult,
  shellWords,
} from "../testing/command.js";

const BAD_BACKENDS = "./bad-backends.mjs";
/** The arguments for a few cases of a quick suite. */
const FEW = ["--suite", "exact", "--random", "0", "--case", "residual_relu6"];

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "convene-conformance-"));
  await bundle(folder, ["cli-child.ts", "testing/bad-backends.ts"]);
});
const command = (argv: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
  commandIn(folder, argv, options);
afterAll(() => rmSync(folder, { recursive: true }));

/** The names of the cases, and the name of the case at which a backend misbehaves. */
let names: readonly string[] = [];
let at = "";
beforeAll(async () => {
  names = (await command(["--list", ...FEW])).stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t")[1]!);
  at = names[1]!;
});

/**
 * The backends that wait until a limit has passed. The others get the standard limit, because a process starts slowly on a busy
 * machine.
 */
const WAITING: ReadonlySet<string> = new Set(["hangs", "loops", "neverMade", "hangsWhenDisposed"]);

function limitOf(name: string): readonly string[] {
  return WAITING.has(name) ? ["--limit", "2"] : [];
}

function run(name: string, argv: readonly string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
  return command(
    [BAD_BACKENDS, "--export", name, "--options", JSON.stringify({ at }), ...FEW, ...limitOf(name), ...argv],
    options,
  );
}

const FROM_A_TIMER = "an error outside of any call ended its process: Error: from a timer";
const UNHEARD = "an error outside of any call ended its process: Error: nobody listens";

describe("a backend that", () => {
  test.each([
    ["hangs", "no answer within 2 s"],
    ["loops", "no answer within 2 s; its process was ended"],
    ["throwsString", "out of luck"],
    ["throwsStrangely", "something was thrown that has no text"],
    ["wrongShape", /2 elements were computed; expected \d+/],
    ["exits", "the backend ended its process with code 3"],
    ["killsItself", "the backend's process was ended by SIGKILL"],
    ["throwsLater", FROM_A_TIMER],
    ["rejectsUnheard", UNHEARD],
    ["hangsWhenDisposed", "out of luck"],
  ])("%s fails the case in which it does so; the other cases run, and the command ends", async (name, message) => {
    const json = join(folder, `${name}.json`);
    const { code, stdout } = await run(name, ["--json", json]);
    expect(code).toBe(1);
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report).toMatchObject({ backend: "reference", planned: names.length });
    expect(report).not.toHaveProperty("stopped");
    expect(report.results.map(({ name: each }: { name: string }) => each)).toEqual(names);
    const failed = report.results.filter(({ status }: { status: string }) => status === "failed");
    expect(failed.length).toBeGreaterThan(0);
    for (const each of failed) {
      expect(each.name).toBe(at);
      expect(each.message).toMatch(message);
      expect(each.rerun).toContain("npx convene-conformance");
      expect(stdout).toContain(each.rerun);
    }
    expect(report.counts.passed).toBe(names.length - failed.length);
    expect(stdout).toContain(`${failed.length} failed`);
    // An error outside of any call has its stack in the report.
    const outside = message === FROM_A_TIMER || message === UNHEARD;
    expect(outside ? failed[0].thrown.stack : "bad-backends.mjs").toContain("bad-backends.mjs");
  });

  test("throws: the report names the call and shows the backend's own lines of the stack", async () => {
    const junit = join(folder, "throws.xml");
    const { stdout } = await run("throwsError", ["--junit", junit]);
    expect(stdout).toMatch(/thrown by {4}prepareConv2d\n +stack {8}at .*bad-backends\.mjs/);
    expect(readFileSync(junit, "utf8")).toMatch(/Error: no such kernel\n +at .*bad-backends\.mjs/);
  });

  test("prints: its text goes to stderr", async () => {
    const { code, stdout, stderr } = await run("talks");
    expect(code).toBe(0);
    expect(stderr).toContain("a word from the backend\n");
    expect(stdout).not.toContain("a word");
  });

  test("answers nothing: the command stops after a few cases", async () => {
    const { code, stdout } = await run("answersNothing", ["--limit", "0.1", "--case", "nobias"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/0 passed, 5 failed; stopped after 5 of \d+ cases: 5 cases in a row gave no answer/);
  });
});

describe("a factory that", () => {
  test.each([
    ["notThere", /no such device here/],
    ["noBackend", /the factory of .* gives string, not a backend/],
    ["neverMade", /no answer within 2 s/],
  ])("%s: the command says why there is no backend", async (name, message) => {
    const { code, stdout, stderr } = await run(name);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stdout).toContain("stopped after 0 of");
  });
});

test("a skipped case has its reason, and fails with --no-skips", async () => {
  const argv = [BAD_BACKENDS, "--suite", "exact", "--random", "0", "--case", "g2_"];
  const lenient = await command(argv);
  expect(lenient.code).toBe(0);
  expect(lenient.stdout).toMatch(/skipped \d+ cases?: groups are not <done> yet \(exact /);
  const strict = await command([...argv, "--no-skips"]);
  expect(strict.code).toBe(1);
  expect(strict.stdout).toContain("--no-skips");
});

test("the command below a failure runs this case alone, and the case fails again", async () => {
  const first = await run("throwsString");
  const line = /npx convene-conformance (.*)/.exec(first.stdout)![1]!;
  const again = await command(shellWords(line));
  expect(again.code).toBe(1);
  expect(again.stdout).toContain("0 passed, 1 failed");
});

test("a failure that needs an earlier case names this case, and its command runs both cases", async () => {
  const json = join(folder, "history.json");
  const first = await run("remembers", ["--json", json]);
  expect(first.code).toBe(1);
  const sentence = `it passes alone on a new backend, so it depends on a case that ran before: it fails again after "${names[0]}"`;
  expect(first.stdout).toContain(`history      ${sentence}`);
  const failure = JSON.parse(readFileSync(json, "utf8")).results[1];
  expect(failure).toMatchObject({ name: at, status: "failed", alone: "passes", after: names[0] });
  expect(first.stdout).toContain(`run both     ${failure.rerun}`);
  const again = await command(shellWords(failure.rerun).slice(2));
  expect(again.stdout).toContain("1 passed, 1 failed");
});

test("if a backend ends its process when a failed case runs again, the case keeps its first result", async () => {
  const json = join(folder, "again.json");
  const { code, stdout } = await run("exitsTheSecondTime", ["--json", json]);
  expect(code).toBe(1);
  const { results } = JSON.parse(readFileSync(json, "utf8"));
  expect(results.map(({ name }: { name: string }) => name)).toEqual(names);
  expect(results[1]).toMatchObject({ status: "failed", message: "out of luck" });
  expect(results[1]).not.toHaveProperty("alone");
  expect(stdout).toContain(`${names.length - 1} passed, 1 failed`);
});

test("all three reports are written", async () => {
  const paths = ["json", "junit", "html"].map((kind) => join(folder, `all.${kind}`));
  const files = ["--json", paths[0]!, "--junit", paths[1]!, "--html", paths[2]!];
  expect((await run("wrongShape", files)).code).toBe(1);
  const [json, junit, html] = paths.map((path) => readFileSync(path, "utf8"));
  expect(JSON.parse(json!).format).toBe("convene-conformance");
  expect(junit).toMatch(/^<\?xml/);
  expect(html).toMatch(/^<!doctype html>/);
});

test("Ctrl-C ends the backend's process, and the command prints and saves the results so far", async () => {
  const interrupt = new AbortController();
  const json = join(folder, "interrupted.json");
  const { code, stdout } = await run("hangs", ["--limit", "600", "--json", json], {
    signal: interrupt.signal,
    interactive: true,
    onStderr: (text) => {
      // The bar names the case that runs.
      if (text.includes(at)) interrupt.abort();
    },
  });
  expect(code).toBe(130);
  expect(stdout).toContain("interrupted");
  const report = JSON.parse(readFileSync(json, "utf8"));
  expect(report).toMatchObject({ stopped: "interrupted", planned: names.length });
  expect(report.results.length).toBeLessThan(names.length);
});

test("a terminal shows a bar that moves, and no bar at the end", async () => {
  const { stderr, stdout } = await run("talks", [], { interactive: true, colors: true });
  expect(stderr).toContain("░");
  expect(stderr.endsWith("\r\u001b[2K")).toBe(true);
  expect(stdout).toContain("\u001b[32m");
});

describe("a package", () => {
  beforeAll(() => {
    for (const [name, type, source] of [
      ["modern", "module", "export default async () => { throw new Error('made by modern'); };"],
      ["old", "commonjs", "exports.default = async () => { throw new Error('made by old'); };"],
      ["broken", "module", "import 'not-to-be-found';"],
    ]) {
      const own = join(folder, "node_modules", name!);
      writeTree(own, { "package.json": JSON.stringify({ name, type, exports: "./main.js" }), "main.js": source! });
    }
  });

  test.each([
    ["modern", 1, "made by modern"],
    ["old", 1, "made by old"],
    ["broken", 1, "not-to-be-found"],
    ["absent", 2, "there is no package absent to be found from"],
  ])("%s is searched for from the working folder", async (name, code, message) => {
    const result = await command([name, ...FEW]);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain("Warning");
    expect(result.code).toBe(code);
  });
});

test.each([
  [["./nothing.js"], "there is no file ./nothing.js in"],
  [[BAD_BACKENDS, "--export", "hang"], 'exports no function hang; did you mean "hangs"? ('],
])("%j is refused, with a remedy", async (argv, message) => {
  const { code, stdout, stderr } = await command([...argv, ...FEW]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test.each([
  [[BAD_BACKENDS, "--case", "no such case", "--json", "never.json"], "no case matches"],
  [[BAD_BACKENDS, "--json", "/nowhere/at/all.json"], "cannot write to /nowhere/at/all.json (ENOENT)"],
  [[BAD_BACKENDS, "--html", "/"], "cannot write to / (it is a folder)"],
])("%j is refused before anything runs, and leaves no file behind", async (argv, message) => {
  const before = readdirSync(folder);
  const { code, stderr } = await command(argv);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(readdirSync(folder)).toEqual(before);
});

test("--help prints examples, --version prints a version, --list prints every case", async () => {
  const narrow = (await command(["--help"], { columns: 60 })).stdout.split("\n");
  expect(narrow.filter((line) => line.length > 60 && !line.includes("npx "))).toEqual([]);
  const help = await command(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toContain("npx convene-conformance ./my-backend.js");
  expect((await command(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+/);
  const list = (await command(["--list", "--suite", "exact", "--random", "2"])).stdout.trim().split("\n");
  expect(list.length).toBeGreaterThan(2);
  for (const line of list) expect(line).toMatch(/^exact\t/);
});

function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(root, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
}

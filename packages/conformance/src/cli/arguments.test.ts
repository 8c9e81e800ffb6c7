import { expect, test } from "vitest";
import { readArguments } from "./arguments.js";

test("every option is read", () => {
  const argv =
    `./b.js --export f --options {"a":1} --suite exact bounded --problem ic3_ih7_oc4_kh3 --case x --accuracy strict ` +
    `--quick --random 5 --seed 7 --limit 1.5 --no-skips --json a --junit b --html c`;
  expect(readArguments(argv.split(" "))).toEqual({
    help: false,
    version: false,
    list: false,
    module: "./b.js",
    exportName: "f",
    factoryOptions: '{"a":1}',
    run: {
      suites: ["exact", "bounded"],
      problem: "ic3_ih7_oc4_kh3",
      only: "x",
      accuracy: "strict",
      selection: "quick",
      randomProblems: 5,
      seed: 7,
      limit: 1500,
      noSkips: true,
    },
    files: { json: "a", junit: "b", html: "c" },
  });
});

test.each([
  ["--suite bounded exact ./b.js"],
  ["--suite=bounded --suite exact ./b.js"],
  ["./b.js --suite bounded,exact,exact"],
  ["--suite bounded --suite exact -- ./b.js"],
])("%s: suites in their own order, and the module", (line) => {
  const { run, module } = readArguments(line.split(" "));
  expect(run.suites).toEqual(["exact", "bounded"]);
  expect(module).toBe("./b.js");
});

test("several cases can be named", () => {
  expect(readArguments(["b", "--case", "x y", "--case=z"]).run.only).toEqual(["x y", "z"]);
});

test.each([
  ["", "the module is missing: name the file or package"],
  ["b --suit exact", 'unknown option "--suit"; did you mean "--suite"?'],
  ["b --frobnicate", 'unknown option "--frobnicate"'],
  ["b -x", 'unknown option "-x"'],
  ["b --suite exakt", 'unknown suite "exakt"; did you mean "exact"? (exact, bounded, '],
  ["b c", 'the command takes one module; "c" is one too many'],
  ["b exact", 'did you mean "--suite exact"?'],
  ["b --json", "--json needs a value"],
  ["b --json --quick", "--json needs a value"],
  ["b --quick=yes", "--quick takes no value"],
  ["b --seed 1.5", "--seed (1.5) must be an integer from 0 to 4294967295"],
  ["b --seed 4294967296", "must be an integer"],
  ["b --random x", "--random (x)"],
  ["b --limit 0", "--limit (0) must be seconds"],
  ["b --limit 1e3", "--limit (1e3)"],
  ["b --limit 1.2.3", "--limit (1.2.3)"],
  ["b --accuracy quick", '--accuracy "quick" is none of fast, strict'],
  ["b --problem ic3", "--problem: "],
  ["b --options {a:1}", "is not JSON"],
])("%s is refused", (line, message) => {
  expect(() => readArguments(line.split(" ").filter(Boolean))).toThrow(message);
});

test("--help, --version and --list need no module", () => {
  for (const option of ["--help", "-h", "--version", "-V", "--list"])
    expect(() => readArguments([option])).not.toThrow();
});

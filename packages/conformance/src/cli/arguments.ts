/** The command line, read and checked. */

import { parseArgs } from "node:util";
import { ConveneError } from "@convene/core";
import { problemOf, textOf } from "../problem.js";
import type { ConformanceOptions } from "../run-conformance.js";
import { SUITE_NAMES, type SuiteName } from "../suite-names.js";
import { InputError, suggestion } from "../command-error.js";
import { readSuites } from "../terminal/read-suites.js";

export interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  readonly list: boolean;
  /** The file or package with the factory. `undefined` if the command runs nothing. */
  readonly module: string | undefined;
  readonly exportName: string | undefined;
  /** The factory's options, in JSON. */
  readonly factoryOptions: string | undefined;
  readonly run: Pick<
    ConformanceOptions,
    "suites" | "only" | "problem" | "selection" | "accuracy" | "noSkips" | "limit" | "seed" | "randomProblems"
  >;
  readonly files: Readonly<Record<"json" | "junit" | "html", string | undefined>>;
}

const OPTIONS = {
  export: { type: "string" },
  options: { type: "string" },
  suite: { type: "string", multiple: true },
  problem: { type: "string" },
  case: { type: "string", multiple: true },
  accuracy: { type: "string" },
  quick: { type: "boolean" },
  random: { type: "string" },
  seed: { type: "string" },
  limit: { type: "string" },
  "no-skips": { type: "boolean" },
  list: { type: "boolean" },
  json: { type: "string" },
  junit: { type: "string" },
  html: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

/** @throws InputError */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = split(argv);
  const text = (name: keyof typeof OPTIONS): string | undefined => values.get(name)?.at(-1);
  const given = (name: keyof typeof OPTIONS): boolean => values.has(name);

  const run: { -readonly [Key in keyof Arguments["run"]]: Arguments["run"][Key] } = {};
  const suites = values.get("suite");
  if (suites) run.suites = readSuites(suites);
  const problem = text("problem");
  if (problem !== undefined) run.problem = readProblem(problem);
  const only = values.get("case");
  if (only) run.only = only.length === 1 ? only[0]! : only;
  const accuracy = text("accuracy");
  if (accuracy !== undefined) run.accuracy = oneOf("--accuracy", accuracy, ["fast", "strict"]);
  const random = text("random");
  if (random !== undefined) run.randomProblems = integer("--random", random, 1e6);
  const seed = text("seed");
  if (seed !== undefined) run.seed = integer("--seed", seed, 2 ** 32 - 1);
  const limit = text("limit");
  if (limit !== undefined) run.limit = readLimit(limit);
  if (given("quick")) run.selection = "quick";
  if (given("no-skips")) run.noSkips = true;

  const factoryOptions = text("options");
  if (factoryOptions !== undefined) checkJson(factoryOptions);
  const [module, extra] = positionals;
  if (extra !== undefined) {
    const near = isSuite(extra) ? `; did you mean "--suite ${extra}"?` : "";
    throw new InputError(`the command takes one module; "${extra}" is one too many${near}`);
  }
  const [help, version, list] = [given("help"), given("version"), given("list")];
  if (module === undefined && !help && !version && !list) {
    throw new InputError(
      "the module is missing: name the file or package that exports the backend's factory (--help has examples)",
    );
  }
  return {
    help,
    version,
    list,
    module,
    exportName: text("export"),
    factoryOptions,
    run,
    files: { json: text("json"), junit: text("junit"), html: text("html") },
  };
}

/**
 * The values of each option, by the option's name. The errors are ours, because those of parseArgs are long and suggest
 * nothing.
 */
function split(argv: readonly string[]): {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
} {
  const { tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  /** Whether the words belong to `--suite`, as in `--suite exact bounded`. */
  let inSuites = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (inSuites && isSuite(token.value)) values.get("suite")!.push(token.value);
      else {
        positionals.push(token.value);
        inSuites = false;
      }
      continue;
    }
    const option = Object.hasOwn(OPTIONS, token.name) ? OPTIONS[token.name as keyof typeof OPTIONS] : undefined;
    if (!option) {
      const names = Object.keys(OPTIONS).map((name) => `--${name}`);
      throw new InputError(`unknown option "${token.rawName}"${suggestion(token.rawName, names)}`);
    }
    if (option.type === "string") {
      // Without `strict`, parseArgs takes `--json --quick` for a file named "--quick".
      if (token.value === undefined || (!token.inlineValue && /^--?[a-z]/i.test(token.value)))
        throw new InputError(`${token.rawName} needs a value`);
      values.set(token.name, [...(values.get(token.name) ?? []), token.value]);
    } else {
      if (token.value !== undefined) throw new InputError(`${token.rawName} takes no value`);
      values.set(token.name, []);
    }
    inSuites = token.name === "suite";
  }
  return { values, positionals };
}

function isSuite(name: string): name is SuiteName {
  return (SUITE_NAMES as readonly string[]).includes(name);
}

function readProblem(text: string): string {
  try {
    return textOf(problemOf(text));
  } catch (error) {
    if (error instanceof ConveneError) throw new InputError(`--problem: ${error.message}`, { cause: error });
    throw error;
  }
}

function oneOf<T extends string>(what: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === given);
  if (found === undefined)
    throw new InputError(`${what} "${given}" is none of ${allowed.join(", ")}${suggestion(given, allowed)}`);
  return found;
}

function integer(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new InputError(`${option} (${text}) must be an integer from 0 to ${max}`);
  return value;
}

function readLimit(text: string): number {
  const milliseconds = Math.round(Number(text) * 1000);
  if (!/^[\d.]+$/.test(text) || !(milliseconds >= 1) || milliseconds > 86_400_000)
    throw new InputError(`--limit (${text}) must be seconds, from 0.001 to 86400`);
  return milliseconds;
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new InputError(`--options (${text}) is not JSON; for example --options '{"threads":2}'`, { cause });
  }
}

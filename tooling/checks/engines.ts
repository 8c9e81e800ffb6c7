/**
 * Runs the conformance suite on engines that the tests do not use: the built packages, with the command for backend authors.
 * Nothing may be skipped. With accuracy "fast", one engine runs all parts, and the others run the parts about kernels. "strict"
 * only forbids transforms, so with "strict" only the problems with a transformed plan run again. The script is `pnpm engines`.
 * `--quick`, as in CI, takes the suite's quick selection. Other words, as in `pnpm engines 24`, select the engines whose names
 * contain one of them.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { SUITE_NAMES, type SuiteName } from "../../packages/conformance/src/suite-names.js";
import { nodeOf } from "./node-of.js";
import { attempt, cacheFolder, fail, isMain, ROOT } from "./workspace.js";

interface Engine {
  readonly node: string;
  readonly backend: "cpu" | "worker-threads";
  /** Whether the engine uses 256 bits, which V8 has from Node 24 on. */
  readonly wide: boolean;
  /** The suites that run under `"fast"`. */
  readonly suites: readonly SuiteName[];
}

/** The suites about kernels of convolution. On other engines only their results can differ. */
const KERNELS = ["exact", "bounded"] as const satisfies readonly SuiteName[];
/** The suites of all kernels. The other suites are about JavaScript. The tests run them on Node 20, and `worker-threads` runs them on Node 24 below. */
const ALL_KERNELS = [...KERNELS, "operations"] as const satisfies readonly SuiteName[];

/** The engines. With 256 bits threads run too, with the kernels of `cpu`. */
const ENGINES: readonly Engine[] = [
  { node: "22", backend: "cpu", wide: false, suites: ALL_KERNELS },
  { node: "24", backend: "cpu", wide: false, suites: KERNELS },
  { node: "24", backend: "worker-threads", wide: true, suites: SUITE_NAMES },
  { node: "26", backend: "cpu", wide: false, suites: ALL_KERNELS },
  { node: "26", backend: "cpu", wide: true, suites: KERNELS },
];

/** The suites that run under `"strict"`, with all problems that `"fast"` transforms. Other plans are the same under both. */
const STRICT_SUITES = ["exact", "bounded", "goldens"] as const;

function check(engine: Engine, quick: boolean): void {
  const report = join(cacheFolder("engines"), "report.json");
  const selection = quick ? ["--quick"] : [];
  const { results } = conform(engine, "fast", ["--json", report, "--suite", ...engine.suites, ...selection], report);
  const transformed = results.filter(
    ({ suite, algorithm }) => algorithm?.includes("winograd") && STRICT_SUITES.some((each) => each === suite),
  );
  // Without transformed problems nothing would run, and the check would pass.
  if (transformed.length < LEAST_TRANSFORMED) {
    throw new Error(
      `${titleOf(engine)}: only ${transformed.length} plans are transformed with accuracy "fast"; expected at least ${LEAST_TRANSFORMED}`,
    );
  }
  const cases = transformed.flatMap(({ name }) => ["--case", name]);
  const strict = conform(
    engine,
    "strict",
    ["--json", report, "--suite", ...STRICT_SUITES, ...selection, ...cases],
    report,
  );
  const still = strict.results.find(({ algorithm }) => algorithm?.includes("winograd"));
  if (still) throw new Error(`${titleOf(engine)}: ${still.name} is transformed with accuracy "strict"`);
}

const LEAST_TRANSFORMED = 30;

/** The fields of the command's JSON report that count. */
interface Report {
  readonly results: readonly { readonly suite: string; readonly name: string; readonly algorithm?: string }[];
}

/** Runs the command, and prints its last line. @throws Error if a case does not pass */
function conform(engine: Engine, accuracy: "fast" | "strict", rest: readonly string[], report: string): Report {
  const { node, backend, wide } = engine;
  const args = [
    join(ROOT, "packages", "conformance", "dist", "cli.js"),
    join(ROOT, "packages", backend, "dist", "index.js"),
    "--no-skips",
    "--accuracy",
    accuracy,
    // A case may take seconds, because other checks keep the cores busy.
    "--limit",
    "120",
    ...(wide ? ["--options", JSON.stringify({ wide })] : []),
    ...rest,
  ];
  const { status, stdout, stderr } = attempt(nodeOf(node), args);
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const title = `${titleOf(engine)}, ${accuracy}`;
  if (status !== 0) throw new Error(`${title}: exit code ${status}\n${stdout}\n${stderr}`);
  console.log(`${title.padEnd(44)} ${last}`);
  return JSON.parse(readFileSync(report, "utf8")) as Report;
}

function titleOf({ node, backend, wide }: Engine): string {
  return `Node ${node}, ${backend}${wide ? ", wide" : ""}`;
}

if (isMain(import.meta.url)) {
  try {
    const quick = process.argv.includes("--quick");
    const wanted = process.argv.slice(2).filter((word) => word !== "--quick");
    const x64 = process.arch === "x64";
    if (!x64) console.log("256 bits are left out: V8 has them on x64 processors only");
    for (const engine of ENGINES) {
      const named = wanted.length === 0 || wanted.some((name) => `${engine.node} ${engine.backend}`.includes(name));
      if (named && (x64 || !engine.wide)) check(engine, quick);
    }
  } catch (error) {
    fail(error);
  }
}

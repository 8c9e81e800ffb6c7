/** The page runs the suite on every backend that runs in a browser, and sends the results to check.ts. */

import { checkProblem, conformanceCases, runConformance, SUITE_NAMES } from "@convene/conformance";
import {
  Conv2d,
  formatProblem,
  operationInputShapes,
  operationOutputShape,
  parseOperation,
  parseProblem,
  prepare,
  randomUniform,
} from "@convene/core";
import { cpu } from "@convene/cpu";
import { gpu } from "@convene/gpu";
import { workerThreads } from "@convene/worker-threads";
import { changedGaps } from "./gpu-js-gaps.js";

/** @param {string} path @param {unknown} content */
async function send(path, content) {
  await fetch(path, { method: "POST", body: JSON.stringify(content) });
}

/** Milliseconds for a case. The limit is long, because other pages and checks keep the cores busy. */
const LIMIT = 120_000;

/**
 * @typedef {import("@convene/core").Backend} Backend
 * @typedef {import("@convene/conformance").ConformanceOptions} Options
 * @typedef {import("@convene/conformance").ConformanceReport} Report
 */

/** @param {Backend | (() => Promise<Backend>)} source @param {Options} options */
async function conform(source, options) {
  let told = performance.now();
  // A whole suite takes minutes on a driver in software.
  const onCase = () => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    void send("/alive", {});
  };
  return await runConformance(source, { noSkips: true, limit: LIMIT, onCase, ...options });
}

/**
 * Runs the suite in one part or several, and sends the results of all parts together.
 *
 * @param {string} selection the name of the suite's part that runs
 * @param {() => AsyncIterable<Report>} parts
 */
async function tell(selection, parts) {
  const start = performance.now();
  const reports = [];
  for await (const report of parts()) reports.push(report);
  const { device, accuracy } = reports[0];
  const results = reports.flatMap((report) => report.results);
  const counts = { passed: 0, failed: 0, untrusted: 0, skipped: 0 };
  for (const { status } of results) counts[status]++;
  const failures = results
    .filter(({ status }) => status === "failed")
    .map(({ suite, name, message }) => `${suite} ${name}: ${message}`);
  await send("/report", { device, selection, accuracy, counts, failures, milliseconds: performance.now() - start });
  return results;
}

/** @param {() => Promise<Backend>} factory @param {Options} options */
async function runSuites(factory, options) {
  return await tell(options.selection ?? "full", async function* () {
    yield await conform(factory, options);
  });
}

/** @param {Options} options */
function isSelected({ selection }) {
  return (/** @type {import("@convene/conformance").ConformanceCase} */ { quick = true }) =>
    selection !== "quick" || quick;
}

/** The number of problems whose cases run together. A backend keeps 64 kernels for later plans, so the number is smaller. */
const TOGETHER = 50;
/** @type {("exact" | "bounded")[]} */
const SIDE_BY_SIDE = ["exact", "bounded"];

/**
 * Runs `exact` and `bounded` on one backend, with a few problems of both at a time. On a driver in software, the compilation of the
 * kernel takes nearly all of a case's time. One suite after the other would compile each kernel twice.
 *
 * @param {() => Promise<Backend>} factory
 * @param {Options} options
 * @param {(problem: unknown, at: number) => boolean} isTaken whether a problem runs, by its place among all problems
 */
async function* sideBySide(factory, options, isTaken) {
  const cases = (await conformanceCases(SIDE_BY_SIDE, options)).filter(isSelected(options));
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const { name, problems = [] } of cases) {
    const problem = formatProblem(problems[0]);
    names.set(problem, [...(names.get(problem) ?? []), name]);
  }
  const each = [...names.values()].filter(isTaken);
  const backend = await factory();
  let done = 0;
  for (let at = 0; at < each.length; at += TOGETHER) {
    const report = await conform(backend, {
      ...options,
      suites: SIDE_BY_SIDE,
      only: each.slice(at, at + TOGETHER).flat(),
    });
    done += report.results.length;
    yield report;
  }
  await backend.dispose();
  const expected = each.flat().length;
  if (done !== expected) throw new Error(`of ${expected} cases of ${SIDE_BY_SIDE.join(" and ")} ${done} have run`);
}

/**
 * The suites that do not run in a mode. `goldens` has hundreds of convolutions, and each is a kernel to compile. Of the others, gpu.test.ts
 * runs `lifecycle` and `non-finite` over the same driver of WebGPU, and `manifest` in WebAssembly. `errors` is about JavaScript that all
 * modes share, and runs in WebAssembly there.
 *
 * @type {Readonly<Record<"webgpu" | "webgl2", readonly string[]>>}
 */
const LEFT_OUT = {
  webgpu: ["goldens", "errors", "lifecycle", "non-finite", "manifest"],
  webgl2: ["goldens", "errors", "manifest"],
};

/**
 * One case in this many of a suite runs. WebGPU and WebGL2 run different cases. A suite that has no number here runs whole. WebGPU has
 * the access of WebAssembly to elements, and gpu.test.ts runs suites over the same driver, so fewer cases run on WebGPU here.
 *
 * @type {Readonly<Record<"webgpu" | "webgl2", Readonly<Partial<Record<string, number>>>>>}
 */
const ONE_IN = {
  webgpu: { exact: 12, bounded: 12, operations: 12, "known-faults": 12, networks: 12 },
  webgl2: { exact: 8, bounded: 8, operations: 10, "known-faults": 4, networks: 4 },
};
/** The first case that a mode runs. */
const FIRST = { webgpu: 0, webgl2: 3 };

/**
 * The part of the suite that a driver in software can compile in a quarter of a minute or less. All problems, operations and results of PyTorch
 * run in gpu.test.ts, with the same texts of kernels in gpu.js's WebAssembly. There, a kernel compiles in a tenth of the time. WebGPU
 * and WebGL2 differ from WebAssembly only in the access of a kernel to elements and to memory, so a part of the problems and
 * operations runs on each. `whole` runs all of the suite.
 *
 * @param {"webgpu" | "webgl2"} mode
 * @param {boolean} whole
 */
async function checkGraphics(mode, whole) {
  const factory = () => gpu({ mode });
  // The suite skips cases that rely on more than shading languages promise, and gives the reason.
  const options = {
    noSkips: false,
    ...(whole ? {} : /** @type {const} */ ({ selection: "quick", randomProblems: 0 })),
  };
  /** @param {string} suite */
  const isTaken = (suite) => {
    const step = whole ? 1 : (ONE_IN[mode][suite] ?? 1);
    return (/** @type {unknown} */ _, /** @type {number} */ at) => at % step === FIRST[mode] % step;
  };
  const leftOut = new Set([...SIDE_BY_SIDE, ...(whole ? [] : LEFT_OUT[mode])]);
  await tell(whole ? "full" : "in software", async function* () {
    yield* sideBySide(factory, options, isTaken("exact"));
    for (const suite of SUITE_NAMES.filter((name) => !leftOut.has(name))) {
      const cases = (await conformanceCases([suite], options)).filter(isSelected(options));
      const only = cases.filter(isTaken(suite)).map(({ name }) => name);
      yield await conform(factory, { ...options, suites: [suite], only });
    }
  });
}

/**
 * Runs the suite with both accuracies. "strict" changes only the convolutions that "fast" transforms.
 *
 * @param {Options} options
 */
async function checkThreads(options) {
  const make = () => workerThreads({ threads: 2 });
  const suites = /** @type {const} */ (["exact", "bounded"]);
  const isTransformed = (/** @type {import("@convene/conformance").CaseResult} */ { algorithm }) =>
    algorithm?.includes("winograd") ?? false;
  const transformed = (await runSuites(make, { ...options, accuracy: "fast", suites: SUITE_NAMES })).filter(
    (result) => isTransformed(result) && suites.some((suite) => suite === result.suite),
  );
  if (transformed.length < (options.selection === "quick" ? 30 : 40))
    throw new Error(`worker-threads, fast: only ${transformed.length} plans are transformed`);
  const only = transformed.map(({ name }) => name);
  const still = (await runSuites(make, { ...options, accuracy: "strict", suites, only })).filter(isTransformed);
  if (still.length > 0) throw new Error(`worker-threads, strict: ${still[0]?.name} is transformed`);
}

const LAYER = new Conv2d({ inChannels: 3, outChannels: 5, kernelSize: 3, padding: 1 }, { seed: 1 });
const INPUT = randomUniform([2, 3, 20, 30], { seed: 2 });

/** Problems with more rows than a texture has. The planes of inputs, weights and outputs lie in several columns. */
const TALL = [
  "ic400_ih100_iw4_oc350_kh1",
  "g400_ic400_ih100_iw4_oc400_kh3_ph1",
  "g100_n2_ic200_ih90_iw3_oc400_kh5_kw1",
];

async function checkColumns() {
  const backend = await gpu({ mode: "webgl2" });
  for (const text of TALL) {
    const { status, message } = await checkProblem(backend, parseProblem(text), "integer");
    if (status !== "passed") throw new Error(`webgl2: ${text}: ${message}`);
  }
  await backend.dispose();
  await send("/report", `webgl2: ${TALL.length} problems of more rows than a texture has`);
}

/**
 * Operations with more rows than a texture has, so that planes lie in several columns, by texels and by lanes. Others have more inputs
 * than a kernel has units for textures. All operations move numbers or add few of them, so JavaScript gives the same bits.
 */
const TALL_OPERATIONS = [
  "slice_n2_c400_ih100_iw3_oc398_oh90_fc2_fh5",
  "slice_c400_ih100_iw3_oc320_fc8",
  "channelShuffle_g8_c400_h100_w3",
  "concat_channels200:3:197_h100_w3",
  `concat_channels${Array.from({ length: 40 }, (_, i) => i + 1).join(":")}_h60_w2`,
  "add_n2_c400_h100_w2_perChannel_relu",
  "maxPool2d_c400_ih100_iw4_kh3_pt1_pl1_pb1_pr1",
  "reshape_ic400_ih100_iw3_oc40000_oh1_ow3",
  "reshape_ic40000_ih1_iw3_oc400_oh100_ow3_nhwc",
  "pixelShuffle_ic400_ih100_iw2_rh2",
];

async function checkOperationColumns() {
  const [backend, inJavaScript] = [await gpu({ mode: "webgl2" }), await gpu({ mode: "cpu" })];
  for (const text of TALL_OPERATIONS) {
    const problem = parseOperation(text);
    const inputs = operationInputShapes(problem).map((shape, seed) => randomUniform(shape, { seed }));
    /** @param {import("@convene/core").Backend} on */
    const runOn = async (on) => {
      const plan = await on.prepareOperation(problem);
      const [from, to] = [inputs.map((each) => on.upload(each)), on.allocate(operationOutputShape(problem))];
      plan.run(from, to);
      const { data } = await on.read(to);
      for (const each of [plan, to, ...from]) each.dispose();
      return data;
    };
    const [actual, expected] = [await runOn(backend), await runOn(inJavaScript)];
    const wrong = actual.findIndex((value, i) => value !== expected[i]);
    if (wrong >= 0 || actual.length !== expected.length) {
      throw new Error(`webgl2: ${text}: element ${wrong} is ${actual[wrong]}, in JavaScript ${expected[wrong]}`);
    }
    await send("/alive", {});
  }
  await backend.dispose();
  await inJavaScript.dispose();
  await send(
    "/report",
    `webgl2: ${TALL_OPERATIONS.length} operations of more rows or inputs than a texture or a kernel has`,
  );
}

/**
 * Chromium keeps 16 contexts of WebGL2, and drops those that were not used for the longest time. Contexts that nothing refers to may go
 * before. So a dispose that keeps its context did not show with 20 backends, and showed with 24, 30 and 40.
 */
const MORE_THAN_CONTEXTS = 24;

/** Backends come and go, and one that was there before them still runs. */
async function checkContexts() {
  const backend = await gpu({ mode: "webgl2" });
  const model = await prepare(backend, LAYER, INPUT.shape);
  const { data: first } = await model.run(INPUT);
  for (let i = 0; i < MORE_THAN_CONTEXTS; i++) await (await gpu({ mode: "webgl2" })).dispose();
  const { data: last } = await model.run(INPUT);
  if (last.some((value, i) => value !== first[i])) throw new Error("webgl2: the earliest backend has another result");
  await backend.dispose();
  await send("/report", `webgl2: ${MORE_THAN_CONTEXTS} backends come and go, and an earlier one still runs`);
}

/** @param {number} count */
async function onEach(count) {
  const results = [];
  for (let i = 0; i < count; i++) {
    const backend = await gpu({ mode: "webgl2" });
    results.push((await (await prepare(backend, LAYER, INPUT.shape)).run(INPUT)).data);
    await backend.dispose();
  }
  return results;
}

/** Disposed tensors and plans leave nothing, not even results of kernels. The backend refuses places that float32 cannot count. */
async function checkTextures() {
  const { createTexture, deleteTexture } = WebGL2RenderingContext.prototype;
  let textures = 0;
  WebGL2RenderingContext.prototype.createTexture = function () {
    textures++;
    return createTexture.call(this);
  };
  WebGL2RenderingContext.prototype.deleteTexture = function (texture) {
    textures--;
    deleteTexture.call(this, texture);
  };
  const backend = await gpu({ mode: "webgl2" });
  const before = textures;
  for (let i = 1; i <= 20; i++) {
    const layer = new Conv2d(
      { inChannels: 3, outChannels: 5, kernelSize: 3, activation: { clamp: [0, i] } },
      { seed: 1 },
    );
    const model = await prepare(backend, layer, INPUT.shape);
    await model.run(INPUT);
    await model.run(INPUT);
    model.dispose();
  }
  await backend.sync();
  if (textures !== before) throw new Error(`webgl2: ${textures - before} textures stay of what was disposed of`);
  const many = parseProblem(`n${2 ** 22}_ic1_ih1_oc1_kh1_nobias`);
  const error = await backend.prepareConv2d(many, { weight: Float32Array.of(1) }).catch((caught) => String(caught));
  if (!/places are counted in float32/.test(String(error))) throw new Error(`webgl2, ${2 ** 22} planes: ${error}`);
  await backend.dispose();
  Object.assign(WebGL2RenderingContext.prototype, { createTexture, deleteTexture });
  await send("/report", "webgl2: no texture stays of what was disposed of");
}

/** A context is lost while a model runs. The run fails and names the reason, and a new backend works. */
async function checkLoss() {
  const { getContext } = HTMLCanvasElement.prototype;
  /** @type {WebGL2RenderingContext[]} */
  const contexts = [];
  // @ts-expect-error getContext has one signature for all kinds here
  HTMLCanvasElement.prototype.getContext = function (...args) {
    const context = getContext.apply(this, args);
    if (args[0] === "webgl2") contexts.push(context);
    return context;
  };
  const backend = await gpu({ mode: "webgl2" });
  HTMLCanvasElement.prototype.getContext = getContext;
  const model = await prepare(backend, LAYER, INPUT.shape);
  await model.run(INPUT);
  const inFlight = model.run(INPUT);
  contexts.at(-1).getExtension("WEBGL_lose_context").loseContext();
  const error = await inFlight.catch((/** @type {{ code?: string, message?: string }} */ caught) => caught);
  if (!("code" in error) || error.code !== "ERR_EXECUTION" || !/the device was lost/.test(error.message ?? "")) {
    throw new Error(`webgl2, context lost: ${String(error)}`);
  }
  await backend.dispose();
  await onEach(1);
  await send("/report", "webgl2: where the context is lost, what is in flight says so, and a new backend works");
}

/** Runs a layer in a worker with WebGL2 and WebGPU, because a worker has no document. */
async function checkWorker() {
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const { results, error } = await new Promise((resolve) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", ({ message }) => resolve({ error: message }));
  });
  worker.terminate();
  const [a, b] = results ?? [];
  // Both results are sums of 27 products of numbers below 1, so they may differ only by rounding.
  if (error || a.length !== 405 || a.some((value, i) => Math.abs(value - b[i]) > 1e-5)) {
    throw new Error(`in a worker: ${error ?? "WebGL2 and WebGPU differ"}`);
  }
  await send("/report", "webgl2 and webgpu: in a worker");
}

async function checkGaps() {
  const changed = await changedGaps();
  if (changed.length > 0) throw new Error(changed.join("; "));
  await send("/report", "webgl2: gpu.js lacks what is worked round");
}

/** On a page that is not isolated, worker-threads names the missing headers. */
async function checkRefusal() {
  const error = await workerThreads().catch((/** @type {{ remedy?: string }} */ caught) => caught);
  const remedy = "remedy" in error ? error.remedy : "none";
  if (!/Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/.test(remedy ?? "")) {
    throw new Error(`on a page that is not isolated, worker-threads says: ${String(error)}`);
  }
  await send("/report", "a page that is not isolated: worker-threads names the two headers");
}

/** The checks, by the text between `?` and `&` in the page's address. */
const PARTS = {
  /** @param {boolean} whole */
  async processors(whole) {
    // The quick selection is enough: the tests run the whole suite on the same modules in Node. Another engine compiles them anew.
    const options = whole ? {} : /** @type {const} */ ({ selection: "quick" });
    // worker-threads runs the kernels of cpu, and so all of them. cpu itself differs in what surrounds them.
    /** @type {readonly ("exact" | "lifecycle" | "errors")[]} */
    const surroundings = ["exact", "lifecycle", "errors"];
    await runSuites(() => cpu(), { suites: whole ? SUITE_NAMES : surroundings, ...options });
    await runSuites(() => cpu({ kernels: "js" }), { suites: ["exact"], selection: "quick" });
    await checkThreads(options);
    location.href = "/plain";
  },
  /** @param {boolean} whole */
  async webgpu(whole) {
    await checkGraphics("webgpu", whole);
    await send("/end", {});
  },
  /** @param {boolean} whole */
  async webgl2(whole) {
    await checkGaps();
    await checkColumns();
    await checkOperationColumns();
    await checkContexts();
    await checkLoss();
    await checkTextures();
    await checkWorker();
    await checkGraphics("webgl2", whole);
    await send("/end", {});
  },
};

try {
  if (crossOriginIsolated) {
    const [part, whole] = location.search.slice(1).split("&");
    await PARTS[/** @type {keyof typeof PARTS} */ (part)](whole === "whole");
  } else {
    await checkRefusal();
    await send("/end", {});
  }
} catch (error) {
  await send("/error", { message: String(error) });
}

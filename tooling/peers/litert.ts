/**
 * LiteRT.js, which is TensorFlow Lite with XNNPACK in WebAssembly, behind the Backend interface: a compiled model for each
 * plan. Its models run asynchronously, so work waits in a queue, in the order of calls.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import {
  type Backend,
  BackendUnavailableError,
  type Conv2dProblem,
  type Support,
  tensor,
  toLayout,
} from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import type { LiteRt, LiteRtTensor } from "./litert-types.js";
import { PEERS } from "./peers.js";
import { isDepthwise, nhwcShape, tfliteModel } from "./tflite.js";

const require = createRequire(import.meta.url);
/** A name in a variable, so that types are not looked for: the package is not in the workspace. */
const PACKAGE: string = "@litertjs/core";

interface Loaded {
  readonly lib: LiteRt;
  readonly device: string;
  readonly nonFinite: Support;
  /** Throws what LiteRT has printed as an error, since it throws nothing itself and goes on with memory as it was. */
  readonly check: () => void;
}

/** There is one LiteRT for the process, so backends share it. */
let loaded: Promise<Loaded> | undefined;

export default async function litert(): Promise<Backend> {
  loaded ??= load();
  try {
    return litertBackend(await loaded);
  } catch (cause) {
    throw new BackendUnavailableError(
      "litert",
      `its WebAssembly did not start: ${String(cause)}`,
      "Use an engine with WebAssembly SIMD.",
      { cause },
    );
  }
}

async function load(): Promise<Loaded> {
  const lib = (await import(PACKAGE)) as LiteRt;
  const folder = join(dirname(require.resolve(PACKAGE)), "../wasm/");
  const faults: string[] = [];
  const { liteRtWasm } = await asInWorker(() => lib.loadLiteRt(folder), faults);
  const relaxed = await lib.supportsFeature("relaxedSimd");
  const threads = liteRtWasm.getThreadCount();
  const version = PEERS.litert.packages[PACKAGE as "@litertjs/core"];
  return {
    lib,
    device: `LiteRT.js ${version} wasm, ${relaxed ? "relaxed simd" : "simd128"}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    // Two builds with kernels of their own.
    nonFinite: relaxed || {
      reason:
        "without relaxed SIMD, a NaN becomes the lower bound of the clamp, -Infinity where there is none, and a weight of zero can hide an infinity",
    },
    check() {
      if (faults.length > 0) throw new Error(faults.splice(0).join("; "));
    },
  };
}

/**
 * LiteRT.js loads a script by `importScripts`, and takes `ModuleFactory` from `self`. Its script does know Node, as a
 * CommonJS module that defines that variable, but lies in a package of ES modules, where Node would not run it as one.
 */
async function asInWorker<T>(work: () => Promise<T>, faults: string[]): Promise<T> {
  const scope = globalThis as { self?: unknown; importScripts?: unknown; ModuleFactory?: unknown };
  const before = { self: scope.self, importScripts: scope.importScripts };
  const { error, warn } = console;
  scope.self = globalThis;
  scope.importScripts = (path: string) => {
    const source = `${readFileSync(path, "utf8")}\nreturn ModuleFactory;`;
    const run = compileFunction(source, ["require", "__dirname", "__filename"], { filename: path });
    scope.ModuleFactory = run(require, dirname(path), path);
  };
  // What it finds here when it starts is what it prints with from then on: of every model and every accelerator.
  console.error = (line: unknown) => {
    const [, severity, message] = /^(INFO|WARNING|ERROR): (.*)/s.exec(String(line)) ?? [];
    if (severity === "ERROR") faults.push(message!);
    else if (severity === undefined) error(line);
  };
  console.warn = () => undefined;
  try {
    return await work();
  } finally {
    Object.assign(console, { error, warn });
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete scope[name as keyof typeof before];
      else scope[name as keyof typeof before] = value;
    }
  }
}

/** What was uploaded, or will have been computed once the queue has come to it. */
interface Result {
  tensor: LiteRtTensor | undefined;
}

/** A run gives a tensor of its own, so a storage holds whichever result came last. */
interface Holder {
  result: Result | undefined;
}

function litertBackend({ lib, device, nonFinite, check }: Loaded): Backend {
  const results = new Set<Result>();
  const plans = new Set<{ dispose(): void }>();
  let queue = Promise.resolve();
  const enqueue = (step: () => void | Promise<void>): void => {
    queue = queue.then(step);
    // The next read or sync, which awaits the queue, rejects; until then nobody does.
    queue.catch(() => undefined);
  };
  /** The result before it is deleted in its turn, when nothing that reads it is left in the queue. */
  const replace = (holder: Holder, next: Result | undefined): void => {
    const before = holder.result;
    holder.result = next;
    if (next) results.add(next);
    if (!before) return;
    enqueue(() => {
      results.delete(before);
      before.tensor?.delete();
    });
  };
  return defineBackend<Holder>({
    name: "litert",
    device,
    features: {
      nonFinite,
      subnormals: true,
      supports,
    },
    allocate: () => ({ result: undefined }),
    free: (holder) => replace(holder, undefined),
    upload(source, target) {
      replace(target, { tensor: new lib.Tensor(toLayout(source, "nhwc").data, nhwcShape(source.shape)) });
    },
    async read({ result }, shape, layout) {
      await queue;
      if (!result?.tensor) throw new Error("read before anything was written");
      return toLayout(tensor(result.tensor.toTypedArray(), shape, { layout: "nhwc" }), layout);
    },
    async prepareConv2d(problem, weights) {
      const model = await lib.loadAndCompile(tfliteModel(problem, weights), { accelerator: "wasm" });
      check();
      const plan = {
        algorithm: isDepthwise(problem) ? "DEPTHWISE_CONV_2D" : "CONV_2D",
        run(input: Holder, output: Holder, residual: Holder | undefined) {
          const inputs = residual ? [input.result!, residual.result!] : [input.result!];
          const y: Result = { tensor: undefined };
          enqueue(async () => {
            y.tensor = (await model.run(inputs.map((each) => each.tensor!)))[0]!;
            check();
          });
          replace(output, y);
        },
        dispose() {
          if (plans.delete(plan)) enqueue(() => model.delete());
        },
      };
      plans.add(plan);
      return plan;
    },
    sync: () => queue,
    async dispose() {
      for (const plan of plans) plan.dispose();
      await queue.catch(() => undefined);
      for (const result of results) result.tensor?.delete();
    },
  });
}

function supports(p: Conv2dProblem): Support {
  if (p.paddingMode !== "zeros" && p.paddingMode !== "reflect" && p.pt + p.pl + p.pb + p.pr > 0) {
    return { reason: `paddingMode "${p.paddingMode}": TensorFlow Lite pads with zeros or by reflection` };
  }
  return true;
}

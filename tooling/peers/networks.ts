/**
 * Compares whole networks from ONNX files, end to end and interleaved: from an input tensor to the outputs. ONNX Runtime runs the file
 * itself. tfjs cannot read such files, so it runs the network of `readOnnx`, operation by operation, with the same weights.
 */

import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type * as core from "@convene/core";
import type { Backend, Network, Shape4, Tensor } from "@convene/core";
import { measure } from "../../apps/benchmark/src/engine/measure/measure.js";
import { median, quantile } from "../../apps/benchmark/src/engine/statistics.js";
import { readOnnxFile } from "../../apps/benchmark/src/terminal/workloads/onnx-file.js";
import { installPackages, installPeer } from "./install.js";
import { externalOf } from "./ort-network.js";
import type { Ort, OrtTensor } from "./ort-types.js";
import { isPeerName, PEERS, type PeerName } from "./peers.js";

type Core = typeof core;
type Outputs = Readonly<Record<string, Float32Array>>;

interface Contestant {
  readonly name: string;
  run(): Promise<Outputs>;
  dispose(): Promise<void>;
}

/** The path of a built package, as a user has it. */
const dist = (name: string): string => new URL(`../../packages/${name}/dist/index.js`, import.meta.url).href;

export const NETWORKS_USAGE = "bench <model.onnx>... [--shape 1x3x224x224] [--time <ms>] [--threads <n>]";

/** The build for one thread. The name is in a variable, so that TypeScript does not look for it in the workspace. */
const WEB: string = "onnxruntime-web/wasm";

/** The largest allowed difference from our outputs, as a share of their range. */
const TOLERANCE = 1e-4;

/** @returns the process's exit code: 1 if outputs differ */
export async function networks(names: readonly PeerName[], args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      shape: { type: "string", multiple: true },
      time: { type: "string", default: "3000" },
      threads: { type: "string", default: "1" },
    },
  });
  const threads = Number(values.threads);
  let code = 0;
  for (const path of positionals) {
    // Only a file with open sizes takes the given shapes.
    const file = open(path, values.shape);
    const shapes = Object.entries(file.shapes).map(([name, shape]) => `${name} ${shape.join(" x ")}`);
    console.log(
      `\n${basename(path)} at ${shapes.join(", ")}: ${(file.network.cost(file.shapes).macs / 1e6).toFixed(1)} M multiply-accumulates`,
    );
    const contestants: Contestant[] = [];
    for (const name of [...ours(threads), ...names]) {
      try {
        contestants.push(await contestant(name, file, threads));
      } catch (error) {
        console.log(`  ${name.padEnd(24)} cannot: ${(error as Error).message.slice(0, 200)}`);
      }
    }
    if (!(await compare(contestants, Number(values.time)))) code = 1;
    for (const each of contestants) await each.dispose();
  }
  return code;
}

function open(path: string, shapes: readonly string[] | undefined): ReturnType<typeof readOnnxFile> {
  try {
    return readOnnxFile(path);
  } catch {
    return readOnnxFile(path, { shape: shapes });
  }
}

/** Our backends: `cpu`, and worker-threads with this number of threads. */
function ours(threads: number): readonly string[] {
  return threads > 1 ? ["cpu", `worker-threads:${Math.min(threads, availableParallelism())}`] : ["cpu"];
}

type File = ReturnType<typeof readOnnxFile>;

async function contestant(name: string, file: File, threads: number): Promise<Contestant> {
  if (name === "onnxruntime-web" || name === "onnxruntime-node") return onnxRuntime(name, file, 1);
  if (name === "onnxruntime-node-threads") return onnxRuntime(name, file, threads);
  if (name.startsWith("onnxruntime") || name === "jax-js" || name === "litert")
    throw new Error("it has no adapter for whole networks");
  const backend = await openBackend(name);
  return onBackend(name, backend, file.network, file.shapes);
}

async function openBackend(name: string): Promise<Backend> {
  if (name === "cpu") return ((await import(dist("cpu"))) as { cpu(): Promise<Backend> }).cpu();
  if (isPeerName(name)) {
    return ((await import(pathToFileURL(await installPeer(name)).href)) as { default(): Promise<Backend> }).default();
  }
  const threads = Number(name.split(":")[1]);
  const { workerThreads } = (await import(dist("worker-threads"))) as {
    workerThreads(options: object): Promise<Backend>;
  };
  return workerThreads({ threads });
}

async function onBackend(
  name: string,
  backend: Backend,
  network: Network,
  shapes: Readonly<Record<string, Shape4>>,
): Promise<Contestant> {
  const { prepare } = (await import(dist("core"))) as Core;
  const model = await prepare(backend, network, shapes);
  const inputs = inputsOf(shapes);
  return {
    name: `${name}, ${backend.device}`,
    async run() {
      const answer = await model.run(inputs);
      return Object.fromEntries(Object.entries(answer).map(([key, { data }]) => [key, data]));
    },
    dispose: () => backend.dispose(),
  };
}

/** Inputs like a picture, the same for all: waves, and a rectangle with sharp edges, from −1 to 1. */
function inputsOf(shapes: Readonly<Record<string, Shape4>>): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const [, , h, w] = shape;
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      const at = (index: number): number => {
        const [x, y, plane] = [index % w, Math.floor(index / w) % h, Math.floor(index / (w * h))];
        const inside = x > w / 3 && x < w / 2 && y > h / 4 && y < (3 * h) / 4;
        return 0.5 * Math.sin(x / 7 + plane) + 0.3 * Math.sin((y - x / 3) / 5) + (inside ? 0.2 : -0.2);
      };
      return [name, { shape, layout: "nchw", data: data.map((_, index) => at(index)) } as Tensor];
    }),
  );
}

async function onnxRuntime(
  name: "onnxruntime-web" | "onnxruntime-node" | "onnxruntime-node-threads",
  { bytes, external, source, shapes }: File,
  threads: number,
): Promise<Contestant> {
  const require = createRequire(join(installPackages(name, PEERS[name].packages), "package.json"));
  const web = name === "onnxruntime-web";
  const ort = (web ? await import(pathToFileURL(require.resolve(WEB)).href) : require("onnxruntime-node")) as Ort;
  if (web) ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [web ? "wasm" : "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    externalData: externalOf(external),
  });
  const { toLayout } = (await import(dist("core"))) as Core;
  const feeds: Record<string, OrtTensor> = {};
  for (const [input, tensor] of Object.entries(inputsOf(shapes))) {
    const { layout, dims } = source.inputDetails[input]!;
    const [n, c, h, w] = tensor.shape;
    const sizes = layout === "nhwc" ? [n, h, w, c] : [n, c, h, w];
    feeds[input] = new ort.Tensor(
      "float32",
      toLayout(tensor, layout).data,
      dims.length === 4 ? sizes : sizes.filter((_, axis) => axis < dims.length),
    );
  }
  return {
    name: `${name} ${(web ? ort.env.versions.web : ort.env.versions.node) ?? ""}${threads === 1 ? "" : `, ${threads} threads`}`,
    async run() {
      const answer = await session.run(feeds);
      return Object.fromEntries(Object.entries(answer).map(([key, { data }]) => [key, data]));
    },
    dispose: () => session.release(),
  };
}

/** Compares the outputs with those of the first contestant, and prints medians and ratios of neighbouring samples. */
async function compare(contestants: readonly Contestant[], budget: number): Promise<boolean> {
  let agreed = true;
  const [first] = contestants;
  if (!first) return false;
  const expected = await first.run();
  const kept: Contestant[] = [];
  for (const each of contestants) {
    const wrong = difference(expected, await each.run());
    if (wrong === undefined) kept.push(each);
    else {
      agreed = false;
      console.log(`  ${each.name.padEnd(24)} gives other numbers: ${wrong}`);
    }
  }
  const outcomes = await measure(
    kept.map((each) => ({ run: async (count: number) => { for (let at = 0; at < count; at++) await each.run(); } })), // prettier-ignore
    { budget, pause: async () => undefined },
  );
  const [base] = outcomes;
  if (!base || "error" in base) throw new Error(`${first.name} failed`);
  for (const [index, outcome] of outcomes.entries()) {
    const { name } = kept[index]!;
    if ("error" in outcome) {
      console.log(`  ${name.padEnd(48)} failed: ${String(outcome.error)}`);
      continue;
    }
    const ratios = outcome.samples.map((sample, at) => sample / base.samples[at]!);
    const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
    console.log(
      `  ${name.padEnd(48)} ${median(outcome.samples).toFixed(3).padStart(9)} ms   ${median(ratios).toFixed(2).padStart(6)} x  (middle half ${low.toFixed(2)} to ${high.toFixed(2)})`,
    );
  }
  return agreed;
}

/** One element in this many may differ by more, because a network that selects the largest neighbour may decide differently at a tie. */
const SELDOM = 1000;

/** The fault of the outputs, or `undefined`. */
function difference(expected: Outputs, given: Outputs): string | undefined {
  for (const [name, data] of Object.entries(expected)) {
    const other = given[name];
    if (other?.length !== data.length)
      return `the output ${name} has ${other?.length} elements; expected ${data.length}`;
    const [min, max] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
    const errors = data.map((value, index) => Math.abs(value - other[index]!));
    const wrong = errors.filter((error) => !(error <= TOLERANCE * (max - min))).length;
    if (wrong * SELDOM <= data.length) continue;
    const worst = errors.reduce((a, b) => Math.max(a, b));
    return `${wrong} of ${data.length} elements of ${name} are off by more than ${TOLERANCE} of its range, by up to ${worst} of ${max - min}`;
  }
  return undefined;
}

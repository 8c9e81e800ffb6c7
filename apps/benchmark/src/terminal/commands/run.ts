/** `convene run`: runs a network from a file on a picture or on arrays, and prints its outputs and its time. */

import { existsSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
  type NamedModel,
  type OutputTensor,
  prepare,
  randomUniform,
  type Shape4,
  type Tensor,
  tensor,
} from "@convene/core";
import { CommandError, InputError, messageOf, oneLine } from "@convene/conformance";
import type { BackendTable } from "../../engine/backends.js";
import { openBackends } from "../open-backends.js";
import { NpyError, readNpy, writeNpy } from "../files/npy.js";
import { readNamedFile } from "../files/read-file.js";
import { type Fit, IMAGENET, readImage } from "../files/read-image.js";
import { formatTable, printLine, printProse } from "@convene/conformance/terminal";
import type { Io } from "../io.js";
import { enumerate, formatCount, formatMilliseconds, plural } from "../../engine/format.js";
import { printBackends, printTitle } from "../report/header.js";
import { type LayerTimes, profileLines } from "../run/profile.js";
import { isScores, readLabels, summarize, top } from "../../engine/top.js";
import { settle } from "../../engine/settle.js";
import { median } from "../../engine/statistics.js";
import { type OnnxFile, readOnnxFile } from "../workloads/onnx-file.js";

export interface RunOptions {
  readonly backend?: readonly string[];
  readonly output?: string;
  readonly top?: number;
  readonly labels?: string;
  readonly profile?: boolean;
  readonly strict?: boolean;
  readonly shape?: readonly string[];
  readonly until?: readonly string[];
  readonly fit?: Fit;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly bgr?: boolean;
}

/** The most runs for the printed time. The runs end after half a second. */
const MOST_RUNS = 30;
const RUN_TIME = 500;
const DEFAULT_TOP = 5;

/** @param files an image or .npy file for the first input, or `name=file` for each input */
export async function run(
  path: string,
  files: readonly string[],
  options: RunOptions,
  io: Io,
  table: BackendTable,
): Promise<number> {
  const file = readOnnxFile(path, options);
  const labels = options.labels === undefined ? undefined : readLabels(readText(options.labels));
  if (options.output !== undefined) checkTarget(options.output);
  const inputs = await readInputs(file, files, options);
  const backends = await openBackends(table, options.backend ?? ["cpu"], io, () => printTitle(io, "run"));
  try {
    printBackends(io, backends);
    printFile(file, files, io);
    for (const { name, backend } of backends.open) {
      const started = performance.now();
      const model = await settle(io, () =>
        prepare(backend, file.network, file.shapes, {
          accuracy: options.strict ? "strict" : "fast",
          ...(options.profile && { profile: true }),
        }),
      );
      const prepared = performance.now() - started;
      try {
        const answer = await settle(io, () => model.run(inputs));
        const first = performance.now() - started - prepared;
        const { times, layers } = await measure(model, inputs, io);
        printLine(io);
        const each = `then ${formatMilliseconds(median(times))} ms (median of ${times.length})`;
        const how = options.profile ? " with a wait after each layer" : "";
        printProse(
          io,
          `${io.colors.bold(name)}: prepared in ${formatMilliseconds(prepared)} ms, first run ${formatMilliseconds(first)} ms, ${each}${how}`,
        );
        printOutputs(answer, labels, options.top, io);
        if (options.profile) {
          printLine(io);
          for (const line of profileLines(layers, io.colors, io.columns)) printLine(io, line);
        }
        if (options.output !== undefined && backend === backends.open[0]!.backend)
          saveOutputs(answer, options.output, io);
      } finally {
        model.dispose();
      }
    }
    return backends.incomplete || backends.open.length === 0 ? 1 : 0;
  } finally {
    await backends.dispose();
  }
}

function printFile({ path, source, network, shapes }: OnnxFile, files: readonly string[], io: Io): void {
  const { bold, dim } = io.colors;
  const { macs, parameters } = network.cost(shapes);
  const convolutions = network.layers.filter(({ kind }) => kind === "conv2d").length;
  const sizes = Object.entries(shapes).map(([name, shape]) => `${name} ${shape.join(" x ")}`);
  printLine(io);
  printProse(io, `${bold(oneLine(basename(path)))}: ${sizes.join(", ")} to ${enumerate(source.outputs)}`);
  printProse(
    io,
    dim(
      `${plural(network.layers.length, "layer")}, ${formatCount(convolutions)} of them convolutions; ${formatCount(macs)} multiply-accumulates, ${formatCount(parameters)} parameters`,
    ),
  );
  if (files.length === 0) printProse(io, dim("no picture was given: the input is random numbers from -1 to 1"));
}

async function measure(
  model: NamedModel,
  inputs: Readonly<Record<string, Tensor>>,
  io: Io,
): Promise<{ readonly times: readonly number[]; readonly layers: readonly LayerTimes[] }> {
  const times: number[] = [];
  const layers = model.layers.map((layer) => ({ layer, milliseconds: [] as number[] }));
  const end = performance.now() + RUN_TIME;
  do {
    const start = performance.now();
    await settle(io, () => model.run(inputs));
    times.push(performance.now() - start);
    for (const { layer, milliseconds } of layers) milliseconds.push(layer.milliseconds ?? 0);
  } while (times.length < MOST_RUNS && performance.now() < end);
  return { times, layers };
}

/** Reads a tensor for each input. */
async function readInputs(
  { source, shapes }: OnnxFile,
  files: readonly string[],
  options: RunOptions,
): Promise<Readonly<Record<string, Tensor>>> {
  const given = new Map<string, string>();
  for (const [index, text] of files.entries()) {
    const named = source.inputs.find((name) => text.startsWith(`${name}=`));
    const [, other] = /^([^/\\]+?)=/.exec(text) ?? [];
    if (named === undefined && other !== undefined && !existsSync(text)) {
      throw new InputError(`"${text}": the network has no input ${other}; it has ${enumerate(source.inputs)}`);
    }
    const name = named ?? (index === 0 ? source.inputs[0] : undefined);
    if (name === undefined || given.has(name)) {
      throw new InputError(
        `"${text}": one file for each input; several are given as ${source.inputs.map((each) => `${each}=file`).join(" ")}`,
      );
    }
    given.set(name, named === undefined ? text : text.slice(named.length + 1));
  }
  const entries: [string, Tensor][] = [];
  for (const [index, [name, shape]] of Object.entries(shapes).entries()) {
    const path = given.get(name);
    if (path !== undefined)
      entries.push([name, await readInput(path, shape, source.inputDetails[name]!.layout, options)]);
    else if (files.length === 0) entries.push([name, randomUniform(shape, { seed: 1 + index, min: -1, max: 1 })]);
    else throw new InputError(`the input ${name} has no file: ${name}=file`);
  }
  return Object.fromEntries(entries);
}

async function readInput(path: string, shape: Shape4, layout: Tensor["layout"], options: RunOptions): Promise<Tensor> {
  const bytes = readNamedFile(path);
  const [n, channels, height, width] = shape;
  try {
    if (path.endsWith(".npy")) {
      const { dims, data } = readNpy(bytes);
      const count = n * channels * height * width;
      if (data.length !== count)
        throw new NpyError(
          `has ${data.length} elements (${dims.join(" x ")}); the input has ${count} (${shape.join(" x ")})`,
        );
      return tensor(data, shape, { layout });
    }
    if (n !== 1 || ![1, 3, 4].includes(channels)) {
      throw new Error(
        `a picture is for inputs of one image with 1, 3 or 4 channels, and not for ${shape.join(" x ")}; give a .npy file`,
      );
    }
    const { fit = "crop", mean = IMAGENET.mean, std: deviation = IMAGENET.deviation, bgr = false } = options;
    return await readImage(bytes, { channels, height, width, fit, order: bgr ? "bgr" : "rgb", mean, deviation });
  } catch (error) {
    throw new InputError(`${path}: ${messageOf(error)}`, { cause: error });
  }
}

function printOutputs(
  answer: Readonly<Record<string, OutputTensor>>,
  labels: readonly string[] | undefined,
  count: number | undefined,
  io: Io,
): void {
  const number = (value: number): string => value.toPrecision(5);
  const rows = Object.entries(answer).map(([name, { dims, data }]) => {
    const { min, max, mean, notFinite } = summarize(data);
    const counted = notFinite === 0 ? "" : io.colors.red(`${formatCount(notFinite)} are NaN or infinite`);
    return [name, dims.join(" x "), number(min), number(max), number(mean), counted];
  });
  const columns = ["min", "max", "mean"].map((title) => ({ title, align: "right" as const }));
  printLine(io);
  for (const line of formatTable(
    [{ title: "output" }, { title: "dims" }, ...columns, { title: "" }],
    rows,
    io.colors,
  )) {
    printLine(io, line);
  }
  for (const [name, { dims, data }] of Object.entries(answer)) {
    if (count === undefined && labels === undefined && !isScores(dims)) continue;
    const best = top(data, count ?? DEFAULT_TOP).map(({ index, value }) => [
      String(index),
      number(value),
      labels?.[index] ?? "",
    ]);
    printLine(io);
    const head = [
      { title: `largest of ${name}` },
      { title: "value", align: "right" as const },
      { title: labels ? "label" : "" },
    ];
    for (const line of formatTable(head, best, io.colors)) printLine(io, line);
  }
}

/** The text of a file. @throws InputError for a file that is no text, such as a picture */
function readText(path: string): string {
  const text = String(readNamedFile(path));
  if (text.includes("\0") || text.includes("\uFFFD")) throw new InputError(`${path}: is no text`);
  return text;
}

/** Checks before any work that a file of this name can be written. @throws InputError */
function checkTarget(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new InputError(`--output ${path}: it is a folder; name a file in it`);
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw new InputError(`--output ${path}: there is no folder ${dirname(path)}`);
}

/** Writes one file, or one for each output: `f.npy` becomes `f.scores.npy`. */
function saveOutputs(answer: Readonly<Record<string, OutputTensor>>, path: string, io: Io): void {
  const entries = Object.entries(answer);
  for (const [name, { dims, data }] of entries) {
    const safe = name.replace(/[^\w.-]+/g, "_");
    const target = entries.length === 1 ? path : path.replace(/(\.npy)?$/, `.${safe}.npy`);
    try {
      writeFileSync(target, writeNpy({ dims, data }));
    } catch (cause) {
      throw new CommandError(`cannot write to ${target} (${messageOf(cause)})`, { cause });
    }
    printProse(io, `${io.colors.dim("written:")} ${target}, ${dims.join(" x ")}`);
  }
}

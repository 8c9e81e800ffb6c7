/** A network from an ONNX file, with sizes from the command line. */

import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { InputError } from "@convene/conformance";
import type { Shape4 } from "@convene/core";
import type { OnnxNetwork } from "@convene/onnx";
import { readNamedFile } from "../files/read-file.js";
import { readSizedNetwork, type SizedNetwork, sizedWorkload } from "../../engine/workloads/onnx-workload.js";
import type { Workload } from "../../engine/workloads/workload.js";

export interface OnnxFile extends SizedNetwork {
  readonly path: string;
}

/** Options of the command line for an ONNX file. */
export interface OnnxFileOptions {
  /** Sizes: `1x3x224x224` for the only input, `name=1x3x224x224` for one of several. */
  readonly shape?: readonly string[] | undefined;
  /** Values at which the network ends. */
  readonly until?: readonly string[] | undefined;
}

/** A shape of the command line: `--shape 1x3x224x224`, or `--shape image=1x3x224x224`. */
const SHAPE = /^(?:(.+)=)?(\d+)x(\d+)x(\d+)x(\d+)$/;

/**
 * Reads a file with its own sizes. For open sizes it takes the sizes of `shape`, and a batch of one.
 *
 * @throws InputError with the file's name and the fault
 */
export function readOnnxFile(path: string, { shape = [], until }: OnnxFileOptions = {}): OnnxFile {
  const sizes = (source: OnnxNetwork): Readonly<Record<string, Shape4>> => parseShapes(source, shape);
  try {
    return { path, ...readSizedNetwork(path, readBytes(path), sizes, filesBeside(path), until) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(asOptions(error.message), { cause: error.cause });
  }
}

/** The remedy of a message as options of the command line, in place of a call of `readOnnx`. */
function asOptions(message: string): string {
  return message.replace(/readOnnx\(bytes, \{ until: (.*) \}\)/, (_, values: string) => {
    const names = (JSON.parse(`[${values}]`) as unknown[]).flat() as string[];
    return untilOption(names);
  });
}

function untilOption(names: readonly string[]): string {
  return ["--until", ...names.map((name) => (/^[\w./:=-]+$/.test(name) ? name : `'${name}'`))].join(" ");
}

/**
 * Reads the files that have weights of an ONNX file. Their locations come from the file, so they must lie in its folder: nobody expects
 * that a network reads other files.
 */
function filesBeside(path: string): (location: string) => Uint8Array {
  const folder = dirname(resolve(path));
  return (location) => {
    const place = relative(folder, resolve(folder, location));
    if (place === "" || isAbsolute(place) || place.split(sep)[0] === "..") {
      throw new InputError(
        `its weights lie in ${JSON.stringify(location)}, which is not in the folder of the file; move it there, and export the network again`,
      );
    }
    try {
      return readBytes(join(folder, place));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`its weights lie in ${JSON.stringify(location)}, in the same folder: ${error.message}`, {
        cause: error,
      });
    }
  };
}

function readBytes(path: string): Uint8Array {
  return new Uint8Array(readNamedFile(path));
}

function parseShapes({ inputs }: OnnxNetwork, shapes: readonly string[]): Readonly<Record<string, Shape4>> {
  return Object.fromEntries(
    shapes.map((text): [string, Shape4] => {
      const parts = SHAPE.exec(text);
      if (!parts)
        throw new InputError(
          `--shape "${text}" must be sizes in the order n, c, h, w, such as 1x3x224x224 or image=1x3x224x224`,
        );
      const [, name = inputs.length === 1 ? inputs[0]! : undefined, ...sizes] = parts;
      if (name === undefined || !inputs.includes(name)) {
        throw new InputError(`--shape "${text}" must name one of the inputs: ${inputs.join(", ")}`);
      }
      // Cast: the pattern has four sizes.
      return [name, sizes.map(Number) as [number, number, number, number]];
    }),
  );
}

/** The file as a workload: its convolutions as layers, and the whole network. */
export function onnxFileWorkload(path: string, options: OnnxFileOptions = {}): Workload {
  const { shape = [], until } = options;
  return {
    ...sizedWorkload(basename(path), readOnnxFile(path, options)),
    target: [path, ...shape.flatMap((each) => ["--shape", each]), ...(until ? [untilOption(until)] : [])].join(" "),
  };
}

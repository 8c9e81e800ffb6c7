/** Files of the reader: an ONNX network, or saved results. A fault of a file is a sentence. */

import { signal } from "@preact/signals";
import { parseReport } from "../../engine/parse-report.js";
import type { OnnxBytes } from "../../engine/workloads/workload.js";
import { setState } from "../address/address.js";
import { networkSize, readFiles, sortFiles } from "../network-files.js";
import { show } from "./run.js";

export interface OnnxFile extends OnnxBytes {
  readonly name: string;
}

export const dropped = signal<OnnxFile | undefined>(undefined);

/** The largest file in bytes, because several copies of the weights must fit into the tab. */
const LARGEST_ONNX = 600e6;
const LARGEST_JSON = 100e6;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/**
 * Takes an ONNX file, and files that have its weights.
 *
 * @returns a sentence about a fault of the files, or `undefined`. The comparison finds out whether the file is a network
 */
export async function takeOnnx(files: readonly File[]): Promise<string | undefined> {
  const { network } = sortFiles(files);
  if (!network) {
    return `${files.map(({ name }) => name).join(", ")} is no ONNX file by its name: a name that ends in .onnx was expected. Export the network again, docs/networks.md of the repository says how.`;
  }
  const { name } = network;
  const size = networkSize(network);
  if (size > LARGEST_ONNX) {
    return `${name} has ${megabytes(size)}, and a tab takes at most ${megabytes(LARGEST_ONNX)}. Compare it in a terminal: npx convene bench ${name}.`;
  }
  try {
    dropped.value = { name, ...(await readFiles(network)) };
  } catch (error) {
    return `${name} cannot be read (${error instanceof Error ? error.message : String(error)}). Choose it again.`;
  }
  setState("compare", { workload: "onnx", file: name });
  return undefined;
}

/** Shows the results of a file of the command or of the page. @returns a sentence about a fault of the file, or `undefined` */
export async function takeReport(file: File): Promise<string | undefined> {
  if (file.size > LARGEST_JSON) {
    return `${file.name} has ${megabytes(file.size)}: results have at most ${megabytes(LARGEST_JSON)}, so it is another kind of file.`;
  }
  try {
    show(parseReport(await file.text()), file.name);
    return undefined;
  } catch (error) {
    return `${file.name}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** Files of the reader: an ONNX network, or saved results. A fault of a file is a sentence. */

import { signal } from "@preact/signals";
import { parseReport } from "../../engine/parse-report.js";
import { setState } from "../address/address.js";
import { show } from "./run.js";

export interface OnnxFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const dropped = signal<OnnxFile | undefined>(undefined);

/** The largest file in bytes, because several copies of the weights must fit into the tab. */
const LARGEST_ONNX = 600e6;
const LARGEST_JSON = 100e6;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** @returns a sentence about a fault of the file, or `undefined`. The comparison finds out whether the file is a network */
export async function takeOnnx(file: File): Promise<string | undefined> {
  if (!/\.onnx$/i.test(file.name)) {
    return `${file.name} is no ONNX file by its name: a name that ends in .onnx was expected. Export the network again, docs/networks.md of the repository says how.`;
  }
  if (file.size > LARGEST_ONNX) {
    return `${file.name} has ${megabytes(file.size)}, and a tab takes at most ${megabytes(LARGEST_ONNX)}. Compare it in a terminal: npx convene bench ${file.name}.`;
  }
  try {
    dropped.value = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch (error) {
    return `${file.name} cannot be read (${error instanceof Error ? error.message : String(error)}). Choose it again.`;
  }
  setState("compare", { workload: "onnx", file: file.name });
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

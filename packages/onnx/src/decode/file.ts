/** Decodes ONNX's messages from bytes, and names the format of other files. */

import { ConveneError } from "@convene/core";
import { decodeModel, type ModelProto } from "./model.js";
import { eachField, fileError } from "./wire.js";

/** Decodes an ONNX file. @throws ConveneError `ERR_INVALID_OPTION` that names the format of another file, or the fault of a damaged file */
export function decodeFile(bytes: Uint8Array): ModelProto & { readonly graph: NonNullable<ModelProto["graph"]> } {
  // A Uint8Array of any realm, because Jest has classes of its own. Node's Buffer is one too.
  if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]") {
    const kind = Object.prototype.toString.call(bytes).slice(8, -1);
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `bytes (${kind}) must be a Uint8Array: await readFile(path), or new Uint8Array(await response.arrayBuffer())`,
    );
  }
  if (bytes.length === 0) throw fileError("is empty");
  const other = otherFormat(bytes);
  if (other) throw new ConveneError("ERR_INVALID_OPTION", `this is no ONNX file but ${other}`);
  let model: ModelProto;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    const tensorFlow = tensorFlowFormat(bytes);
    if (tensorFlow)
      throw new ConveneError("ERR_INVALID_OPTION", `this is no ONNX file but ${tensorFlow}`, { cause: error });
    throw error;
  }
  const { graph } = model;
  if (graph) return { ...model, graph };
  const tensorFlow = tensorFlowFormat(bytes);
  throw tensorFlow
    ? new ConveneError("ERR_INVALID_OPTION", `this is no ONNX file but ${tensorFlow}`)
    : fileError("has no graph: it is truncated, or no ONNX file");
}

const TO_ONNX = "torch.onnx.export writes an ONNX file from it";
const TF_TO_ONNX = "tf2onnx makes an ONNX file of it";

/** The first bytes of other formats: at offset `at` there is `text`, a character for each byte. */
const SIGNATURES: readonly (readonly [at: number, text: string, what: string])[] = [
  [4, "TFL3", `a TensorFlow Lite model; ${TF_TO_ONNX}`],
  [4, "ORTM", "an ONNX Runtime model (.ort); take the .onnx file that it was made from"],
  [0, "\x89HDF\r\n\x1a\n", `an HDF5 file, as Keras writes (.h5); ${TF_TO_ONNX}`],
  [
    0,
    "PK\x03\x04",
    `a zip archive, as PyTorch (.pt, .pth) and Keras (.keras) write; ${TO_ONNX}, and tf2onnx from Keras's`,
  ],
  [0, "\x1f\x8b", "compressed by gzip; unpack it first"],
  [0, "(\xb5/\xfd", "compressed by Zstandard; unpack it first"],
  [0, "\x80\x02", `a Python pickle, as older PyTorch writes (.pt, .pth); ${TO_ONNX}`],
  [0, "\x80\x03", `a Python pickle; ${TO_ONNX}`],
  [0, "\x80\x04", `a Python pickle; ${TO_ONNX}`],
  [0, "\x80\x05", `a Python pickle; ${TO_ONNX}`],
  [0, "\x93NUMPY", "a NumPy array (.npy)"],
  [0, "GGUF", "a GGUF file, of llama.cpp"],
  [0, "version https://git-lfs", "a pointer of Git LFS; git lfs pull fetches the file that it stands for"],
  [0, "<!DOCTYPE", "a page of HTML; what was downloaded is no file but what a server said"],
  [0, "<!doctype", "a page of HTML; what was downloaded is no file but what a server said"],
  [0, "<html", "a page of HTML; what was downloaded is no file but what a server said"],
  [0, "7767517", "a network of ncnn"],
  [0, "\x89PNG", "an image (PNG)"],
  [0, "\xff\xd8\xff", "an image (JPEG)"],
];

function otherFormat(bytes: Uint8Array): string | undefined {
  const found = SIGNATURES.find(([at, text]) => begins(bytes, at, text));
  if (found) return found[2];
  if (begins(bytes, 0, "{")) return "JSON, as TensorFlow.js writes (model.json)";
  // A safetensors file begins with the length of its header in eight bytes; then JSON follows.
  if (begins(bytes, 8, '{"') && bytes[7] === 0 && bytes[6] === 0)
    return "safetensors, which has weights and no network; @convene/safetensors reads them";
  // A text has no other control characters. In an ONNX file some of so many bytes are control characters, because
  // fields and lengths are not letters.
  return bytes.length >= 16 && bytes.subarray(0, 64).every(isText) ? "text" : undefined;
}

function isText(byte: number): boolean {
  return byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127);
}

function begins(bytes: Uint8Array, at: number, text: string): boolean {
  if (bytes.length < at + text.length) return false;
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** TensorFlow's files are protocol buffers too, and some of them without a field that contradicts ONNX's. */
function tensorFlowFormat(bytes: Uint8Array): string | undefined {
  const kinds: string[] = [];
  try {
    eachField(bytes, "the file", (field, value) => {
      kinds.push(`${field}:${typeof value === "number" ? value : typeof value}`);
      // The first fields are enough.
      if (kinds.length === 2) throw new RangeError();
    });
  } catch {
    // The file is damaged at this place. The fields before this place are enough.
  }
  if (kinds[0] === "1:1" && kinds[1] === "2:object") return `a SavedModel of TensorFlow; ${TF_TO_ONNX}`;
  if (kinds[0] === "1:object") return `a graph of TensorFlow (.pb), or another file of protocol buffers; ${TF_TO_ONNX}`;
  return undefined;
}

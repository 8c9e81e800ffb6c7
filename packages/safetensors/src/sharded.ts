/** A model in several files, and the index that names the file of each tensor. */

import { fail, SafetensorsError, show } from "./errors.js";
import { readSafetensors, type SafetensorsTensor, type SafetensorsTensors } from "./read.js";
import { checkObject, parseStrict } from "./strict-json.js";

/**
 * The tensors of all files that an index names (`model.safetensors.index.json`).
 *
 * @param json the index, as text
 * @param read gives the bytes of a file by its name. The name has no folder in it. `read` is called once for each file, one after another
 * @throws SafetensorsError as `readSafetensors`, naming the file; `ERR_HEADER` for a damaged index; `ERR_NO_TENSOR` where a file does not
 * hold exactly the tensors that the index names
 *
 * @example
 * const tensors = await readSafetensorsIndex(await readFile("model.safetensors.index.json", "utf8"), (file) => readFile(file));
 */
export async function readSafetensorsIndex(
  json: string,
  read: (file: string) => Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>,
): Promise<SafetensorsTensors> {
  const files = Object.entries(checkObject(parseStrict(json, "the index").weight_map, "weight_map"));
  const places = new Map(files.map(([name, file]) => [name, checkFile(file)]));
  const tensors = Object.create(null) as Record<string, SafetensorsTensor>;
  for (const file of new Set(places.values())) {
    const found = parse(await read(file), file);
    for (const name of Object.keys(found)) {
      if (places.get(name) !== file) fail("ERR_NO_TENSOR", `${file} holds the tensor ${show(name)}, against the index`);
      tensors[name] = found[name]!;
    }
  }
  for (const [name, file] of places) {
    if (!(name in tensors)) fail("ERR_NO_TENSOR", `${file} lacks the tensor ${show(name)}, against the index`);
  }
  return tensors;
}

function checkFile(file: unknown): string {
  // A path could lead out of the folder that the caller reads from.
  if (typeof file === "string" && /^(?!\.*$)[^/\\:\0]+$/.test(file)) return file;
  return fail("ERR_HEADER", `weight_map: ${show(file)} must be a file's name, without a path`);
}

function parse(bytes: Uint8Array | ArrayBuffer, file: string): SafetensorsTensors {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError) fail(error.code, `${file}: ${error.message}`, error);
    throw error;
  }
}

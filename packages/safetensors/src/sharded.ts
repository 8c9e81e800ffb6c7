/** A model in several files, and the index that says which of them holds which tensor. */

import { SafetensorsError, show } from "./errors.js";
import { checkObject } from "./header.js";
import { readSafetensors, type SafetensorsTensor, type SafetensorsTensors } from "./read.js";
import { parseStrict } from "./strict-json.js";

/**
 * The tensors of all files that an index names (`model.safetensors.index.json`).
 *
 * @param json the index, as text
 * @param read gives a file's bytes, by its name. A name is one of a file, never a path. Asked once a file, one after another
 * @throws SafetensorsError as `readSafetensors`, naming the file; `ERR_HEADER` for the index, `ERR_NO_TENSOR` where a file does not
 * hold exactly what the index says
 *
 * @example
 * const tensors = await readSafetensorsIndex(await readFile("model.safetensors.index.json", "utf8"), (file) => readFile(file));
 */
export async function readSafetensorsIndex(
  json: string,
  read: (file: string) => Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>,
): Promise<SafetensorsTensors> {
  const { weight_map: given } = checkObject(parseStrict(json, "the index"), "the index");
  const places = new Map(Object.entries(checkObject(given, "the index's weight_map")).map(checkPlace));
  const tensors = Object.create(null) as Record<string, SafetensorsTensor>;
  for (const file of new Set(places.values())) {
    const found = await readShard(file, read);
    for (const [name, tensor] of Object.entries(found)) {
      const place = places.get(name);
      if (place !== file) {
        const where = place === undefined ? "does not have" : `has in ${place}`;
        throw new SafetensorsError("ERR_NO_TENSOR", `${file} holds the tensor ${show(name)}, which the index ${where}`);
      }
      tensors[name] = tensor;
    }
  }
  for (const [name, file] of places) {
    if (!(name in tensors))
      throw new SafetensorsError("ERR_NO_TENSOR", `${file} has no tensor ${show(name)}, which the index says it has`);
  }
  return tensors;
}

function checkPlace([name, file]: [string, unknown]): readonly [string, string] {
  // A path could lead out of the folder that the caller reads from.
  if (typeof file === "string" && /^[^/\\:\0]+$/.test(file) && !/^\.+$/.test(file)) return [name, file];
  throw new SafetensorsError(
    "ERR_HEADER",
    `the index's file of ${show(name)} (${show(file)}) must be a file's name, without a path`,
  );
}

async function readShard(file: string, read: (file: string) => unknown): Promise<SafetensorsTensors> {
  const bytes = (await read(file)) as Uint8Array;
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new SafetensorsError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

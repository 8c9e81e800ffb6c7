/** A workload from a JSON file: `{ "about": "...", "layers": ["ic3_ih7_oc8_kh3", { "problem": "...", "repeat": 2 }] }`. */

import { basename } from "node:path";
import { InputError, oneLine } from "@convene/conformance";
import { ConveneError, parseProblem } from "@convene/core";
import { z } from "zod";
import { readNamedFile } from "../files/read-file.js";
import type { Workload } from "../../engine/workloads/workload.js";

const LAYER = z.strictObject({
  problem: z.string(),
  /** How often the layer occurs in a row. Default: 1. */
  repeat: z.int().min(1).optional(),
  /** The layer's name. Default: the problem's string. */
  name: z.string().min(1).optional(),
});

const FILE = z.strictObject({
  about: z.string().optional(),
  layers: z
    .array(z.union([z.string(), LAYER], { error: 'must be a problem string or { "problem", "repeat", "name" }' }))
    .min(1),
});

/** @throws InputError with the file's name, the place in the file and the expected value */
export function readWorkloadFile(path: string): Workload {
  const fail = (why: string, cause?: unknown): never => {
    throw new InputError(`${path}: ${why}`, { cause });
  };
  const text = String(readNamedFile(path));
  let json: unknown;
  try {
    // Some editors begin a file with a byte-order mark.
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // The message of the engine shows the text, which helps nobody where the file is a picture.
    const isText = !text.includes("\0") && !text.includes("\uFFFD");
    if (!isText || !path.endsWith(".json"))
      fail("is no workload: name a .json file, or a network as a .onnx file", error);
    fail(`is not JSON: ${oneLine((error as Error).message)}`, error);
  }
  const parsed = FILE.safeParse(json);
  if (!parsed.success) return fail(describeIssue(parsed.error.issues[0]!), parsed.error);

  const { about, layers } = parsed.data;
  return {
    name: oneLine(basename(path)),
    about: oneLine(about ?? path),
    layers: layers.map((layer, index) => {
      const { problem, repeat = 1, name = problem } = typeof layer === "string" ? { problem: layer } : layer;
      try {
        return { name: oneLine(name), problem: parseProblem(problem), repeat };
      } catch (error) {
        if (!(error instanceof ConveneError)) throw error;
        return fail(`layers[${index}]: ${error.message}`, error);
      }
    }),
  };
}

/** The place, then the fault. For a union, the branch for objects says more if the value is an object. */
function describeIssue(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[] = []): string {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().find(({ code, path: at }) => at.length > 0 || code === "unrecognized_keys");
    if (inner) return describeIssue(inner, path);
  }
  const place = path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  const message = issue.message.replace(/^Invalid input: /, "").replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  return place === "" ? message : `${place}: ${message}`;
}

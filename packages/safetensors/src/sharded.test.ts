import { describe, expect, it } from "vitest";
import { SafetensorsError } from "./errors.js";
import { readSafetensorsIndex } from "./sharded.js";
import { entry, fileOf } from "./testing/write-file.js";

const FILES: Readonly<Record<string, Uint8Array>> = {
  "one.safetensors": fileOf({ a: entry("U8", [2], 0, 2), b: entry("U8", [1], 2, 3) }, [1, 2, 3]),
  "two.safetensors": fileOf({ c: entry("U8", [1], 0, 1) }, [4]),
};
const index = (map: unknown): string => JSON.stringify({ metadata: { total_size: 4 }, weight_map: map });
const MAP = { a: "one.safetensors", c: "two.safetensors", b: "one.safetensors" };

it("reads each file once, and gives the tensors of all files", async () => {
  const asked: string[] = [];
  const tensors = await readSafetensorsIndex(index(MAP), async (file) => {
    asked.push(file);
    return FILES[file]!;
  });
  expect(asked).toEqual(["one.safetensors", "two.safetensors"]);
  expect(Object.entries(tensors).map(([name, { data }]) => [name, ...data])).toEqual([
    ["a", 1, 2],
    ["b", 3],
    ["c", 4],
  ]);
});

describe("readSafetensorsIndex", () => {
  const { b: _b, ...withoutB } = MAP;
  it.each([
    [
      "a tensor that a file lacks",
      index({ ...MAP, d: "two.safetensors" }),
      "ERR_NO_TENSOR",
      /two.safetensors lacks the tensor "d", against the index/,
    ],
    [
      "a tensor that the index lacks",
      index(withoutB),
      "ERR_NO_TENSOR",
      /one.safetensors holds the tensor "b", against the index/,
    ],
    [
      "a tensor in another file",
      index({ ...MAP, b: "two.safetensors" }),
      "ERR_NO_TENSOR",
      /one.safetensors holds the tensor "b", against/,
    ],
    ["a path", index({ a: "../secret" }), "ERR_HEADER", /weight_map: "..\/secret" must be a file's name/],
    ["a folder", index({ a: ".." }), "ERR_HEADER", /must be a file's name/],
    ["a number for a file", index({ a: 1 }), "ERR_HEADER", /1 must be a file's name/],
    [
      "a tensor twice",
      `{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}`,
      "ERR_HEADER",
      /the index has the key "a" twice/,
    ],
    ["no weight_map", "{}", "ERR_HEADER", /weight_map \(undefined\) must be an object/],
    ["no JSON", "<html>", "ERR_HEADER", /the index is no JSON/],
    ["a list", "[]", "ERR_HEADER", /the index \(\[\]\) must be an object/],
    [
      "a file that is cut off",
      index({ x: "short.safetensors" }),
      "ERR_TRUNCATED",
      /^short.safetensors: the header's length needs 8 bytes; .* has 3/,
    ],
  ])("refuses %s", async (_what, json, code, message) => {
    const reading = readSafetensorsIndex(json, (file) => FILES[file] ?? new Uint8Array(3));
    const error = await reading.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SafetensorsError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("rejects with the very error that the function for reading a file threw", async () => {
    const gone = new Error("gone");
    await expect(readSafetensorsIndex(index(MAP), () => Promise.reject(gone))).rejects.toBe(gone);
  });
});

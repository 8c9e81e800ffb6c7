/** Files that are cut off, changed, or lie. Each is one SafetensorsError, before anything is allocated by what it says. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SafetensorsError } from "./errors.js";
import { readSafetensors } from "./read.js";
import { entry, fileOf } from "./testing/write-file.js";

const WRITTEN = new Uint8Array(readFileSync(new URL("../test-files/every-dtype.safetensors", import.meta.url)));

/** Reads all of it, as a caller would. */
function readAll(file: Uint8Array | ArrayBuffer): void {
  for (const { data } of Object.values(readSafetensors(file))) expect(data.length).toBeGreaterThanOrEqual(0);
}

function errorOf(work: () => void): SafetensorsError | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  return undefined;
}

it("says that a file is cut off, at any length", () => {
  for (let length = 0; length < WRITTEN.length; length++) {
    const error = errorOf(() => readAll(WRITTEN.subarray(0, length)));
    expect([length, error?.code]).toEqual([length, "ERR_TRUNCATED"]);
  }
});

it("reads a file with one changed byte, or throws a SafetensorsError", () => {
  let refused = 0;
  const headerEnd = 8 + new DataView(WRITTEN.buffer).getUint32(0, true);
  for (let at = 0; at < headerEnd; at++) {
    for (const flip of [1, 0x20, 0x80]) {
      const file = WRITTEN.slice();
      file[at]! ^= flip;
      if (errorOf(() => readAll(file))) refused++;
    }
  }
  // A letter of a name, or of the metadata, may be any other.
  expect(refused).toBeGreaterThan(headerEnd * 2);
});

it.each([100_000_000n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])(
  "allocates no memory for a header that claims %d bytes",
  (claimed) => {
    const file = new Uint8Array(20).fill(0x20);
    file[8] = 0x7b;
    new DataView(file.buffer).setBigUint64(0, claimed, true);
    const message = `the header needs ${Number(claimed + 8n)} bytes; the file is cut off, and has 20`;
    expect(errorOf(() => readAll(file))).toMatchObject({ code: "ERR_TRUNCATED", message });
  },
);

it("reads 100,000 tensors", () => {
  const names = Array.from({ length: 100_000 }, (_, at) => [`layers.${at}.weight`, entry("U8", [1], at, at + 1)]);
  const tensors = readSafetensors(fileOf(Object.fromEntries(names), new Uint8Array(100_000).fill(7)));
  expect(tensors["layers.99999.weight"]!.data).toEqual(Uint8Array.of(7));
});

const one = entry("U8", [4], 0, 4);

it.each<[string, string | object, number, string, RegExp]>([
  ["a key twice", `{"a":${JSON.stringify(one)},"a":${JSON.stringify(one)}}`, 4, "ERR_HEADER", /the key "a" twice/],
  ["a key twice, spelt otherwise", `{"a":{"dtype":"U8","dtyp\\u0065":"I8"}}`, 4, "ERR_HEADER", /"dtype" twice/],
  ["metadata twice", `{"__metadata__":{},"__metadata__":{}}`, 0, "ERR_HEADER", /"__metadata__" twice/],
  ["a hole", { a: one, b: entry("U8", [1], 5, 6) }, 6, "ERR_HEADER", /tensor "b" begins at 5; expected 4, where/],
  ["an overlap", { a: one, b: entry("U8", [2], 3, 5) }, 5, "ERR_HEADER", /tensor "b" begins at 3; expected 4, where/],
  ["two tensors in one place", { a: one, b: one }, 4, "ERR_HEADER", /tensor "b" begins at 0; expected 4/],
  ["a hole at the start", { a: entry("U8", [1], 3, 4) }, 4, "ERR_HEADER", /tensor "a" begins at 3; expected 0/],
  ["bytes at the end", { a: one }, 7, "ERR_HEADER", /the tensors end at 4; expected 7, where the file ends/],
  [
    "too few bytes for its shape",
    { a: entry("F32", [4], 0, 4) },
    4,
    "ERR_HEADER",
    /data_offsets \(\[0,4\]\) must be 16 apart, for F32 of shape \[4\]/,
  ],
  [
    "a size of 2 to the 53rd",
    { a: entry("U8", [2 ** 53], 0, 4) },
    4,
    "ERR_HEADER",
    /shape .* must be a list of integers/,
  ],
  [
    "sizes whose product is no number",
    { a: entry("U8", [...Array<number>(30).fill(2 ** 50), 0], 0, 0) },
    0,
    "ERR_HEADER",
    /must be NaN apart, for U8/,
  ],
  ["a negative size", { a: entry("U8", [-1, -4], 0, 4) }, 4, "ERR_HEADER", /shape \(\[-1,-4\]\)/],
  ["a broken size", { a: entry("U8", [0.5, 8], 0, 4) }, 4, "ERR_HEADER", /shape/],
  ["a negative offset", { a: entry("U8", [4], -4, 0) }, 4, "ERR_HEADER", /data_offsets \(\[-4,0\]\)/],
  ["offsets the wrong way", { a: entry("U8", [4], 4, 0) }, 4, "ERR_HEADER", /data_offsets \(\[4,0\]\) must be 4 apart/],
  ["three offsets", { a: { ...one, data_offsets: [0, 4, 4] } }, 4, "ERR_HEADER", /data_offsets \(\[0,4,4\]\)/],
  [
    "an offset behind the end",
    { a: entry("U8", [8], 0, 8) },
    4,
    "ERR_TRUNCATED",
    /tensor "a", behind the header, needs 8 bytes; the file is cut off, and has 4/,
  ],
  [
    "an unknown dtype",
    { a: { ...one, dtype: "F8_E4M3" } },
    4,
    "ERR_DTYPE",
    /dtype \("F8_E4M3"\) must be one of F64, F32/,
  ],
  ["a dtype of an object's", { a: { ...one, dtype: "constructor" } }, 4, "ERR_DTYPE", /"constructor"/],
  ["no dtype", { a: { shape: [4], data_offsets: [0, 4] } }, 4, "ERR_DTYPE", /dtype \(undefined\)/],
  ["a tensor that is a list", { a: [] }, 0, "ERR_HEADER", /tensor "a" \(\[\]\) must be an object/],
  [
    "metadata of numbers",
    { __metadata__: { epoch: 3 } },
    0,
    "ERR_HEADER",
    /__metadata__ \(\{"epoch":3\}\) must hold strings/,
  ],
  ["metadata that is text", { __metadata__: "pt" }, 0, "ERR_HEADER", /__metadata__ \("pt"\) must be an object/],
  ["a dtype in a list", { a: { ...one, dtype: ["U8"] } }, 4, "ERR_DTYPE", /dtype \(\["U8"\]\)/],
  ["no offsets", { a: { dtype: "U8", shape: [4] } }, 4, "ERR_HEADER", /data_offsets \(undefined\) must be a list/],
  ["one offset", { a: { ...one, data_offsets: [0] } }, 4, "ERR_HEADER", /data_offsets \(\[0\]\) must be 4 apart/],
  ["no JSON", "{,}", 0, "ERR_HEADER", /the header is no JSON/],
  ["JSON that is cut off", `{"a`, 0, "ERR_HEADER", /the header is no JSON/],
  ["a list for a header", "[]", 0, "ERR_FORMAT", /byte 8 must be \{/],
  ["an empty header", "", 0, "ERR_HEADER", /the header is no JSON/],
  ["brackets, 200,000 deep", `{"a":${"[".repeat(200_000)}`, 0, "ERR_HEADER", /the header is no JSON/],
])("refuses %s", (_what, header, length, code, message) => {
  const error = errorOf(() => readAll(fileOf(header, new Uint8Array(length))));
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error!.message.length).toBeLessThan(300);
});

it("refuses a header that is no UTF-8", () => {
  const file = fileOf(`{"?":1}`);
  file[10] = 0xff;
  expect(errorOf(() => readAll(file))).toMatchObject({ code: "ERR_HEADER", message: "the header is no UTF-8" });
});

describe("another format", () => {
  const latin1 = (text: string): Uint8Array => Uint8Array.from(text.padEnd(64, "\0"), (letter) => letter.charCodeAt(0));

  it.each([
    ["PK\u0003\u0004", /the file is a PyTorch file .* safetensors.torch.save_file/],
    ["\u0080\u0002}q\0", /a pickle/],
    ["GGUF\u0003", /a GGUF file/],
    ["\u0089HDF\r\n", /an HDF5 file, as Keras writes .* tf2onnx/],
    ["<!DOCTYPE html>", /the file is HTML/],
    ["version https://git-lfs.github.com/spec/v1", /a Git LFS pointer: git lfs pull/],
    ["\u0008\u0007\u0012\u0007pytorch", /the file is not safetensors: byte 8 must be \{/],
  ])("that begins with %j is named in the error", (start, message) => {
    expect(errorOf(() => readAll(latin1(start)))).toMatchObject({
      code: "ERR_FORMAT",
      message: expect.stringMatching(message),
    });
  });

  it("is not reported for a safetensors file whose first byte, the header's length, is that of a pickle", () => {
    const text = JSON.stringify({ a: one }).padEnd(0x80);
    expect(readSafetensors(fileOf(text, new Uint8Array(4)))["a"]!.data).toEqual(new Uint8Array(4));
  });

  it.each([[undefined], [null], ["{}"], [[1, 2]], [new Float32Array(4)], [{}]])(
    "%j is refused, because it is not bytes",
    (value) => {
      // The cast: no type allows these values.
      expect(errorOf(() => readAll(value as unknown as Uint8Array))).toMatchObject({
        code: "ERR_FORMAT",
        message: expect.stringContaining("must be a Uint8Array or an ArrayBuffer"),
      });
    },
  );
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SafetensorsError } from "./errors.js";
import { float32, readSafetensors, readSafetensorsMetadata } from "./read.js";
import { entry, fileOf, padded } from "./testing/write-file.js";

/** Written by the format's own library; `tooling/goldens/safetensors_file.py` says what is in it. */
const WRITTEN = new Uint8Array(readFileSync(new URL("../test-files/every-dtype.safetensors", import.meta.url)));

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof SafetensorsError) return error.code;
    throw error;
  }
  return "nothing";
};

describe("a file of the format's own library", () => {
  const tensors = readSafetensors(WRITTEN);

  it.each([
    ["f64", "F64", [2, 2], [0, 0.5, -1.25, Math.fround(0.1)]],
    ["f32", "F32", [2, 3], [0, 1, -2, 0.5, Math.fround(3.4e38), Infinity]],
    ["f16", "F16", [8], [1, -2.5, 65_504, 2 ** -24, -(2 ** -14), 0, -Infinity, NaN]],
    ["bf16", "BF16", [4], [1, -2.5, 2 ** 127, -(2 ** -133)]],
    ["i64", "I64", [2], [-(2n ** 63n), 7n]],
    ["i32", "I32", [2], [-(2 ** 31), 7]],
    ["i16", "I16", [2], [-32_768, 7]],
    ["i8", "I8", [3], [-128, 7, 127]],
    ["u8", "U8", [1, 3], [0, 7, 255]],
    ["bool", "BOOL", [2], [1, 0]],
    ["single", "F32", [], [3]],
    ["empty", "F32", [0, 3], []],
  ])("gives %s", (name, dtype, shape, values) => {
    const { data, ...rest } = tensors[name]!;
    expect(rest).toEqual({ dtype, shape });
    expect([...(data as Iterable<number | bigint>)]).toEqual(values);
    expect(Object.is(tensors[name]!.data, data)).toBe(true);
  });

  it("has every tensor, and its metadata", () => {
    expect(Object.keys(tensors)).toHaveLength(12);
    expect(readSafetensorsMetadata(WRITTEN)).toEqual({ format: "pt" });
  });
});

describe("data", () => {
  const header = { a: entry("F32", [2], 0, 8), b: entry("I64", [1], 8, 16) };
  const bytes = [0, 0, 128, 63, 0, 0, 0, 192, 5, 0, 0, 0, 0, 0, 0, 0];

  it("is a view of the file if its offset is a multiple of its element size", () => {
    const file = fileOf(padded(header), bytes);
    const { a, b } = readSafetensors(file);
    expect([...a!.data, ...b!.data]).toEqual([1, -2, 5n]);
    expect([a!.data.buffer, b!.data.buffer]).toEqual([file.buffer, file.buffer]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])("has the same values at an offset %i bytes after such a multiple", (offset) => {
    const file = fileOf(padded(header, offset), bytes);
    const { a, b } = readSafetensors(file);
    expect([...a!.data, ...b!.data]).toEqual([1, -2, 5n]);
    expect(a!.data.buffer === file.buffer).toBe(offset % 4 === 0);
    expect(b!.data.buffer).not.toBe(file.buffer);
  });

  it("is read from a part of a larger buffer, and from an ArrayBuffer", () => {
    const file = fileOf(padded(header), bytes);
    const larger = new Uint8Array(file.length + 11);
    larger.set(file, 5);
    expect([...readSafetensors(larger.subarray(5, 5 + file.length))["a"]!.data]).toEqual([1, -2]);
    expect([...readSafetensors(file.buffer as ArrayBuffer)["a"]!.data]).toEqual([1, -2]);
  });

  it("has each of the 65,536 float16 values as the same float32", () => {
    const every = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, at) => at).buffer);
    const data = float32(readSafetensors(fileOf({ x: entry("F16", [65_536], 0, 131_072) }, every)), "x");
    for (const [half, got] of data.entries()) {
      const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
      const special = fraction === 0 ? Infinity : NaN;
      const normal = (1 + fraction / 1024) * 2 ** (exponent - 15);
      const expected = sign * (exponent === 31 ? special : exponent === 0 ? fraction * 2 ** -24 : normal);
      if (!Object.is(got, expected)) throw new Error(`0x${half.toString(16)} is ${got}; expected ${expected}`);
    }
  });
});

describe("float32", () => {
  const tensors = readSafetensors(WRITTEN);

  it("gives the numbers of a tensor by its name", () => {
    expect(float32(tensors, "f32")).toBe(tensors["f32"]!.data);
  });

  it("names the missing tensor", () => {
    expect(codeOf(() => float32(tensors, "toString"))).toBe("ERR_NO_TENSOR");
    expect(codeOf(() => float32(tensors, "i64"))).toBe("ERR_DTYPE");
  });
});

describe("a missing tensor", () => {
  const missing = (name: string, names: readonly string[]): string => {
    const header = Object.fromEntries(names.map((each) => [each, entry("F32", [0], 0, 0)]));
    try {
      float32(readSafetensors(fileOf(JSON.stringify(header))), name);
    } catch (error) {
      return (error as Error).message;
    }
    return "no error";
  };

  it("is named, with the names of the file that are nearest to it", () => {
    const layers = ["layer1", "layer2"].flatMap((layer) => ["conv1", "bn1"].map((each) => `${layer}.0.${each}`));
    const names = layers.flatMap((each) => [`${each}.weight`, `${each}.bias`]);
    expect(missing("layer2.0.bn1.wieght", names)).toBe(
      'there is no tensor "layer2.0.bn1.wieght"; nearest of the file\'s 8 names: "layer2.0.bn1.weight", "layer2.0.bn1.bias", "layer2.0.conv1.weight", "layer2.0.conv1.bias"',
    );
    const norm = ["weight", "bias", "running_mean", "running_var"].map((each) => `bn1.${each}`);
    expect(missing("bn1.runing_mean", norm)).toContain('names: "bn1.running_mean", ');
  });

  it.each([
    ["in a file without tensors", [], "nearest of the file's 0 names: none"],
    ["with a long name", ["a".repeat(100)], `nearest of the file's 1 names: "${"a".repeat(56)}...`],
  ])("%s", (_, names, words) => {
    expect(missing("weight", names)).toContain(words);
  });
});

describe("names of tensors", () => {
  it("may be any string, also the names of methods of Object", () => {
    const names = ["__proto__", "toString", "constructor", ""];
    const file = fileOf(`{${names.map((name) => `"${name}":${JSON.stringify(entry("U8", [0], 0, 0))}`).join(",")}}`);
    expect(Object.keys(readSafetensors(file))).toEqual(names);
  });
});

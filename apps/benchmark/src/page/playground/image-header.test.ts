import { describe, expect, test } from "vitest";
import { fitWithin, readHeader, readingPlan, scalingNote } from "./image-header.js";

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)));
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe("readHeader", () => {
  test.each([
    ["PNG", bytes([137], "PNG\r\n\x1a\n", zeros(4), "IHDR", [0, 0, 39, 16, 0, 0, 7, 208]), 10000, 2000],
    ["GIF", bytes("GIF89a", [44, 1, 200, 0]), 300, 200],
    ["BMP", bytes("BM", zeros(16), [44, 1, 0, 0, 56, 255, 255, 255]), 300, 200],
    ["JPEG", bytes([255, 216, 255, 224, 0, 4, 1, 2, 255, 255, 192, 0, 17, 8, 0, 200, 1, 44], zeros(12)), 300, 200],
    ["JPEG", bytes([255, 216, 255, 196, 0, 4, 1, 2, 255, 194, 0, 17, 8, 0, 200, 1, 44], zeros(12)), 300, 200],
    ["WebP", bytes("RIFF", zeros(4), "WEBPVP8 ", zeros(10), [44, 1, 200, 0]), 300, 200],
    ["WebP", bytes("RIFF", zeros(4), "WEBPVP8X", zeros(8), [43, 1, 0, 199, 0, 0]), 300, 200],
    ["WebP", bytes("RIFF", zeros(4), "WEBPVP8L", zeros(5), [43, 193, 49, 0], zeros(5)), 300, 200],
    ["AVIF", bytes(zeros(4), "ftypavif", zeros(8), "ispe", zeros(4), [0, 0, 1, 44, 0, 0, 0, 200]), 300, 200],
  ] as const)("%s with its size", (format, file, width, height) => {
    expect(readHeader(file)).toEqual({ kind: "image", format, width, height });
  });

  test.each([
    ["JPEG", bytes([255, 216, 255, 224])],
    ["WebP", bytes("RIFF", zeros(4), "WEBP")],
    ["AVIF", bytes(zeros(4), "ftypavif", zeros(40))],
  ] as const)("a truncated %s has no size, and is left to the decoder", (format, file) => {
    expect(readHeader(file)).toEqual({ kind: "image", format });
  });

  test.each([
    ["empty", bytes()],
    ["HEIC", bytes(zeros(4), "ftypheic", zeros(20))],
    ["HEIC", bytes(zeros(4), "ftypmif1", zeros(20))],
    ["video", bytes(zeros(4), "ftypisom", zeros(20))],
    ["PDF", bytes("%PDF-1.7")],
    ["TIFF", bytes("II*\0")],
    ["SVG", bytes('<?xml version="1.0"?><svg width="3">')],
    ["ZIP", bytes("PK\u0003\u0004")],
    ["Git LFS", bytes("version https://git-lfs.github.com/spec/v1")],
    ["no image", bytes("hello")],
  ] as const)("%s is refused, and the sentence names it", (word, file) => {
    const found = readHeader(file);
    expect(found.kind === "other" && found.what).toContain(word);
  });

  test("a file in a view of a larger buffer is read", () => {
    const file = bytes(zeros(3), "GIF89a", [44, 1, 200, 0]).subarray(3);
    expect(readHeader(file)).toMatchObject({ width: 300, height: 200 });
  });
});

describe("readingPlan", () => {
  test("100 megapixels are scaled while they are decoded; smaller photos are decoded whole", () => {
    expect(readingPlan(10000, 10000)).toEqual({ resize: { width: 2048, height: 2048 } });
    expect(readingPlan(1, 1)).toEqual({});
    expect(readingPlan(7000, 5000)).toEqual({});
  });

  test("a photo that no browser decodes is refused, and so is one without pixels", () => {
    expect(readingPlan(65000, 65000)).toEqual({ refused: expect.stringContaining("4225 megapixels (65000 x 65000)") });
    expect(readingPlan(0, 7)).toEqual({ refused: expect.stringContaining("0 x 7") });
  });
});

test("a note says that a photo was scaled", () => {
  expect(scalingNote(10000, 10000)).toBe(
    "The photo of 10000 x 10000 (100 megapixels) was scaled to 2048 x 2048 before anything was computed.",
  );
  expect(scalingNote(3, 9000)).toContain("0.027 megapixels");
  expect(scalingNote(2048, 1000)).toBeUndefined();
});

test.each([
  ["little-endian", "II", [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0]],
  ["big-endian", "MM", [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1]],
] as const)("a JPEG that EXIF turns has its sides swapped, %s", (_, order, tiff) => {
  const jpeg = (orientation: number): Uint8Array => {
    const value = order === "II" ? [orientation, 0, 0, 0] : [0, orientation, 0, 0];
    const exif = bytes("Exif\0\0", order, [...tiff], value);
    const frame = [255, 192, 0, 17, 8, 0, 200, 1, 44];
    return bytes([255, 216, 255, 225, 0, exif.length + 2], [...exif], frame, zeros(12));
  };
  expect(readHeader(jpeg(6))).toMatchObject({ width: 200, height: 300 });
  expect(readHeader(jpeg(3))).toMatchObject({ width: 300, height: 200 });
  expect(readHeader(jpeg(6).subarray(0, 30))).toEqual({ kind: "image", format: "JPEG" });
});

test("fitWithin keeps proportions, and gives at least one pixel", () => {
  expect(fitWithin(4000, 1000, 512)).toEqual({ width: 512, height: 128 });
  expect(fitWithin(10000, 2, 512)).toEqual({ width: 512, height: 1 });
  expect(fitWithin(30, 20, 512)).toEqual({ width: 30, height: 20 });
});

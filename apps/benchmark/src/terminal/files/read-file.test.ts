import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { readNamedFile } from "./read-file.js";

const folder = mkdtempSync(join(tmpdir(), "convene-read-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("readNamedFile", () => {
  it("gives the bytes of a file", () => {
    writeFileSync(join(folder, "a"), "text");
    expect(String(readNamedFile(join(folder, "a")))).toBe("text");
  });

  it.each([
    ["a relative path", "missing.onnx", `missing.onnx: there is no such file in ${process.cwd()}`],
    ["an absolute path", join(folder, "missing.onnx"), `${join(folder, "missing.onnx")}: there is no such file`],
    ["a path through a file", join(folder, "a", "b"), `${join(folder, "a", "b")}: there is no such file`],
    ["a folder", folder, `${folder}: it is a folder; name a file in it`],
  ])("says what is wrong with %s", (_, path, words) => {
    expect(() => readNamedFile(path)).toThrow(expect.objectContaining({ message: words }) as Error);
  });
});

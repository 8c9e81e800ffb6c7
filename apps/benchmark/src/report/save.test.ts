import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../input-error.js";
import { saveTo, toJson } from "./save.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("saveTo", () => {
  it("shows the file only when it is whole, and what there is until then beside it", () => {
    const path = join(folder, "results.json");
    const file = saveTo(path);
    file.update("some");
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.partial`, "utf8")).toBe("some");
    file.update("all");
    file.finish();
    expect(readFileSync(path, "utf8")).toBe("all");
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it("refuses at once where it cannot write", () => {
    expect(() => saveTo(join(folder, "missing", "results.json"))).toThrow(InputError);
  });
});

describe("toJson", () => {
  it("keeps lists of numbers on one line, and nothing else changes", () => {
    const value = { samples: [1, 2.5, -3e-7], names: ["1", "2"], nested: [[1], { a: 2 }], empty: [] };
    const text = toJson(value);
    expect(text).toContain('"samples": [1, 2.5, -3e-7]');
    expect(JSON.parse(text)).toEqual(value);
  });
});

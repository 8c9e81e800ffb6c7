import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "@convene/conformance";
import { isModule, loadFactory } from "./backend-module.js";
import { CommandError } from "../engine/command-error.js";
import { UnsettledError } from "../engine/settle.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const load = (path: string) => loadFactory(path, (work) => work());

describe("isModule", () => {
  it.each([
    ["./a.js", true],
    ["a.cjs", true],
    ["/tmp/a", true],
    ["@scope/a", true],
    ["a", false],
    ["cpu:js", false],
  ])("%s: %s", (name, expected) => {
    expect(isModule(name)).toBe(expected);
  });
});

describe("loadFactory", () => {
  it.each([
    ["a.mjs", "export default () => 7;"],
    ["a.cjs", "module.exports = () => 7;"],
    ["b.cjs", "exports.default = () => 7;"],
  ])("takes %s: %s", async (name, content) => {
    expect((await load(file(name, content)))()).toBe(7);
  });

  it.each([
    ["a.mjs", "export default {};", /has no default export that is a factory/],
    ["b.mjs", "export const a = 1;", /has no default export that is a factory/],
    ["a.cjs", "module.exports = null;", /has no default export that is a factory/],
    ["c.mjs", "throw new Error('one\\ntwo');", /cannot be loaded: one two/],
    ["d.mjs", "throw undefined;", /cannot be loaded: undefined/],
  ])("refuses %s: %s", async (name, content, message) => {
    const path = file(name, content);
    await expect(load(path)).rejects.toThrow(InputError);
    await expect(load(path)).rejects.toThrow(message);
    await expect(load(path)).rejects.toThrow(path);
  });

  it("says which module did not load in time", async () => {
    const settling = async () => {
      throw new UnsettledError();
    };
    await expect(loadFactory("./a.js", settling)).rejects.toThrow(CommandError);
    await expect(loadFactory("./a.js", settling)).rejects.toThrow('backend "./a.js" did not load in time');
  });
});

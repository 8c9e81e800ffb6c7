/** Files and packages, with and without a fault. Each command shows these messages. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandError, InputError } from "../command-error.js";
import { isModuleName, loadFactory, NoModuleError } from "./load-factory.js";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "convene-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function file(name: string, content: string): void {
  mkdirSync(join(cwd, name, ".."), { recursive: true });
  writeFileSync(join(cwd, name), content);
}
const load = (module: string, exportName?: string) =>
  loadFactory({ module, cwd, exportName, remedy: "choose one with --export" });

describe("isModuleName", () => {
  it.each([
    ["./a.js", true],
    [".", true],
    ["a.cjs", true],
    ["a.ts", true],
    ["/tmp/a", true],
    ["@scope/a", true],
    ["a", false],
    ["cpu:js", false],
  ])("%s: %s", (name, expected) => {
    expect(isModuleName(name)).toBe(expected);
  });
});

describe("loadFactory", () => {
  it.each([
    ["a.mjs", "export default () => 7;"],
    ["a.cjs", "module.exports = () => 7;"],
    ["b.cjs", "exports.default = () => 7;"],
  ])("takes %s: %s, with ./ and without", async (name, content) => {
    file(name, content);
    expect((await load(`./${name}`))()).toBe(7);
    expect((await load(name))()).toBe(7);
    expect((await load(join(cwd, name)))()).toBe(7);
  });

  it("takes a package of the folder, and an export by its name", async () => {
    file("node_modules/@mine/backend/package.json", JSON.stringify({ type: "module", exports: "./main.js" }));
    file("node_modules/@mine/backend/main.js", "export const wide = () => 8; export default () => 7;");
    expect((await load("@mine/backend"))()).toBe(7);
    expect((await load("@mine/backend", "wide"))()).toBe(8);
  });

  it.each([
    ["./missing.js", "there is no file ./missing.js in "],
    ["missing.js", "there is no file and no package missing.js to be found from "],
    ["@mine/absent", "there is no package @mine/absent to be found from "],
    ["@mine/absent/deep", "there is no package @mine/absent/deep to be found from "],
    ["absent", 'install it, or begin the path of a file with "./"'],
    [".", ". is a folder; name the file in it that exports the backend's factory"],
    ["", "the name of a file or package is empty"],
  ])("says that there is no %s", async (name, message) => {
    await expect(load(name)).rejects.toThrow(NoModuleError);
    await expect(load(name)).rejects.toThrow(message);
  });

  it.each([
    ["a.mjs", "export default {};", /^\.\/a\.mjs has no function as its default export$/],
    ["b.mjs", "export const a = () => 1;", /default export; choose one with --export: a$/],
    ["a.cjs", "module.exports = null;", /has no function as its default export$/],
  ])("refuses %s without a factory: %s", async (name, content, message) => {
    file(name, content);
    await expect(load(`./${name}`)).rejects.toThrow(InputError);
    await expect(load(`./${name}`)).rejects.toThrow(message);
  });

  it.each([
    [
      "c.mjs",
      "throw new TypeError('one\\ntwo');",
      /^\.\/c\.mjs cannot be loaded: TypeError: one two \(file:.*c\.mjs:1:7\)$/,
    ],
    ["d.mjs", "throw undefined;", /cannot be loaded: undefined$/],
    ["e.mjs", "\nexport default ( => 1;", /cannot be loaded: SyntaxError: .* \("node .*e\.mjs" says where\)$/],
    ["f.mjs", "import 'not-to-be-found';", /cannot be loaded: .*'not-to-be-found' imported from .*f\.mjs/],
  ])(
    "says of %s why it cannot be loaded, and that the command line is not to blame: %s",
    async (name, content, message) => {
      file(name, content);
      await expect(load(`./${name}`)).rejects.toThrow(CommandError);
      await expect(load(`./${name}`)).rejects.toThrow(message);
    },
  );
});

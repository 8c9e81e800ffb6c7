import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../command-error.js";
import { checkApart, saveTo as saveIn } from "./save.js";

const saveTo = (name: string) => saveIn(name, folder);

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
  path = join(folder, "results.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("saveTo", () => {
  it("writes the file only when it is complete, and the content so far beside it", async () => {
    const file = saveTo(path);
    expect(readdirSync(folder)).toEqual([]);
    file.update(() => "some");
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.partial`, "utf8")).toBe("some");
    await file.finish(() => "all");
    file.discard();
    expect(readFileSync(path, "utf8")).toBe("all");
    expect(readdirSync(folder)).toEqual(["results.json"]);
  });

  it("removes the content of a file that is discarded", () => {
    const file = saveTo(path);
    file.update(() => "some");
    file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps the mode of a file that was there", async () => {
    writeFileSync(path, "old");
    chmodSync(path, 0o640);
    await saveTo(path).finish(() => "new");
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it.each(["there", "not there yet"])("writes to the target of a link, %s", async (when) => {
    const link = join(folder, "link.json");
    symlinkSync("results.json", link);
    if (when === "there") writeFileSync(path, "old");
    await saveTo(link).finish(() => "new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it.skipIf(process.platform === "win32")(
    "writes more into a pipe than it holds, and does not replace it",
    async () => {
      execFileSync("sh", ["-c", 'mkfifo "$0"', path]);
      const content = "x".repeat(300_000);
      const written = saveTo(path).finish(() => content);
      const [, read] = await Promise.all([written, readFile(path, "utf8")]);
      expect(read).toBe(content);
      expect(lstatSync(path).isFIFO()).toBe(true);
      expect(readdirSync(folder)).toEqual(["results.json"]);
    },
  );

  it.skipIf(process.platform === "win32")("does not replace a device", async () => {
    await saveTo("/dev/null").finish(() => "all");
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it.each([
    ["a missing folder", () => join(folder, "missing", "results.json"), /ENOENT/],
    ["a folder", () => folder, /it is a folder/],
    ["nothing", () => "", /cannot write to "" \(the name is empty\)/],
    [
      "a link to itself",
      () => {
        symlinkSync("results.json", path);
        return path;
      },
      /too many links/,
    ],
    [
      "a file whose name with .partial is a folder",
      () => {
        mkdirSync(`${path}.partial`);
        return path;
      },
      /\.partial is in the way/,
    ],
  ])("refuses %s at once", (_, name, message) => {
    const given = name();
    expect(() => saveTo(given)).toThrow(InputError);
    expect(() => saveTo(given)).toThrow(message);
  });
});

describe("a relative path", () => {
  it("begins in the given folder", async () => {
    await saveTo("results.json").finish(() => "all");
    expect(readFileSync(path, "utf8")).toBe("all");
  });
});

describe("checkApart", () => {
  it("refuses the same file twice, by any of its names", () => {
    symlinkSync("results.json", join(folder, "link"));
    for (const other of [path, join(folder, "link"), `${path}.partial`]) {
      expect(() => checkApart({ "--json": path, "--markdown": other }, folder)).toThrow("--json and --markdown");
      expect(() => checkApart({ "--json": other, "--markdown": path }, folder)).toThrow("--json and --markdown");
    }
    expect(() => checkApart({ "--json": path, "--markdown": `${path}.md` }, folder)).not.toThrow();
    expect(() => checkApart({ "--json": undefined, "--markdown": undefined }, folder)).not.toThrow();
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeProgram, nodeProgramOf } from "./node-program.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "node-program-"));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "words.ts"), `export const words: string = "from a source";`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const TEXT = `import { words } from "./words.js"; const said: string = words; console.log(said);`;
const output = (program: string): string => execFileSync(process.execPath, [program], { encoding: "utf8" });

it("makes one file for plain Node of a program's file, in .cache of its package", async () => {
  writeFileSync(join(folder, "program.ts"), TEXT);
  const program = await nodeProgram(join(folder, "program.ts"));
  expect(program).toBe(join(folder, ".cache", "programs", "program.mjs"));
  expect(output(program)).toBe("from a source\n");
});

it("makes the same of a text", async () => {
  expect(output(await nodeProgramOf("of-a-text", TEXT, folder))).toBe("from a source\n");
});

it("rejects a program whose imports are missing", async () => {
  await expect(nodeProgramOf("broken", `import "./nothing.js";`, folder)).rejects.toThrow(/Could not resolve/);
});

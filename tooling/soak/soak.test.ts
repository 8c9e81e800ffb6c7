/** A short soak, from source. `pnpm soak` is the long soak of the built packages. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodeProgram } from "@convene/node-program";
import { beforeAll, describe, expect, it } from "vitest";
import { NAMES } from "./soak.js";

let program = "";
beforeAll(async () => {
  program = await nodeProgram(fileURLToPath(new URL("./run.ts", import.meta.url)));
});

describe("backends opened and disposed, and openings interrupted", () => {
  it.each(NAMES)("%s leaves less than 400 MB, and no thread, handle or timer", async (name) => {
    const count = name === "gpu" ? "4" : "12";
    const { stdout } = await promisify(execFile)(process.execPath, [program, count, "8", name]);
    expect(stdout).toMatch(/at most \d+ MB, \d+ MB in the end; 0 threads, no handles after 8 interruptions/);
  });
});

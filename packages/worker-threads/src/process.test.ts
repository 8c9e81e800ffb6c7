/** A whole process with this backend ends by itself, loses no result, and answers requests meanwhile. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodeProgram } from "@convene/node-program";
import { beforeAll, describe, expect, it } from "vitest";

let scenarios = "";
beforeAll(async () => {
  scenarios = await nodeProgram(fileURLToPath(new URL("testing/scenarios.ts", import.meta.url)));
});

/** The scenario's output. Rejects if the process does not end by itself with exit code 0. */
async function runScenario(name: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [scenarios, name], { timeout: 240_000 });
  expect(stderr).toBe("");
  return stdout.trim();
}

describe("a process", () => {
  it.each([
    ["idle", "that never disposes ends by itself", /^wasm .*, 2 threads$/],
    ["busy", "ends after its runs have ended, not before", /^3 results of 131072$/],
    ["unawaited", "ends although nobody awaits its runs", /^left$/],
    ["disposed", "that disposes during a run gets the result, and ends", /^a result of 131072$/],
    ["resources", "has nothing open after dispose", /^\[\]$/],
    ["server", "answers requests while it computes", /^100 answers, some runs$/],
  ])("%s: %s", async (name, _what, printed) => {
    expect(await runScenario(name)).toMatch(printed);
  });
});

describe("node --permission", () => {
  // Node 20 calls it experimental.
  const flag = process.versions.node.startsWith("20.") ? "--experimental-permission" : "--permission";
  const program = `
    const { workerThreads } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
    try {
      const backend = await workerThreads({ threads: 2 });
      console.log(backend.device);
      await backend.dispose();
    } catch ({ code, remedy }) {
      console.log(code, remedy);
    }`;
  const run = async (...flags: readonly string[]): Promise<string> => {
    const args = [flag, "--allow-fs-read=*", "--no-warnings", ...flags, "--input-type=module", "--eval", program];
    return (await promisify(execFile)(process.execPath, args, { timeout: 240_000 })).stdout.trim();
  };

  it("runs with --allow-worker", async () => expect(await run("--allow-worker")).toMatch(/^wasm .*, 2 threads$/));

  it("names the missing flag without it", async () => {
    expect(await run()).toMatch(/^ERR_BACKEND_UNAVAILABLE Run node with --allow-worker beside --permission/);
  });
});

/**
 * A process whose address space is limited to 8 GB, as on shared hosts: Node 20 and 22 have no room there for the guard regions
 * of one WebAssembly memory. What has been built runs, because what runs sources needs addresses itself.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const KILOBYTES = 8_000_000;

/** From Node 24 on, Node itself does without guard regions where there is no room for them. */
const heedsLimits = Number.parseInt(process.versions.node, 10) >= 24;

/** What comes of opening a backend. */
async function outcome(call: string, ...flags: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const file = (name: string): string => JSON.stringify(new URL(`../../${name}/dist/index.js`, import.meta.url).href);
  const program = `
    import { Conv2d, prepare, randomUniform } from ${file("core")};
    import { cpu } from ${file("cpu")};
    import { workerThreads } from ${file("worker-threads")};
    import { gpu } from ${file("gpu")};
    try {
      const backend = await ${call};
      const model = await prepare(backend, new Conv2d({ inChannels: 2, outChannels: 3, kernelSize: 3 }), [1, 2, 4, 4]);
      const { shape } = await model.run(randomUniform([1, 2, 4, 4]));
      await backend.dispose();
      console.log(JSON.stringify({ shape: shape.join(" x ") }));
    } catch ({ code, reason, remedy }) {
      console.log(JSON.stringify({ code, reason, remedy }));
    }`;
  const args = ["-c", `ulimit -v ${KILOBYTES} && exec "$@"`, "bash", process.execPath, ...flags];
  const { stdout } = await promisify(execFile)("bash", [...args, "--input-type=module", "--eval", program]);
  return JSON.parse(stdout) as Readonly<Record<string, string>>;
}

const RUNS = { shape: "1 x 3 x 2 x 2" };
const CALLS = ["cpu()", "cpu({ maxMemory: 2 ** 20 })", "workerThreads({ threads: 2 })", 'gpu({ mode: "webasm" })'];

describe("with 8 GB of address space", { timeout: 60_000 }, () => {
  it.each(CALLS)("%s is unavailable, and its remedy names the flag, if Node does not heed the limit", async (call) => {
    const refused = {
      code: "ERR_BACKEND_UNAVAILABLE",
      reason: expect.stringMatching(call.startsWith("gpu") ? /could not allocate memory/ : /guard regions/),
      remedy: expect.stringMatching(/node with --disable-wasm-trap-handler/),
    };
    expect(await outcome(call)).toEqual(heedsLimits ? RUNS : refused);
  });

  it.each(CALLS)("%s runs with the flag", async (call) => {
    expect(await outcome(call, "--disable-wasm-trap-handler")).toEqual(RUNS);
  });

  it.each(['cpu({ kernels: "js" })', 'gpu({ mode: "cpu" })'])("%s runs without the flag", async (call) => {
    expect(await outcome(call)).toEqual(RUNS);
  });
});

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

/** What comes of opening backends in one process, one after the other. */
async function outcomes(
  calls: readonly string[],
  ...flags: readonly string[]
): Promise<Readonly<Record<string, unknown>>> {
  const file = (name: string): string => JSON.stringify(new URL(`../../${name}/dist/index.js`, import.meta.url).href);
  const program = `
    import { Conv2d, prepare, randomUniform } from ${file("core")};
    import { cpu } from ${file("cpu")};
    import { workerThreads } from ${file("worker-threads")};
    import { gpu } from ${file("gpu")};
    const outcomes = {};
    for (const [call, open] of [${calls.map((call) => `[${JSON.stringify(call)}, () => ${call}]`).join(", ")}]) {
      try {
        const backend = await open();
        const model = await prepare(backend, new Conv2d({ inChannels: 2, outChannels: 3, kernelSize: 3 }), [1, 2, 4, 4]);
        const { shape } = await model.run(randomUniform([1, 2, 4, 4]));
        await backend.dispose();
        outcomes[call] = { shape: shape.join(" x ") };
      } catch ({ code, reason, remedy }) {
        outcomes[call] = { code, reason, remedy };
      }
    }
    console.log(JSON.stringify(outcomes));`;
  const args = ["-c", `ulimit -v ${KILOBYTES} && exec "$@"`, "bash", process.execPath, ...flags];
  const { stdout } = await promisify(execFile)("bash", [...args, "--input-type=module", "--eval", program]);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

const RUNS = { shape: "1 x 3 x 2 x 2" };
const CALLS = ["cpu()", "cpu({ maxMemory: 2 ** 20 })", "workerThreads({ threads: 2 })", 'gpu({ mode: "webasm" })'];

describe("with 8 GB of address space", { timeout: 60_000 }, () => {
  it("a backend is unavailable, and its remedy names the flag, if Node does not heed the limit", async () => {
    const refused = (call: string): object => ({
      code: "ERR_BACKEND_UNAVAILABLE",
      reason: expect.stringMatching(call.startsWith("gpu") ? /could not allocate memory/ : /guard regions/),
      remedy: expect.stringMatching(/node with --disable-wasm-trap-handler/),
    });
    const expected = CALLS.map((call) => [call, heedsLimits ? RUNS : refused(call)]);
    expect(await outcomes(CALLS)).toEqual(Object.fromEntries(expected));
  });

  it("a backend runs with the flag", async () => {
    const expected = CALLS.map((call) => [call, RUNS]);
    expect(await outcomes(CALLS, "--disable-wasm-trap-handler")).toEqual(Object.fromEntries(expected));
  });

  it("a backend without WebAssembly runs without the flag", async () => {
    const calls = ['cpu({ kernels: "js" })', 'gpu({ mode: "cpu" })'];
    expect(await outcomes(calls)).toEqual(Object.fromEntries(calls.map((call) => [call, RUNS])));
  });
});

/** In a worker: runs one layer on each of gpu's modes, and posts the results or the error. */

import { Conv2d, prepare, randomUniform } from "@convene/core";
import { gpu } from "@convene/gpu";

/** @param {"webgpu" | "webgl2"} mode */
async function run(mode) {
  const backend = await gpu({ mode });
  const layer = new Conv2d({ inChannels: 3, outChannels: 5, kernelSize: 3, padding: 1 }, { seed: 1 });
  const x = randomUniform([1, 3, 9, 9], { seed: 2 });
  const { data } = await (await prepare(backend, layer, x.shape)).run(x);
  await backend.dispose();
  return data;
}

try {
  postMessage({ results: [await run("webgl2"), await run("webgpu")] });
} catch (error) {
  postMessage({ error: String(error) });
}

/**
 * A program of a user of the published packages. Its results are compared with numbers that were computed by hand. `packed.ts` runs
 * this text as an ES module, as CommonJS, and as TypeScript compiled to both. So the text must be valid in all four.
 */

import * as core from "@convene/core";
import * as author from "@convene/core/backend";
import * as cpuPackage from "@convene/cpu";
import * as threadsPackage from "@convene/worker-threads";
import * as conformance from "@convene/conformance";
import * as safetensors from "@convene/safetensors";

const expected = [
  [15, 24, 19, 30, 48, 36, 27, 42, 31],
  [0, 0, 0, 0, 15, 3, 0, 9, 0],
].flat();

/** The two entries of core share their classes: an error from the one is an error of the other. */
function entries() {
  try {
    author.checkInteger("size", 0, 1);
  } catch (error) {
    if (error instanceof core.ConveneError && error.code === "ERR_INVALID_OPTION") return;
    throw new Error("what @convene/core/backend throws is no ConveneError of @convene/core", { cause: error });
  }
  throw new Error("checkInteger took 0 for an integer of 1 or more");
}

/** @param {core.Backend} backend */
async function separable(backend) {
  // Channel 0 has the numbers 1 to 9, and is summed over 3x3 windows. Channel 1 has ones, which are doubled, plus a bias of 1.
  const x = core.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 2, 3, 3]);
  const depthwise = new core.Conv2d(
    { inChannels: 2, outChannels: 2, kernelSize: 3, padding: 1, groups: 2 },
    {
      weight: new Float32Array([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0]),
      bias: new Float32Array([0, 1]),
    },
  );
  const pointwise = new core.Conv2d(
    { inChannels: 2, outChannels: 2, kernelSize: 1, bias: false, activation: "relu" },
    { weight: new Float32Array([1, 1, 1, -10]) },
  );

  const model = await core.prepare(backend, core.network(depthwise, pointwise), [1, 2, 3, 3]);
  const y = await model.run(x);
  if (!conformance.checkExact(y.data, expected).ok) {
    throw new Error(`${backend.device} answers ${y.data.join(" ")}; expected ${expected.join(" ")}`);
  }
  model.dispose();
  await backend.dispose();

  const code = await model.run(x).then(
    () => "nothing",
    (error) => (error instanceof core.ConveneError ? error.code : "another error"),
  );
  if (code !== "ERR_DISPOSED") throw new Error(`a disposed model answers with ${code}; expected ERR_DISPOSED`);
}

/** Some results of PyTorch. The tests compare all of them, so this run only shows that an installed package finds its files. */
const ONLY = "g3_";

/** @param {() => Promise<core.Backend>} factory */
async function goldens(factory) {
  const { device, counts, results } = await conformance.runConformance(factory, { suites: ["goldens"], only: ONLY });
  if (counts.passed === 0 || counts.passed !== results.length) {
    const first = results.find(({ status }) => status !== "passed");
    throw new Error(
      `${counts.passed} of ${results.length} goldens pass on ${device}; ${first?.name}: ${first?.message}`,
    );
  }
}

/** A file of one tensor, "w", which holds 1 and -2 in half precision. */
function weights() {
  const header = '{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}';
  const file = new Uint8Array(8 + header.length + 4);
  file[0] = header.length;
  for (let at = 0; at < header.length; at++) file[8 + at] = header.charCodeAt(at);
  file.set([0, 60, 0, 192], 8 + header.length);
  const read = safetensors.float32(safetensors.readSafetensors(file), "w").join(" ");
  if (read !== "1 -2") throw new Error(`the file's tensor holds ${read}; expected 1 -2`);
}

const FACTORIES = [
  () => cpuPackage.cpu({ kernels: "wasm" }),
  () => cpuPackage.cpu({ kernels: "js" }),
  () => threadsPackage.workerThreads({ threads: 2 }),
];

async function main() {
  if (cpuPackage.default !== cpuPackage.cpu) throw new Error("@convene/cpu does not export its factory as default");
  if (threadsPackage.default !== threadsPackage.workerThreads) {
    throw new Error("@convene/worker-threads does not export its factory as default");
  }
  entries();
  weights();
  for (const factory of FACTORIES) {
    await separable(await factory());
    await goldens(factory);
  }
}

main();

/**
 * Times layers on gpu's two modes and on tfjs, in one page over one adapter, in turn; posts the samples to run.ts. `?` is
 * followed by milliseconds for each layer and backend, and by problems.
 */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import { inputShape, outputShape, parseProblem, randomUniform, weightShape } from "@convene/core";
import { gpu } from "@convene/gpu";
import { measure } from "../../../apps/benchmark/src/engine/measure/measure.js";
import { tfjsBackend } from "../../peers/tfjs.js";

/** @param {string} path @param {unknown} content */
async function send(path, content) {
  await fetch(path, { method: "POST", body: JSON.stringify(content) });
}

async function openTfjs() {
  if (!(await tf.setBackend("webgl"))) throw new Error("tfjs has no WebGL here");
  await tf.ready();
  const { gpgpu } = /** @type {any} */ (tf.backend());
  return tfjsBackend(/** @type {any} */ (tf), {
    backend: "webgl",
    engine: gpgpu.gl.getParameter(gpgpu.gl.VERSION),
    features: { nonFinite: true, subnormals: true },
    sync: () => finished(gpgpu.gl),
  });
}

/** tfjs has no word for it but reading. @param {WebGL2RenderingContext} gl */
async function finished(gl) {
  const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!sync) throw new Error("the context is lost");
  gl.flush();
  while (gl.clientWaitSync(sync, 0, 0) === gl.TIMEOUT_EXPIRED) await new Promise((resolve) => setTimeout(resolve));
  gl.deleteSync(sync);
}

/**
 * @param {string} name
 * @param {import("@convene/core").Backend} backend
 * @param {import("@convene/core").Conv2dProblem} problem
 */
async function prepareLayer(name, backend, problem) {
  const random = (/** @type {import("@convene/core").Shape4} */ shape, /** @type {number} */ seed) =>
    randomUniform(shape, { seed, min: -1, max: 1 });
  const bias = problem.bias ? random([1, problem.oc, 1, 1], 3).data : undefined;
  const plan = await backend.prepareConv2d(problem, { weight: random(weightShape(problem), 2).data, bias });
  const input = backend.upload(random(inputShape(problem), 1));
  const output = backend.allocate(outputShape(problem));
  return {
    backend: name,
    algorithm: plan.algorithm,
    /** @param {number} count */
    async run(count) {
      for (let i = 0; i < count; i++) plan.run(input, output);
      await backend.sync();
    },
    dispose() {
      for (const each of [plan, input, output]) each.dispose();
    },
  };
}

/** @param {Record<string, import("@convene/core").Backend>} backends @param {string} text @param {number} budget */
async function benchLayer(backends, text, budget) {
  const problem = parseProblem(text);
  const prepared = [];
  const failures = [];
  for (const [backend, each] of Object.entries(backends)) {
    try {
      const subject = await prepareLayer(backend, each, problem);
      await subject.run(1);
      prepared.push(subject);
    } catch (error) {
      const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
      failures.push({ backend, kind: code === "ERR_UNSUPPORTED" ? "unsupported" : "threw", message });
    }
  }
  const outcomes = await measure(prepared, { budget, pause: async () => undefined });
  const figures = [];
  for (const [index, { backend, algorithm, dispose }] of prepared.entries()) {
    const outcome = outcomes[index];
    if ("error" in outcome) failures.push({ backend, kind: "threw", message: String(outcome.error) });
    else figures.push({ backend, algorithm, ...outcome });
    dispose();
  }
  return { figures, failures };
}

try {
  const [time, ...problems] = location.search.slice(1).split(",");
  const backends = {
    "gpu:webgl2": await gpu({ mode: "webgl2" }),
    "gpu:webgpu": await gpu({ mode: "webgpu" }),
    "tfjs-webgl": await openTfjs(),
  };
  await send("/report", { devices: Object.entries(backends).map(([name, { device }]) => [name, device]) });
  for (const text of problems) await send("/report", { text, outcome: await benchLayer(backends, text, Number(time)) });
  await send("/end", {});
} catch (error) {
  await send("/error", { message: String(error) });
}

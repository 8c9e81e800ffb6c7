/** The gaps of gpu.js on WebGL2. packages/gpu/src/gpu-js-gaps.test.ts has those on WebGPU. */

import * as module from "gpu.js";

const { GPU, input } = "GPU" in module ? module : module.default;

/** @returns {Promise<readonly string[]>} a line for each gap that has changed */
export async function changedGaps() {
  const gpu = new GPU({ mode: "webgl2" });
  const settings = { pipeline: true, immutable: true, precision: "single" };
  const changed = [];
  /** @param {boolean} still @param {string} what */
  const expectGap = (still, what) => {
    if (!still) changed.push(`gpu.js no longer ${what}`);
  };

  const four = gpu.createKernel("function () { return [1.0, 2.0, 3.0, 4.0]; }", { ...settings, output: [9, 1] });
  const row = four();
  expectGap(
    four.kernel.constructor.mode === "gpu",
    'calls its kernels for WebGL2 "gpu" (engines/engine.ts, checkMode)',
  );
  expectGap(row.size[1] !== 1, "gives a result of one row a texture of another shape (access-texels.ts, atlasOf)");

  const reads = gpu.createKernel("function (x) { return x[0][this.thread.x]; }", { ...settings, output: [2, 2] });
  reads(input(new Float32Array(4), [2, 2]));
  const shader = reads.kernel.compiledFragmentShader;
  expectGap(/uniform lowp sampler2D user_x/.test(shader), "declares small textures lowp (engines/webgl2.ts, tactic)");
  expectGap(/index \/ w\)/.test(shader), "divides to find an element (access-texels.ts, nativeFunctions)");

  row.delete();
  const { texture } = four.kernel.texture;
  expectGap(gpu.context.isTexture(texture), "keeps a kernel's last result (engines/webgl2.ts, run)");
  await gpu.destroy();
  return changed;
}

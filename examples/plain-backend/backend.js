/**
 * The smallest complete backend: plain loops over arrays in NCHW. docs/writing-a-backend.md walks through it.
 *
 * JavaScript, so that plain Node can load it as it is; the types are in comments, and are checked.
 */

import { tensor, toLayout } from "@convene/core";
import { activationRange, defineBackend } from "@convene/core/backend";

/** @typedef {import("@convene/core").Conv2dProblem} Problem */
/** @typedef {{ data: Float32Array }} Storage the backend's data for a tensor; any type is possible */

/** @returns {Promise<import("@convene/core").Backend>} */
export async function plain() {
  /** Bytes of tensors that have not been freed. */
  let used = 0;
  return defineBackend({
    name: "plain",
    device: "plain loops, 1 thread",
    features: { nonFinite: true, subnormals: true },

    /** @returns {Storage} */
    allocate: ([n, c, h, w]) => {
      used += 4 * n * c * h * w;
      return { data: new Float32Array(n * c * h * w) };
    },
    free: (storage) => {
      used -= storage.data.byteLength;
      storage.data = new Float32Array(0);
    },
    // Tensors come in either layout. This backend stores them in NCHW.
    upload: (source, target) => target.data.set(toLayout(source, "nchw").data),
    // A copy, because the caller's result must not change when the next run writes.
    read: async (source, shape, layout) => toLayout(tensor(source.data.slice(), shape), layout),

    async prepareConv2d(problem, { weight, bias }) {
      // Copies, because the caller may change its arrays after this call.
      const weights = weight.slice();
      const biases = bias?.slice();
      return {
        algorithm: "loops",
        run: (input, output, residual) =>
          convolve(problem, weights, biases, input.data, output.data, residual && residual.data),
        dispose: () => undefined,
      };
    },
    // `run` has finished when it returns, so there is nothing to wait for.
    sync: async () => undefined,
    // With `memory`, the suite looks for leaks.
    memory: () => ({ used, reserved: used }),
    dispose: async () => undefined,
  });
}

export default plain;

/**
 * @param {Problem} p
 * @param {Float32Array} weight OIHW, [oc, ic / g, kh, kw]
 * @param {Float32Array | undefined} bias
 * @param {Float32Array} input NCHW
 * @param {Float32Array} output NCHW
 * @param {Float32Array | undefined} residual NCHW, as the output
 */
function convolve(p, weight, bias, input, output, residual) {
  const [min, max] = activationRange(p.activation);
  const icPerGroup = p.ic / p.g;
  const ocPerGroup = p.oc / p.g;
  let at = 0;
  for (let n = 0; n < p.n; n++) {
    for (let o = 0; o < p.oc; o++) {
      const firstChannel = Math.floor(o / ocPerGroup) * icPerGroup;
      for (let oy = 0; oy < p.oh; oy++) {
        for (let ox = 0; ox < p.ow; ox++) {
          let sum = bias ? bias[o] : 0;
          for (let i = 0; i < icPerGroup; i++) {
            const plane = (n * p.ic + firstChannel + i) * p.ih * p.iw;
            for (let ky = 0; ky < p.kh; ky++) {
              const y = sourceOf(oy * p.sh + ky * p.dh - p.pt, p.ih, p.paddingMode);
              for (let kx = 0; kx < p.kw; kx++) {
                const x = sourceOf(ox * p.sw + kx * p.dw - p.pl, p.iw, p.paddingMode);
                const value = y < 0 || x < 0 ? 0 : input[plane + y * p.iw + x];
                sum += value * weight[((o * icPerGroup + i) * p.kh + ky) * p.kw + kx];
              }
            }
          }
          if (residual) sum += residual[at];
          // NaN fails both comparisons, so it stays NaN, as in PyTorch.
          output[at++] = sum < min ? min : sum > max ? max : sum;
        }
      }
    }
  }
}

/**
 * The coordinate that a padded coordinate reads, or -1 for a zero.
 *
 * @param {number} at
 * @param {number} size
 * @param {Problem["paddingMode"]} mode
 */
function sourceOf(at, size, mode) {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case "zeros":
      return -1;
    case "replicate":
      return at < 0 ? 0 : size - 1;
    case "reflect":
      return at < 0 ? -at : 2 * (size - 1) - at;
    case "circular":
      return at < 0 ? at + size : at - size;
  }
}

/**
 * A complete backend whose device works later: every call is put into a queue, and is done in another turn of the event loop, in
 * the order of calls. Tensors lie in NHWC. docs/writing-a-backend.md walks through it.
 *
 * JavaScript, so that plain Node can load it as it is; the types are in comments, and are checked.
 */

import { tensor, toLayout } from "@convene/core";
import { activationRange, defineBackend } from "@convene/core/backend";

/** @typedef {import("@convene/core").Conv2dProblem} Problem */
/** @typedef {{ data: Float32Array }} Storage NHWC */

/** @returns {Promise<import("@convene/core").Backend>} */
export async function queued() {
  const queue = createQueue();
  /** Bytes of all storages and weights that have not been freed. */
  let used = 0;
  /** @param {number} bytes */
  const reserve = (bytes) => {
    used += bytes;
  };

  return defineBackend({
    name: "queued",
    device: "plain loops behind a queue, 1 thread",
    features: { nonFinite: true, subnormals: true },

    // Memory is allocated at once, so that later work in the queue can use it.
    /** @returns {Storage} */
    allocate([n, c, h, w]) {
      const storage = { data: new Float32Array(n * c * h * w) };
      reserve(storage.data.byteLength);
      return storage;
    },
    // Earlier runs and reads may be pending, so the memory is given back after them.
    free: (storage) =>
      queue.release(() => {
        reserve(-storage.data.byteLength);
        storage.data = new Float32Array(0);
      }),
    upload: (source, target) => {
      // The copy is made now, because the caller may change its array at once. toLayout returns the same array if it converts
      // nothing.
      const copy = toLayout(source, "nhwc").data.slice();
      queue.add(() => target.data.set(copy));
    },
    // The copy is made in its turn, because later calls must not change it.
    read: async (source, shape, layout) => {
      const copy = await queue.add(() => source.data.slice());
      return toLayout(tensor(copy, shape, { layout: "nhwc" }), layout);
    },

    // The third argument has the accuracy. These plans are direct, which is right for both accuracies.
    async prepareConv2d(problem, { weight, bias }) {
      const weights = weight.slice();
      const biases = bias?.slice();
      const bytes = weights.byteLength + (biases?.byteLength ?? 0);
      reserve(bytes);
      return {
        algorithm: "loops",
        // `run` returns nothing, because core does not wait for a promise of `run`. `read` and `sync` wait for the queue.
        run(input, output, residual) {
          queue.add(() => convolve(problem, weights, biases, input.data, output.data, residual?.data));
        },
        // Runs of this plan may be pending, and need its weights.
        dispose: () => queue.release(() => reserve(-bytes)),
      };
    },
    // Rejects with the error of the first failed run, like every later read.
    sync: () => queue.add(() => undefined),
    memory: () => ({ used, reserved: used }),
    // Pending work is done first, or fails. `dispose` must resolve even after a lost device.
    dispose: () => queue.idle(),
  });
}

export default queued;

/**
 * A queue, which works in the order of calls. After work has failed, all later work is skipped, and rejects with the same
 * error.
 */
export function createQueue() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  /** @type {Promise<void> | undefined} */
  let turn;
  // The device takes the waiting work once in each turn of the event loop, like a device that gets messages.
  const nextTurn = () =>
    (turn ??= new Promise((resolve) => {
      setTimeout(() => {
        turn = undefined;
        resolve();
      });
    }));
  return {
    /**
     * @template T
     * @param {() => T} work
     * @returns {Promise<T>}
     */
    add(work) {
      const mine = Promise.all([last, nextTurn()]).then(work);
      last = mine;
      // The next read or sync rejects with the error. Without this line, Node would end the process for an unhandled rejection.
      mine.catch(() => undefined);
      return mine;
    },
    /**
     * Does work that gives memory back, after a failure too.
     *
     * @param {() => void} work
     */
    release(work) {
      last = last.finally(work);
      last.catch(() => undefined);
    },
    /** Resolves when no work is left. Never rejects. */
    idle: () =>
      last.then(
        () => undefined,
        () => undefined,
      ),
  };
}

/**
 * @param {Problem} p
 * @param {Float32Array} weight OIHW, [oc, ic / g, kh, kw]
 * @param {Float32Array | undefined} bias
 * @param {Float32Array} input NHWC
 * @param {Float32Array} output NHWC
 * @param {Float32Array | undefined} residual NHWC, as the output
 */
function convolve(p, weight, bias, input, output, residual) {
  const [min, max] = activationRange(p.activation);
  const [icPerGroup, ocPerGroup] = [p.ic / p.g, p.oc / p.g];
  let at = 0;
  for (let n = 0; n < p.n; n++) {
    for (let oy = 0; oy < p.oh; oy++) {
      for (let ox = 0; ox < p.ow; ox++) {
        for (let o = 0; o < p.oc; o++) {
          const firstChannel = Math.floor(o / ocPerGroup) * icPerGroup;
          let sum = bias ? bias[o] : 0;
          for (let ky = 0; ky < p.kh; ky++) {
            const y = sourceOf(oy * p.sh + ky * p.dh - p.pt, p.ih, p.paddingMode);
            for (let kx = 0; kx < p.kw; kx++) {
              const x = sourceOf(ox * p.sw + kx * p.dw - p.pl, p.iw, p.paddingMode);
              const pixel = ((n * p.ih + y) * p.iw + x) * p.ic + firstChannel;
              for (let i = 0; i < icPerGroup; i++) {
                const value = y < 0 || x < 0 ? 0 : input[pixel + i];
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

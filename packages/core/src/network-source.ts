/**
 * A network that depends on the sizes of its inputs, as one from a file does where sizes are computed: `@convene/onnx` gives such.
 */

import type { Shape } from "./shape.js";
import type { Network } from "./network.js";

/** Gives a network for given sizes of its inputs. `prepare` calls it; `readOnnx` returns one. */
export interface NetworkSource {
  /** Names of its inputs. */
  readonly inputs: readonly string[];
  /**
   * The network for inputs of these shapes, `[n, c, h, w]` or `[c, h, w]`.
   *
   * @throws ConveneError `ERR_SHAPE` or `ERR_UNSUPPORTED`, naming the input or layer that does not fit
   */
  at(inputShapes: Readonly<Record<string, Shape>>): Network;
}

export function isNetworkSource(value: unknown): value is NetworkSource {
  try {
    const { at, inputs } = Object(value) as Partial<NetworkSource>;
    // Arrays have an `at` too.
    return typeof at === "function" && Array.isArray(inputs);
  } catch {
    return false;
  }
}

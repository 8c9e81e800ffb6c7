/**
 * A network that depends on the sizes of its inputs. `@convene/onnx` gives such a source, because an ONNX file can
 * compute with sizes.
 */

import type { Shape } from "./shape.js";
import type { Network } from "./network.js";

/** A network for each choice of input sizes. `readOnnx` returns a source, and `prepare` calls its `at`. */
export interface NetworkSource {
  /** Names of the network's inputs. */
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
    // The check of `inputs` excludes arrays, which have a method `at` too.
    return typeof at === "function" && Array.isArray(inputs);
  } catch {
    return false;
  }
}

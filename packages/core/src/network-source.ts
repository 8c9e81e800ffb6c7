/**
 * A network that depends on the sizes of its inputs, as one from a file does where sizes are computed: `@convene/onnx` gives such.
 */

import type { Shape } from "./shape.js";
import type { Network } from "./network.js";

/** What gives a network for the sizes of its inputs; `prepare` asks it. */
export interface NetworkSource {
  /** Names of its inputs. */
  readonly inputs: readonly string[];
  /** The network for inputs of these shapes. @throws ConveneError naming what does not fit */
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

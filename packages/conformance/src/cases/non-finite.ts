/**
 * non-finite: NaN and infinities appear in the same outputs as in PyTorch, and in no other outputs; subnormal numbers are kept.
 *
 * Any result passes where PyTorch itself has two results: for a zero of the padding times a weight that is infinite or NaN.
 * PyTorch's im2col convolution multiplies the two, which gives NaN. Its oneDNN convolution skips padded taps in some problems
 * (groups, depthwise) and not in others. So the same call gives 4 or NaN, depending on the build.
 */

import type { ConformanceCase } from "../case.js";
import { plantedCases } from "./non-finite-planted.js";
import { subnormalCases } from "./non-finite-subnormals.js";

export async function nonFiniteCases(): Promise<readonly ConformanceCase[]> {
  return [...plantedCases(), ...subnormalCases()];
}

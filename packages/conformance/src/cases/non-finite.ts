/**
 * non-finite: NaN and infinities go where PyTorch sends them, and nowhere else; subnormal numbers are kept.
 *
 * Where PyTorch itself is of two minds, nothing is held: a zero of the padding times a weight that is infinite or NaN.
 * Its im2col convolution multiplies them, which gives NaN; its oneDNN convolution skips padded taps in some problems
 * (groups, depthwise) and not in others, so that one call answers 4 or NaN as the build has it.
 */

import type { ConformanceCase } from "../case.js";
import { plantedCases } from "./non-finite-planted.js";
import { subnormalCases } from "./non-finite-subnormals.js";

export async function nonFiniteCases(): Promise<readonly ConformanceCase[]> {
  return [...plantedCases(), ...subnormalCases()];
}

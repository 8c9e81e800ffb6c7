/**
 * @convene/safetensors: PyTorch's weights as typed arrays. It imports nothing.
 *
 * @packageDocumentation
 */

export type { DataOf, Dtype, FloatDtype, IntegerArrays, IntegerDtype } from "./dtypes.js";
export { SafetensorsError, type SafetensorsErrorCode } from "./errors.js";
export {
  float32,
  type FloatTensor,
  type IntegerTensor,
  readSafetensors,
  readSafetensorsMetadata,
  type SafetensorsTensor,
  type SafetensorsTensors,
} from "./read.js";
export { readSafetensorsIndex } from "./sharded.js";

/**
 * @convene/onnx: networks from ONNX files.
 *
 * @packageDocumentation
 */

export type { Dimension } from "./decode/model.js";
export type { ExternalData } from "./decode/tensor.js";
export { onnxInfo, type OnnxInfo, type OnnxValue } from "./onnx-info.js";
export { readOnnx, type OnnxInput, type OnnxNetwork, type ReadOnnxOptions } from "./read-onnx.js";

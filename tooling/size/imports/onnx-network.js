/** What an application takes that runs a network from an ONNX file. */
export { prepare } from "@convene/core";
export { cpu } from "@convene/cpu";
export { readOnnx } from "@convene/onnx";

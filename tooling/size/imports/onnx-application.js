/** The five lines of the README: a network from an ONNX file on one thread. */
export { prepare } from "@convene/core";
export { cpu } from "@convene/cpu";
export { readOnnx } from "@convene/onnx";

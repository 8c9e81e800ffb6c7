/** What a page pays to run a network from its file. */
export * from "@convene/core";
export { cpu } from "@convene/cpu";
export * from "@convene/onnx";

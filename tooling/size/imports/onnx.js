/** The reader of ONNX files, with what it needs of core. */
export * from "@convene/onnx";

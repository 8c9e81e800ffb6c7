/** All of the reader of safetensors files. */
export * from "@convene/safetensors";

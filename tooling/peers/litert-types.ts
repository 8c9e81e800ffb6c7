/** The part of LiteRT.js that its adapter calls. Its own types would need the package in the workspace. */

/** The part of LiteRT that runs a model, and the memory of a tensor. */
export type LiteRtAccelerator = "wasm" | "webgpu";

export interface LiteRtTensor {
  readonly accelerator: LiteRtAccelerator;
  copyTo(accelerator: LiteRtAccelerator): Promise<LiteRtTensor>;
  /** A copy of the values. */
  toTypedArray(): Float32Array;
  delete(): void;
}

export interface LiteRtModel {
  /**
   * The accelerator that runs the model. If LiteRT cannot compile the whole model for `webgpu`, it takes `wasm`, and only
   * prints a warning.
   */
  readonly options: { readonly accelerator: LiteRtAccelerator };
  /** Inputs and outputs are in the model's order. */
  run(inputs: readonly LiteRtTensor[]): Promise<readonly LiteRtTensor[]>;
  delete(): void;
}

export interface LiteRt {
  /** @param folder the folder of the package's WebAssembly */
  loadLiteRt(folder: string): Promise<{ readonly liteRtWasm: { getThreadCount(): number } }>;
  loadAndCompile(model: Uint8Array, options: { readonly accelerator: LiteRtAccelerator }): Promise<LiteRtModel>;
  getWebGpuDevice(): { readonly queue: { onSubmittedWorkDone(): Promise<void> } } | null;
  supportsFeature(feature: "relaxedSimd" | "jspi"): Promise<boolean>;
  /** Copies the data to WebAssembly's memory. */
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => LiteRtTensor;
}

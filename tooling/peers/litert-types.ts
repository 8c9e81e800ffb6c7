/** The part of LiteRT.js that its adapter calls. Its own types would need the package in the workspace. */

/** Which of LiteRT's ways of computing, and where a tensor lies. */
export type LiteRtAccelerator = "wasm" | "webgpu";

export interface LiteRtTensor {
  readonly accelerator: LiteRtAccelerator;
  copyTo(accelerator: LiteRtAccelerator): Promise<LiteRtTensor>;
  /** A copy. */
  toTypedArray(): Float32Array;
  delete(): void;
}

export interface LiteRtModel {
  /** What runs it: LiteRT takes `wasm` where it cannot compile the whole model for `webgpu`, and says so by a warning alone. */
  readonly options: { readonly accelerator: LiteRtAccelerator };
  /** Inputs and outputs in the order of the model's. */
  run(inputs: readonly LiteRtTensor[]): Promise<readonly LiteRtTensor[]>;
  delete(): void;
}

export interface LiteRt {
  /** @param folder where the package's WebAssembly lies */
  loadLiteRt(folder: string): Promise<{ readonly liteRtWasm: { getThreadCount(): number } }>;
  loadAndCompile(model: Uint8Array, options: { readonly accelerator: LiteRtAccelerator }): Promise<LiteRtModel>;
  getWebGpuDevice(): { readonly queue: { onSubmittedWorkDone(): Promise<void> } } | null;
  supportsFeature(feature: "relaxedSimd" | "jspi"): Promise<boolean>;
  /** Copies the data to WebAssembly's memory. */
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => LiteRtTensor;
}

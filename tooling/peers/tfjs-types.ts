/** The part of tfjs-core that the adapter calls. Its own types would need the package in the workspace. */

export interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface ConvolutionOptions {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pad: number | readonly (readonly number[])[];
  readonly dataFormat: "NHWC";
  readonly bias?: TfTensor;
  readonly activation?: string;
}

export interface Tf {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
  tensor1d(data: Float32Array): TfTensor;
  tensor4d(data: Float32Array, shape: readonly number[]): TfTensor;
  transpose(x: TfTensor, axes: readonly number[]): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  clipByValue(x: TfTensor, min: number, max: number): TfTensor;
  tidy<T>(work: () => T): T;
  dispose(tensors: readonly TfTensor[]): void;
  readonly fused: {
    conv2d(options: ConvolutionOptions): TfTensor;
    depthwiseConv2d(options: ConvolutionOptions): TfTensor;
  };
}

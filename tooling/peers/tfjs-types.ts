/** The part of tfjs that its adapters call. Its own types would need the packages in the workspace. */

export interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** The pads before and after, for each axis. */
export type TfPads = readonly (readonly [before: number, after: number])[];

interface ConvolutionOptions {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pad: TfPads | "same";
  readonly dataFormat: "NHWC";
  readonly bias?: TfTensor;
  readonly activation?: string;
}

export interface Tf {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  ready(): Promise<void>;
  env(): { getAsync(flag: string): Promise<boolean | number> };
  tensor1d(data: Float32Array): TfTensor;
  tensor4d(data: Float32Array, shape: readonly number[]): TfTensor;
  transpose(x: TfTensor, axes: readonly number[]): TfTensor;
  mirrorPad(x: TfTensor, pads: TfPads, mode: "reflect"): TfTensor;
  scalar(value: number): TfTensor;
  clone(x: TfTensor): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  pad(x: TfTensor, pads: TfPads, value: number): TfTensor;
  concat(values: readonly TfTensor[], axis: number): TfTensor;
  stridedSlice(x: TfTensor, begin: readonly number[], end: readonly number[], strides: readonly number[]): TfTensor;
  maxPool(x: TfTensor, size: readonly number[], strides: readonly number[], pads: TfPads): TfTensor;
  avgPool(x: TfTensor, size: readonly number[], strides: readonly number[], pads: TfPads): TfTensor;
  softmax(x: TfTensor, axis: number): TfTensor;
  depthToSpace(x: TfTensor, size: number, dataFormat: "NHWC"): TfTensor;
  relu(x: TfTensor): TfTensor;
  relu6(x: TfTensor): TfTensor;
  leakyRelu(x: TfTensor, slope: number): TfTensor;
  prelu(x: TfTensor, slope: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor): TfTensor;
  readonly image: {
    resizeNearestNeighbor(x: TfTensor, size: readonly number[], alignCorners: boolean, halfPixel: boolean): TfTensor;
    resizeBilinear(x: TfTensor, size: readonly number[], alignCorners: boolean, halfPixel: boolean): TfTensor;
  };
  add(a: TfTensor, b: TfTensor): TfTensor;
  clipByValue(x: TfTensor, min: number, max: number): TfTensor;
  tidy<T>(work: () => T): T;
  readonly fused: {
    conv2d(options: ConvolutionOptions): TfTensor;
    depthwiseConv2d(options: ConvolutionOptions): TfTensor;
  };
}

export interface TfWasm {
  setThreadsCount(count: number): void;
  getThreadsCount(): number;
}

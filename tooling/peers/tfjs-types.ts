/** The part of tfjs that its adapters call. Its own types would need the packages in the workspace. */

export interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** Before and after, for each axis. */
export type TfPads = readonly (readonly [before: number, after: number])[];

interface ConvolutionOptions {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pad: TfPads;
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

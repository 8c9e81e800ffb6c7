/** The part of ONNX Runtime's JavaScript API that the adapters call; it is the same for Node and for the web. */

export interface OrtTensor {
  readonly data: Float32Array;
}

export interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface OrtSessionOptions {
  readonly executionProviders: readonly (
    | string
    | { readonly name: "webgpu"; readonly preferredLayout: "NCHW" | "NHWC" }
  )[];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

export interface Ort {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: OrtSessionOptions): Promise<OrtSession>;
  };
  readonly env: {
    readonly versions: { readonly node?: string; readonly web?: string };
    readonly wasm: { numThreads?: number; simd?: boolean | string; wasmPaths?: string };
    logLevel?: "error";
  };
}

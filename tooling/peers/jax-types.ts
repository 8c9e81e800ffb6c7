/** The part of jax-js that its adapter calls. Its own types would need the package in the workspace. */

/** An array that counts references. A function takes over a reference that it gets, and `ref` makes another. */
export interface JaxArray {
  readonly ref: JaxArray;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<JaxArray>;
  dispose(): void;
}

type Pair = readonly [before: number, after: number];

export interface JaxFunction {
  (...operands: readonly JaxArray[]): JaxArray;
  dispose(): void;
}

export interface Jax {
  init(...devices: readonly string[]): Promise<readonly string[]>;
  defaultDevice(device: string): string;
  jit(work: (...operands: readonly JaxArray[]) => JaxArray): JaxFunction;
  readonly numpy: {
    array(data: Float32Array, options: { readonly shape: readonly number[] }): JaxArray;
    add(a: JaxArray, b: JaxArray): JaxArray;
    clip(x: JaxArray, min: number | undefined, max: number | undefined): JaxArray;
  };
  readonly lax: {
    convGeneralDilated(
      x: JaxArray,
      weight: JaxArray,
      strides: readonly number[],
      padding: readonly Pair[],
      options: { readonly rhsDilation: readonly number[]; readonly featureGroupCount: number },
    ): JaxArray;
  };
}

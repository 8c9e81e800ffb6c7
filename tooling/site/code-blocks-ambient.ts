/** Names that blocks of code in the documents may use without a declaration. The text around a block explains them to readers. */

/** Names, with their types. */
export const AMBIENT = `
import type * as core from "@convene/core";
import type { BackendImplementation } from "@convene/core/backend";

declare global {
  /** An input: "run({ input: x })". */
  const x: core.Tensor;
  /** The result of \`prepare\`, for one input or for named inputs. */
  const model: core.Model & core.NamedModel;
  const backend: core.Backend;
  /** Bytes of a file, and bytes of another file that it names. */
  const bytes: Uint8Array;
  function bytesOf(location: string): Uint8Array;
  /** Options and parameters of a layer. */
  const options: core.Conv2dOptions;
  const weight: Float32Array;
  const bias: Float32Array;
  const headWeight: Float32Array;
  const headBias: Float32Array;
  const trained: Float32Array;
  const gamma: Float32Array;
  const beta: Float32Array;
  const mean: Float32Array;
  const variance: Float32Array;
  const pixels: Uint8Array;
  /** Layers that the text mentions. */
  const expand: core.Conv2d;
  const depthwise: core.Conv2d;
  const project: core.Conv2d;
  const backbone: core.Conv2d;
  const boxHead: core.Conv2d;
  const scoreHead: core.Conv2d;
  /** Shows a picture, in the tutorial of the page. */
  function show(source: ImageBitmapSource): Promise<void>;
  /** Headers of a page. */
  const headers: Record<string, string>;
  /** A server of node:http. */
  const server: import("node:http").Server;
  /** Opens a backend and prepares a model. */
  function open(): Promise<{ backend: core.Backend; model: core.Model }>;
  /** A function of a backend that the text mentions. */
  function canRunHere(): boolean;
  const features: core.BackendFeatures;
  const allocate: BackendImplementation<unknown>["allocate"];
  const free: BackendImplementation<unknown>["free"];
  const upload: BackendImplementation<unknown>["upload"];
  const read: BackendImplementation<unknown>["read"];
  const prepareConv2d: BackendImplementation<unknown>["prepareConv2d"];
  const sync: BackendImplementation<unknown>["sync"];
  const dispose: BackendImplementation<unknown>["dispose"];
  /** Functions of the backend in the guide for authors. */
  function convolve(...values: unknown[]): void;
  const queue: { add<T>(work: () => T): Promise<T>; release(work: () => void): void; idle(): Promise<void> };
  function addPlan(problem: core.OperationProblem): (inputs: Float32Array[], output: Float32Array) => void;
  function maxPoolPlan(problem: core.OperationProblem): (inputs: Float32Array[], output: Float32Array) => void;
}
`;

/** Files that blocks import from their own folder. */
export const MODULES: Readonly<Record<string, string>> = {
  "backend.ts": `import type { Backend } from "@convene/core";\ndeclare const factory: () => Promise<Backend>;\nexport default factory;\n`,
  "my-backend.ts": `import type { Backend } from "@convene/core";\ndeclare const factory: () => Promise<Backend>;\nexport default factory;\n`,
};

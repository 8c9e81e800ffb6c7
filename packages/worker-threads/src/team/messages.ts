/** The messages between the calling thread and a worker. Everything else goes through the control memory. */

/** The one message to a worker. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly threads: number;
  /** This worker's number, from 0. */
  readonly self: number;
  /** The module's exports that are kernels; a step names a kernel by its index in this list. */
  readonly kernels: readonly string[];
}

export type Answer =
  | { readonly kind: "ready" }
  /** A batch is computed. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly cause: string };

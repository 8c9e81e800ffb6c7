/** Typed arrays over a memory that may have been replaced since the last run. */

import type { KernelMemory } from "../kernel-set.js";

export interface Views {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
}

/** The views. They are made anew only after the memory has grown, so that a run allocates nothing. */
export function viewsOf(memory: KernelMemory): () => Views {
  let views: Views = { f32: new Float32Array(0), i32: new Int32Array(0) };
  return () => {
    if (views.f32.buffer !== memory.buffer) {
      views = { f32: new Float32Array(memory.buffer), i32: new Int32Array(memory.buffer) };
    }
    return views;
  };
}

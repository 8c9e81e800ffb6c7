/**
 * Sessions that are kept a while. The suite asks for each problem in both layouts, one after the other, which are one model for
 * ONNX Runtime; and the native build gives its device back with the last session, and takes a second to start another.
 */

import type { Ort, OrtSession } from "./ort-types.js";

type Sessions = Ort["InferenceSession"];

/**
 * A released session stays open until the next one is released, and is given again where the same model is asked for. One that
 * has failed is not kept: whoever asks whether the failure comes again has to get a new one.
 */
export function keepLastSession({ create }: Sessions): Sessions {
  let kept: { readonly model: Uint8Array; readonly session: OrtSession } | undefined;
  return {
    async create(model, options) {
      const isKept = kept !== undefined && equalBytes(kept.model, model);
      const session = isKept ? kept!.session : await create(model, options);
      if (isKept) kept = undefined;
      let failed = false;
      return {
        async run(feeds) {
          try {
            return await session.run(feeds);
          } catch (error) {
            failed = true;
            throw error;
          }
        },
        async release() {
          if (failed) return await session.release();
          const before = kept;
          kept = { model, session };
          await before?.session.release();
        },
      };
    },
  };
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

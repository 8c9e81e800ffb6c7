/**
 * Keeps the last session open. The suite runs each problem in both layouts, one after the other, and ONNX Runtime has one model for
 * both. Also, the native build releases its device with the last session, and needs a second to start again.
 */

import type { Ort, OrtSession } from "./ort-types.js";

type Sessions = Ort["InferenceSession"];

/**
 * A released session stays open until the next one is released. If the same model is wanted, this session is used again. A session
 * that failed is not kept, so that a repeated run gets a new session.
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

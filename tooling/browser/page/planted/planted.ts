/** Backends that are right until the middle of a comparison. Then they hang, throw, block their thread or lose their device. */

import { type Backend, formatProblem } from "@convene/core";
import { cpu } from "@convene/cpu";
import { gpu } from "@convene/gpu";
import type { PageFactory } from "../../../peers/page/page-factory.js";

/** The problem at which a planted backend fails, when it is timed. Earlier problems of the workload are measured. */
export const TROUBLE = "ic8_ih6_oc4_kh1";
/** Runs to wait for after the plan was made: what holds the backend to the reference needs none of this. */
const SYNCS = 3;

export type Trouble = "throws" | "silent" | "blocks" | "loses-device";

export function planted(trouble: Trouble): PageFactory {
  return async () => async () => {
    const backend = trouble === "loses-device" ? await gpu({ mode: "webgl2" }) : await cpu();
    return withTrouble(backend, trouble);
  };
}

function withTrouble(backend: Backend, trouble: Trouble): Backend {
  let left = Infinity;
  let prepared = 0;
  return {
    ...backend,
    name: trouble,
    prepareConv2d: async (problem, ...given) => {
      const isTrouble = formatProblem(problem) === TROUBLE;
      left = isTrouble ? SYNCS : Infinity;
      if (isTrouble && trouble === "silent" && ++prepared > 1) hurry();
      return await backend.prepareConv2d(problem, ...given);
    },
    sync: async () => {
      left--;
      if (left <= 0) await act(trouble);
      await backend.sync();
    },
  };
}

async function act(trouble: Trouble): Promise<void> {
  if (trouble === "throws") throw new Error("a planted fault");
  if (trouble === "silent") return await new Promise(() => undefined);
  if (trouble === "loses-device") return void loseContexts();
  for (;;) {
    // As a kernel that never ends: nothing of this thread is heard any more.
  }
}

const contexts = new Set<WebGL2RenderingContext>();

function loseContexts(): void {
  for (const gl of contexts) gl.getExtension("WEBGL_lose_context")?.loseContext();
}

if (typeof OffscreenCanvas !== "undefined") {
  const { getContext } = OffscreenCanvas.prototype as { getContext: (...given: unknown[]) => unknown };
  Object.assign(OffscreenCanvas.prototype, {
    getContext(this: OffscreenCanvas, ...given: unknown[]) {
      const found = getContext.apply(this, given);
      if (found instanceof WebGL2RenderingContext) contexts.add(found);
      return found;
    },
  });
}

/** From now on a minute without an answer is a few seconds in this worker: a test has no time. */
function hurry(): void {
  const { setTimeout: original } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (work: () => void, milliseconds = 0) => original(work, Math.min(milliseconds, 5000)),
  });
}

/** A backend without a figure, and the error that it gave. */

import { codeOf, messageOf, thrownOf } from "@convene/conformance";
import type { Failure } from "../compare-report.js";

/** @param call the call of the backend that gave the error */
export function failureOf(backend: string, error: unknown, call?: string): Failure {
  const kind = kindOf(error);
  const thrown = kind === "unsupported" || kind === "silent" ? undefined : thrownOf(error, call);
  return { backend, kind, message: messageOf(error), ...(thrown ? { thrown } : {}) };
}

/** The kind of a failure, from its message alone. */
export function failureKind(message: string): Failure["kind"] {
  // The messages of `UnsettledError` and of the suite's time limit begin in this way.
  if (message.startsWith("no answer")) return "silent";
  // Core has no code for a lost device. These are the words of the errors of WebGPU, WebGL and gpu.
  return /\b(device|context)\b.*\blost\b|\blost\b.*\b(device|context)\b/i.test(message) ? "lost" : "threw";
}

function kindOf(error: unknown): Failure["kind"] {
  if (codeOf(error) === "ERR_UNSUPPORTED") return "unsupported";
  return failureKind(messageOf(error));
}

/** The word for a table's cell. */
export function failureWord({ kind }: Failure): string {
  return { unsupported: "unsupported", silent: "no answer", lost: "device lost", wrong: "wrong", threw: "failed" }[
    kind
  ];
}

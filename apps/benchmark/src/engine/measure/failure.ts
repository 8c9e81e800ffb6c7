/** A backend that gave no figure, and what it said. */

import { codeOf, messageOf, thrownOf } from "@convene/conformance";
import type { Failure } from "../compare-report.js";

/** @param call of the backend, which gave the error */
export function failureOf(backend: string, error: unknown, call?: string): Failure {
  const kind = kindOf(error);
  const thrown = kind === "unsupported" || kind === "silent" ? undefined : thrownOf(error, call);
  return { backend, kind, message: messageOf(error), ...(thrown ? { thrown } : {}) };
}

/** What a message says of the kind, where it is all that is left of an error. */
export function failureKind(message: string): Failure["kind"] {
  // `UnsettledError` and the suite's own limit both begin so.
  if (message.startsWith("no answer")) return "silent";
  // Core has no code for it; these are the words of WebGPU's and WebGL's own errors, and of gpu's.
  return /\b(device|context)\b.*\blost\b|\blost\b.*\b(device|context)\b/i.test(message) ? "lost" : "threw";
}

function kindOf(error: unknown): Failure["kind"] {
  if (codeOf(error) === "ERR_UNSUPPORTED") return "unsupported";
  return failureKind(messageOf(error));
}

/** For a table's cell. */
export function failureWord({ kind }: Failure): string {
  return { unsupported: "unsupported", silent: "no answer", lost: "device lost", wrong: "wrong", threw: "failed" }[
    kind
  ];
}

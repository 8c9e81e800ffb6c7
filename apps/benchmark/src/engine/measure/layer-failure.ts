/** A backend that gave no figure, and what it said. */

import { type Thrown, thrownOf } from "@convene/conformance";
import { codeOf, messageOf } from "../command-error.js";

export interface LayerFailure {
  readonly backend: string;
  readonly message: string;
  /** The backend cannot do this, and says so: a limit, not a fault. */
  readonly unsupported: boolean;
  /** Of a fault: the call that gave it, where that is known, and its stack. */
  readonly thrown?: Thrown;
}

/** @param call of the backend, which gave the error */
export function layerFailure(backend: string, error: unknown, call?: string): LayerFailure {
  const unsupported = codeOf(error) === "ERR_UNSUPPORTED";
  const thrown = unsupported ? undefined : thrownOf(error, call);
  return { backend, message: messageOf(error), unsupported, ...(thrown ? { thrown } : {}) };
}

/** For a table's cell. */
export function failureWord({ unsupported }: LayerFailure): string {
  return unsupported ? "unsupported" : "failed";
}

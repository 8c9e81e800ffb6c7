/** A backend that gave no figure, and what it said. */

import { codeOf, messageOf } from "../command-error.js";

export interface LayerFailure {
  readonly backend: string;
  readonly message: string;
  /** The backend cannot do this, and says so: a limit, not a fault. */
  readonly unsupported: boolean;
}

export function layerFailure(backend: string, error: unknown): LayerFailure {
  return {
    backend,
    message: messageOf(error),
    unsupported: codeOf(error) === "ERR_UNSUPPORTED",
  };
}

/** For a table's cell. */
export function failureWord({ unsupported }: LayerFailure): string {
  return unsupported ? "unsupported" : "failed";
}

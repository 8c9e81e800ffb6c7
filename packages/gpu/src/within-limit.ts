/** Opening that ends, whatever a driver does. */

import { type Backend, BackendUnavailableError, limitOpening, OPENING_LIMIT } from "@convene/core";

const REMEDY =
  "Use another mode, or another backend such as @convene/cpu; a driver that does not answer may need a restart";

/**
 * What `open` opens, or a rejection where it takes too long. A backend that comes later than that is disposed of.
 *
 * @param what is opened, for the error
 * @throws BackendUnavailableError
 */
export function withinLimit(
  open: () => Promise<Backend>,
  what: string,
  seconds: number = OPENING_LIMIT,
): Promise<Backend> {
  return new Promise((resolve, reject) => {
    let late = false;
    const cancel = limitOpening(() => {
      late = true;
      const reason = `${what} has not opened within ${seconds} s: an adapter, or the first kernel on it, was waited for`;
      reject(new BackendUnavailableError("gpu", reason, REMEDY));
    }, seconds);
    open().then(
      (backend) => {
        cancel();
        if (!late) resolve(backend);
        // Nobody has it, and what its disposal says nobody wants to know.
        else backend.dispose().catch(() => undefined);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}

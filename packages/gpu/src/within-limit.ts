/** A time limit on opening, for drivers that never answer. */

import { type Backend, BackendUnavailableError } from "@convene/core";
import { limitOpening, OPENING_LIMIT } from "@convene/core/backend";

const REMEDY =
  "Use another mode, or another backend such as @convene/cpu; a driver that does not answer may need a restart";

/**
 * The backend that `open` opens. Rejects if opening takes too long; a backend that comes after the limit is disposed.
 *
 * @param what the name in the error of the step that took too long
 * @throws BackendUnavailableError
 */
export async function withinLimit(
  open: () => Promise<Backend>,
  what: string,
  seconds: number = OPENING_LIMIT,
): Promise<Backend> {
  let cancel = (): void => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = limitOpening(() => resolve(undefined), seconds);
  });
  const opening = open();
  try {
    const opened = await Promise.race([opening, late]);
    if (opened) return opened;
  } finally {
    cancel();
  }
  // The caller already has an error, so a late backend is disposed, and a late error is ignored.
  void disposeLate(opening).catch(() => undefined);
  const reason = `${what} has not opened within ${seconds} s: an adapter, or the first kernel on it, was waited for`;
  throw new BackendUnavailableError("gpu", reason, REMEDY);
}

async function disposeLate(opening: Promise<Backend>): Promise<void> {
  await (await opening).dispose();
}

/** A limit on anything asynchronous. */

export class TimeLimitError extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
    this.name = "TimeLimitError";
  }
}

/**
 * What `work` gives, or a `TimeLimitError` once `milliseconds` have passed. It cannot stop the work: one that never lets
 * the event loop turn can be ended only from another thread, as the `convene-conformance` command does.
 */
export async function withTimeLimit<T>(work: () => Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work(), expired]);
  } finally {
    clearTimeout(timer);
  }
}

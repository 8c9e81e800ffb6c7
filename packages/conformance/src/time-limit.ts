/** A limit on anything asynchronous. */

export class TimeLimitError extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
    this.name = "TimeLimitError";
  }
}

/**
 * The result of `work`, or a `TimeLimitError` after `milliseconds`. This function cannot stop the work. Work that never lets the event
 * loop turn can be ended only from another process, as the `convene-conformance` command does.
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

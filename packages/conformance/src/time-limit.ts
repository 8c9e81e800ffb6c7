/** A limit on anything asynchronous. */

/** A limit in seconds, with three digits: a limit that follows from the time of other cases has many more. */
export function inSeconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toPrecision(3))} s`;
}

export class TimeLimitError extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${inSeconds(milliseconds)}`);
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

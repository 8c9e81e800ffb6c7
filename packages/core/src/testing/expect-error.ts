/** What core's tests ask of every refusal: the class, the stable code, and one line that says these words. */

import { expect } from "vitest";
import { ConveneError, type ConveneErrorCode } from "../errors.js";

export function expectError(work: () => unknown, code: ConveneErrorCode, ...words: readonly string[]): void {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  check(thrown, code, words);
}

export async function expectRejection(
  promise: Promise<unknown>,
  code: ConveneErrorCode,
  ...words: readonly string[]
): Promise<void> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  check(thrown, code, words);
}

function check(thrown: unknown, code: ConveneErrorCode, words: readonly string[]): void {
  expect(thrown).toBeInstanceOf(ConveneError);
  const error = thrown as ConveneError;
  for (const each of words) expect(error.message).toContain(each);
  expect(error.message).not.toContain("\n");
  expect(error.code).toBe(code);
}

/**
 * `Symbol.dispose` and `Symbol.asyncDispose` (declared in backend.ts), also for engines that lack these symbols, so
 * that code with `using` can be compiled for such engines.
 */

/** If the engine lacks the symbol, the helpers of TypeScript and Babel look for this registered symbol. */
const DISPOSE = /* @__PURE__ */ (() => Symbol.dispose ?? Symbol.for("Symbol.dispose"))();
const ASYNC_DISPOSE = /* @__PURE__ */ (() => Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose"))();

/** `value` with the method that `using` calls. */
export function disposable<T extends { dispose(): void; [Symbol.dispose](): void }>(
  value: Omit<T, typeof Symbol.dispose>,
): T {
  return Object.assign(value, { [DISPOSE]: () => value.dispose() }) as unknown as T;
}

/** `value` with the method that `await using` calls. */
export function asyncDisposable<T extends { dispose(): Promise<void>; [Symbol.asyncDispose](): Promise<void> }>(
  value: Omit<T, typeof Symbol.asyncDispose>,
): T {
  return Object.assign(value, { [ASYNC_DISPOSE]: () => value.dispose() }) as unknown as T;
}

/** `Symbol.dispose` and `Symbol.asyncDispose` (declared in backend.ts), also on engines that do not have them yet, so that `using` can be compiled for them. */

/** What TypeScript's and Babel's helpers look for where the engine has none. */
const DISPOSE = /* @__PURE__ */ (() => Symbol.dispose ?? Symbol.for("Symbol.dispose"))();
const ASYNC_DISPOSE = /* @__PURE__ */ (() => Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose"))();

/** `value`, which `using` can hold. */
export function disposable<T extends { dispose(): void; [Symbol.dispose](): void }>(
  value: Omit<T, typeof Symbol.dispose>,
): T {
  return Object.assign(value, { [DISPOSE]: () => value.dispose() }) as unknown as T;
}

/** `value`, which `await using` can hold. */
export function asyncDisposable<T extends { dispose(): Promise<void>; [Symbol.asyncDispose](): Promise<void> }>(
  value: Omit<T, typeof Symbol.asyncDispose>,
): T {
  return Object.assign(value, { [ASYNC_DISPOSE]: () => value.dispose() }) as unknown as T;
}

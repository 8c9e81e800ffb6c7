/** Tells an engine's errors about missing memory from its other errors. */

/**
 * Whether `error` is an engine's error for want of memory: for a typed array, a buffer, an array or a WebAssembly
 * memory for which there is no room, or that would be longer than the engine allows.
 *
 * All of these errors are RangeErrors. Errors that have nothing to do with memory are RangeErrors too:
 * `"Maximum call stack size exceeded"` (a recursion without an end), `"offset is out of bounds"` (a copy beyond the
 * end), a view beyond its buffer, a wrong argument. Only the message distinguishes them. No standard fixes the
 * messages, so this function knows those of V8, SpiderMonkey and JavaScriptCore. An unknown message counts as a fault:
 * if a fault were called want of memory, users would search in the wrong place, and a broken backend would go on.
 */
export function isOutOfMemory(error: unknown): boolean {
  // The check is by name, because an engine's error may be of another realm, as in Jest.
  const { name, message } = Object(error) as Partial<Error>;
  return name === "RangeError" && NO_ROOM.some((words) => words.test(String(message)));
}

const NO_ROOM: readonly RegExp[] = [
  // V8: "Array buffer allocation failed", "WebAssembly.Memory(): could not allocate memory". The others: "Out of memory".
  /allocation failed|could not allocate|out of memory/i,
  // V8: "WebAssembly.Memory.grow(): Maximum memory size exceeded", or "Unable to grow instance memory".
  /maximum memory size exceeded|(unable|failed) to grow/i,
  // V8: "Invalid array length", "Invalid array buffer length"; SpiderMonkey and JavaScriptCore, of typed arrays too.
  /invalid array (buffer )?length|length too large/i,
  // V8. The message is the same for a view beyond its buffer, which is a fault. So only a huge length counts as want of memory.
  /invalid typed array length: \d{9}/i,
];

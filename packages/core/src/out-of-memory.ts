/** Tells an engine's errors about missing memory from its other errors. */

/**
 * Whether `error` is what an engine throws where it has no memory for a typed array, a buffer, an array or a WebAssembly
 * memory, or where one would be longer than the engine makes them.
 *
 * All of those are RangeErrors, and so are errors that are about no memory at all: `"Maximum call stack size exceeded"`
 * (a recursion without an end), `"offset is out of bounds"` (a copy beyond the end), a view beyond its buffer, a wrong
 * argument. Only the message tells them apart. No standard fixes the messages, so these are the words of V8,
 * SpiderMonkey and JavaScriptCore; a message that is not known is taken for a fault, since a fault that is called a lack
 * of memory would be looked for in the wrong place, and would let a broken backend go on.
 */
export function isOutOfMemory(error: unknown): boolean {
  // By name: an engine's error may be of another realm, as in Jest.
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
  // V8. It has the same words for a view beyond its buffer, which is a fault: only what is huge is a lack of memory.
  /invalid typed array length: \d{9}/i,
];

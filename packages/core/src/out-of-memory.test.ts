import { describe, expect, it } from "vitest";
import { isOutOfMemory } from "./out-of-memory.js";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const recurse = (depth: number): number => recurse(depth + 1) + 1;

describe("the error that this engine throws", () => {
  it.each<[string, () => unknown]>([
    ["a typed array that is too long", () => new Float32Array(2 ** 40)],
    ["a buffer that is too long", () => new ArrayBuffer(2 ** 60)],
    ["a buffer for which there is no memory", () => new ArrayBuffer(2 ** 43)],
    ["an array that is too long", () => Array.from({ length: 2 ** 33 })],
    ["a memory at its maximum", () => new WebAssembly.Memory({ initial: 1, maximum: 1 }).grow(1)],
  ])("for %s counts as want of memory", (_, work) => {
    expect(isOutOfMemory(thrownBy(work))).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ["a recursion without an end", () => recurse(0)],
    ["a copy beyond the end", () => new Float32Array(2).set([1, 2, 3])],
    ["a view beyond the end", () => new Float32Array(new ArrayBuffer(8), 0, 16)],
    ["a view that begins beyond the end", () => new Float32Array(new ArrayBuffer(8), 16)],
    ["a negative length", () => new Float32Array(-1)],
    ["a read beyond the end", () => new DataView(new ArrayBuffer(4)).getFloat32(8)],
    ["a count below zero", () => "x".repeat(-1)],
    ["a memory whose maximum is too small", () => new WebAssembly.Memory({ initial: 3, maximum: 2 })],
  ])("for %s does not count as want of memory", (_, work) => {
    expect(isOutOfMemory(thrownBy(work))).toBe(false);
  });
});

it.each([
  // V8
  "WebAssembly.Memory(): could not allocate memory",
  "WebAssembly.Memory.grow(): Unable to grow instance memory",
  "WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance",
  // SpiderMonkey
  "failed to grow memory",
  "invalid array length",
  // JavaScriptCore
  "Out of memory",
  "length too large",
])("the message of another engine counts as want of memory: %s", (message) => {
  expect(isOutOfMemory(new RangeError(message))).toBe(true);
});

it("an error of another class than RangeError does not count as want of memory", () => {
  expect(isOutOfMemory(new Error("Array buffer allocation failed"))).toBe(false);
  expect(isOutOfMemory("out of memory")).toBe(false);
  expect(isOutOfMemory(undefined)).toBe(false);
});

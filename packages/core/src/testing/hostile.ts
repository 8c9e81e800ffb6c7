/**
 * Values that no caller would pass on purpose. Each use makes a new value, because some values change. The value is
 * made where it is used, because fast-check reads the values that it makes.
 */

import { createContext, runInContext } from "node:vm";

const OTHER_REALM = createContext();

function thrower(): never {
  throw new TypeError("a trap");
}

const TRAPS: ProxyHandler<object> = { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower };

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** An array whose property `length` is `length`, with any content. */
const long = (length: unknown): unknown =>
  new Proxy([1, 2, 3, 4], { get: (target, key) => (key === "length" ? length : Reflect.get(target, key)) });

function detached(): Float32Array {
  const array = new Float32Array(16);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** A Float32Array whose buffer was resized: it tracks the length, or it is longer than the buffer now is. */
function resized(to: number, tracking: boolean): Float32Array {
  const buffer = Reflect.construct(ArrayBuffer, [64, { maxByteLength: 128 }]) as ArrayBuffer & {
    resize(n: number): void;
  };
  const array = tracking ? new Float32Array(buffer) : new Float32Array(buffer, 0, 16);
  buffer.resize(to);
  return array;
}

const selfContaining = (): unknown => {
  const list: unknown[] = [];
  list.push(list, list, list, list);
  return list;
};

const KEYS = [
  "n",
  "ic",
  "shape",
  "layout",
  "data",
  "inChannels",
  "stride",
  "weight",
  "conv",
  "clamp",
  "top",
  "width",
  "into",
];

/** An object that has all keys, each of which throws. */
const guarded = (): object =>
  Object.defineProperties({}, Object.fromEntries(KEYS.map((key) => [key, { get: thrower, enumerable: true }])));

export const HOSTILE: readonly (() => unknown)[] = [
  ...[NaN, -0, 0, 1, 3, 1.5, -1, 2 ** 31, 2 ** 53, -Infinity, Infinity, 5e-324].map((each) => () => each),
  ...["3", "", "nhwc", "same", "relu", null, undefined, true, false, 10n, Symbol("s"), thrower].map(
    (each) => () => each,
  ),
  () => ({}),
  () => Object.freeze({}),
  () => Object.create(null) as object,
  () => Object.assign(Object.create(null) as object, { constructor: { name: Symbol("no name") } }),
  () => ({ constructor: null, toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower }),
  () => ({ get constructor() { return thrower(); } }), // prettier-ignore
  guarded,
  () => Promise.resolve(1),
  () => new Map([["n", 1]]),
  () => new Date(NaN),
  () => [],
  () => [1],
  () => [1, 1, 1, 1],
  () => [0, 1, 1, 1],
  () => [1, 0, 1, 1],
  () => [-0, 1, 1, 1],
  () => [1, NaN],
  () => [1.5, 1, 1, 1],
  () => [2 ** 53, 2 ** 53, 2 ** 53, 2 ** 53],
  () => ["1", 1n, Symbol("s"), null],
  () => new Array(4),
  () => new Array(2 ** 32 - 1),
  () => Object.freeze([1, 1, 1, 1]),
  () => Object.defineProperty([1, 1, 1, 1], 2, { get: thrower }),
  selfContaining,
  () => new Float32Array(1),
  () => new Float32Array(16),
  () => new Float32Array(new SharedArrayBuffer(64)),
  () => Object.defineProperty(new Float32Array(16), "constructor", { get: thrower }),
  () => new Proxy(new Float32Array(16), {}),
  detached,
  () => resized(16, true),
  () => resized(16, false),
  () => new Float64Array(16),
  () => new Uint8ClampedArray(16),
  () => new BigInt64Array(16),
  () => new DataView(new ArrayBuffer(16)),
  () => new ArrayBuffer(16),
  () => runInContext("new Float32Array(16)", OTHER_REALM) as unknown,
  () => runInContext("[1, 1, 1, 1]", OTHER_REALM) as unknown,
  () => runInContext("({})", OTHER_REALM) as unknown,
  () => new Proxy({}, TRAPS),
  () => new Proxy([1, 1, 1, 1], TRAPS),
  () => new Proxy(thrower, TRAPS),
  () => revoked({}),
  () => revoked([]),
  ...[2 ** 53, -1, NaN, "4", Symbol("s"), 1.5].map((each) => () => long(each)),
];

/** Checks of single values, shared by every option in core. Each throws a ConveneError that names the value. */

import { ConveneError, messageOf, show } from "./errors.js";

/** The largest size of one dimension, and the largest element count of one tensor: 2³¹ − 1. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

/**
 * The result of `read`, which reads a value of the caller. A getter or a proxy of the caller may throw; then the caller
 * gets a ConveneError that names the value.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function readFrom<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ConveneError) throw cause;
    throw new ConveneError("ERR_INVALID_OPTION", `${name} cannot be read (${messageOf(cause)})`, { cause });
  }
}

/**
 * The entries of an array, each read once; undefined where `value` is no array. At most `most + 1` entries are read: one more than allowed
 * is enough to find that there are too many.
 */
export function readList(name: string, value: unknown, most: number): unknown[] | undefined {
  return readFrom(name, () => {
    if (!Array.isArray(value)) return undefined;
    const entries: unknown[] = [];
    for (let index = 0; index <= most && index < value.length; index++) entries.push(value[index]);
    return entries;
  });
}

/**
 * Checks that `value` is an integer from `min` to `max`, and returns it. Default for `max`: 2³¹ − 1, the most elements of a tensor.
 *
 * @param name how the message calls the value
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkInteger(name: string, value: unknown, min: number, max: number = MAX_ELEMENTS): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${name} (${show(value)}) must be an integer from ${min} to ${max === MAX_ELEMENTS ? "2^31 - 1" : max}`,
    );
  }
  return value + 0; // −0 becomes 0
}

export function checkNumber(name: string, value: unknown): void {
  if (typeof value !== "number")
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be a number`);
}

/**
 * Checks a number for both axes, or `[h, w]`: integers of at least `min`. Returns the frozen pair.
 *
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkPair(name: string, value: unknown, min: number): readonly [h: number, w: number] {
  if (typeof value === "number") {
    const both = checkInteger(name, value, min);
    return Object.freeze([both, both] as const);
  }
  const pair = readList(name, value, 2);
  if (!pair) throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be an integer or [h, w]`);
  if (pair.length !== 2) {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must have two entries, [h, w]`);
  }
  return Object.freeze([checkInteger(`${name}[0]`, pair[0], min), checkInteger(`${name}[1]`, pair[1], min)] as const);
}

/**
 * Checks that `value` is one of `allowed`, and returns it.
 *
 * @param name how the message calls the value
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${name} (${show(value)}) must be one of ${allowed.map((a) => JSON.stringify(a)).join(", ")}`,
    );
  }
  return value as T;
}

/**
 * Checks that `value` is true or false, and returns it.
 *
 * @param name how the message calls the value
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be true or false`);
  }
  return value;
}

/** Checks that `value` is an object and no array, and returns it. @throws ConveneError `ERR_INVALID_OPTION` */
export function checkObject<T>(name: string, value: T): T {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be an object`);
}

/**
 * Checks that `value` is an options object whose keys are all in `allowed`, so that a misspelt key is an error and not a default.
 *
 * @param name how the message calls the object
 * @returns a copy. Each key is read once, so a getter cannot answer differently later
 * @throws ConveneError `ERR_INVALID_OPTION`
 */
export function checkKeys<T>(name: string, value: T, allowed: readonly string[]): T {
  return readFrom(name, () => {
    checkObject(name, value);
    for (const key of Object.keys(value as object)) {
      if (!allowed.includes(key)) {
        const meant = allowed.find((each) => spelling(each) === spelling(key));
        if (meant !== undefined) {
          throw new ConveneError(
            "ERR_INVALID_OPTION",
            `${name} has no key ${JSON.stringify(key)}; it is written ${JSON.stringify(meant)}`,
          );
        }
        throw new ConveneError(
          "ERR_INVALID_OPTION",
          `${name} has no key ${JSON.stringify(key)}; its keys are ${allowed.join(", ")}`,
        );
      }
    }
    const copy = {} as T;
    for (const key of allowed as (keyof T)[]) if (key in (value as object)) copy[key] = value[key];
    return copy;
  });
}

/** A key without case and underscores, so that `in_channels` and `inChannels` are equal. */
function spelling(key: string): string {
  return key.replaceAll("_", "").toLowerCase();
}

/** The results of `check` for the entries of an array; each entry is read once. @throws ConveneError `ERR_INVALID_OPTION` */
export function checkList<T, U>(name: string, value: readonly T[], check: (each: T, index: number) => U): U[] {
  return readFrom(name, () => {
    if (!Array.isArray(value)) {
      throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be an array`);
    }
    return Array.from({ length: value.length }, (_, index) => check(value[index] as T, index));
  });
}

/**
 * The name of a typed array's class, such as `"Float32Array"`; undefined for any other value. Jest and `node:vm` have classes of their own,
 * so `instanceof` would fail there. The getter of all typed arrays knows the array's real class, whatever the object says of itself.
 */
export function arrayType(value: unknown): string | undefined {
  return Reflect.get(Object.getPrototypeOf(Float32Array.prototype) as object, Symbol.toStringTag, value) as
    | string
    | undefined;
}

/**
 * Checks that `value` is a Float32Array of `length` elements, and returns it.
 *
 * @param expected in words, where the length comes from
 * @param shape follows these words. It is written only if the check fails, because every upload is checked
 * @throws ConveneError `ERR_SHAPE`
 */
export function checkFloat32Array(
  name: string,
  value: unknown,
  length: number,
  expected: string,
  shape?: readonly number[],
): Float32Array {
  // An array with a `constructor` of its own is refused: `subarray` and `slice` would call this constructor, which may be any function.
  if (arrayType(value) !== "Float32Array" || Object.hasOwn(value as object, "constructor")) {
    // The caller gave a tensor, or an entry of readSafetensors' result, in place of its data.
    if (arrayType(readFrom(name, () => (value as { readonly data?: unknown } | undefined)?.data)) === "Float32Array") {
      throw new ConveneError("ERR_SHAPE", `${name} (${show(value)}) must be a Float32Array: pass its data`);
    }
    const remedy = value === undefined ? "" : "; Float32Array.from or tensor.from converts other arrays";
    throw new ConveneError("ERR_SHAPE", `${name} (${show(value)}) must be a Float32Array${remedy}`);
  }
  const array = value as Float32Array;
  if (array.length !== length) {
    const why = shape ? [expected, show(shape)].join(" ") : expected;
    throw new ConveneError("ERR_SHAPE", `${name} has ${array.length} elements; expected ${length} (${why})`);
  }
  return array;
}

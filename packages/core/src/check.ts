/** Checks of single values, shared by every option in core. Each throws a ConveneError that names the value. */

import { ConveneError, show } from "./errors.js";

/** The largest size of one dimension, and the largest element count of one tensor: 2³¹ − 1. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

/** `value`, if it is an integer from `min` to `max`. @throws ConveneError `ERR_INVALID_OPTION` */
export function checkInteger(name: string, value: unknown, min: number, max: number = MAX_ELEMENTS): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${name} (${show(value)}) must be an integer from ${min} to ${max === MAX_ELEMENTS ? "2^31 - 1" : max}`,
    );
  }
  return value + 0; // −0 becomes 0
}

/** A number for both axes, or `[h, w]`. */
export function checkPair(name: string, value: unknown, min: number): readonly [h: number, w: number] {
  if (!Array.isArray(value)) {
    if (typeof value === "number") {
      const both = checkInteger(name, value, min);
      return Object.freeze([both, both] as const);
    }
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be an integer or [h, w]`);
  }
  if (value.length !== 2) {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must have two entries, [h, w]`);
  }
  return Object.freeze([checkInteger(`${name}[0]`, value[0], min), checkInteger(`${name}[1]`, value[1], min)] as const);
}

/** `value`, if it is one of `allowed`. @throws ConveneError `ERR_INVALID_OPTION` */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `${name} (${show(value)}) must be one of ${allowed.map((a) => JSON.stringify(a)).join(", ")}`,
    );
  }
  return value as T;
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be true or false`);
  }
  return value;
}

/** That `value` is an options object with no other keys: a misspelt one is an error, not a default. @throws ConveneError `ERR_INVALID_OPTION` */
export function checkKeys(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be an object`);
  }
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `${name} has no key ${JSON.stringify(key)}; its keys are ${allowed.join(", ")}`,
      );
    }
  }
}

export function checkList(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new ConveneError("ERR_INVALID_OPTION", `${name} (${show(value)}) must be an array`);
}

export function checkFloat32Array(name: string, value: unknown, length: number, expected: string): Float32Array {
  if (!(value instanceof Float32Array)) {
    throw new ConveneError("ERR_SHAPE", `${name} (${show(value)}) must be a Float32Array`);
  }
  if (value.length !== length) {
    throw new ConveneError("ERR_SHAPE", `${name} has ${value.length} elements; expected ${length} (${expected})`);
  }
  return value;
}

/** The kinds of values in an address. Each kind can read a value from a link, and write it. Pure. */

import { type Conv2dProblem, formatProblem, parseProblem } from "@convene/core";

/** One value of a view's state in a link. */
export interface Field<T> {
  /** The value if a link has none or a wrong one. A new link leaves it out. */
  readonly standard: T;
  /** @throws Error whose message says what was expected. The caller adds the source of the value */
  readonly read: (text: string) => T;
  /** Writes the value as a text that `read` can read. */
  readonly write: (value: T) => string;
}

/** A whole number. */
export function integer(standard: number, min: number, max: number): Field<number> {
  return {
    standard,
    read: (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
      if (!(value >= min && value <= max)) throw new Error(`a whole number from ${min} to ${max} was expected`);
      return value;
    },
    write: String,
  };
}

/** A number, which may have a fraction. */
export function decimal(standard: number, min: number, max: number): Field<number> {
  return {
    standard,
    read: (text) => {
      const value = text.trim() === "" ? NaN : Number(text);
      if (!(value >= min && value <= max)) throw new Error(`a number from ${min} to ${max} was expected`);
      return value;
    },
    write: String,
  };
}

/** One of a few words. */
export function choice<const T extends string>(standard: T, values: readonly T[]): Field<T> {
  return {
    standard,
    read: (text) => {
      const word = values.find((one) => one === text);
      if (word === undefined) throw new Error(`one of ${values.join(", ")} was expected`);
      return word;
    },
    write: (value) => value,
  };
}

/** Yes or no. */
export function flag(standard: boolean): Field<boolean> {
  const yesOrNo = choice(standard ? "yes" : "no", ["yes", "no"]);
  return { standard, read: (given) => yesOrNo.read(given) === "yes", write: (value) => (value ? "yes" : "no") };
}

/** Any text up to `longest` characters. */
export function words(standard: string, longest: number): Field<string> {
  return {
    standard,
    read: (given) => {
      if (given.length > longest) throw new Error(`at most ${longest} characters were expected`);
      return given;
    },
    write: (value) => value,
  };
}

/** Several values with commas between them. Each value may be there once. */
export function list<T>(standard: readonly T[], item: Pick<Field<T>, "read" | "write">): Field<readonly T[]> {
  return {
    standard,
    read: (given) => (given === "" ? [] : [...new Set(given.split(","))].map((each) => item.read(each))),
    write: (value) => value.map((each) => item.write(each)).join(","),
  };
}

/** Several numbers with commas between them. The count is from `min` to `max`. */
export function numbers(standard: readonly number[], min: number, max: number): Field<readonly number[]> {
  return {
    standard,
    read: (given) => {
      const values = given.split(",").map((each) => (each.trim() === "" ? NaN : Number(each)));
      const fits = values.length >= min && values.length <= max;
      if (!fits || !values.every(Number.isFinite))
        throw new Error(`${min === max ? min : `${min} to ${max}`} numbers with commas between them were expected`);
      return values;
    },
    write: (value) => value.join(","),
  };
}

/** A convolution, as its problem string. */
export function problem(standard: Conv2dProblem): Field<Conv2dProblem> {
  return { standard, read: parseProblem, write: formatProblem };
}

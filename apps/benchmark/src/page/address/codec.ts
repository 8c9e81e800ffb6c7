/**
 * The one scheme of addresses: `#explain?problem=ic3_ih7_oc128_kh3&step=4` is a view with its whole state, so that a
 * link shows what its sender saw. Standard values are left out. Pure.
 */

import type { Field } from "./field.js";

/** The fields of a view's state: a table with the meaning of each key of a link. */
// `any`, because each field has its own type.
// eslint-disable-next-line typescript/no-explicit-any
export type Fields = Readonly<Record<string, Field<any>>>;

/** The type of the state that `fields` describe. */
export type StateOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** The content of a link. */
export interface Address {
  /** One of the views' names. */
  readonly view: string;
  /** A value for each of the view's fields. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Sentences about faults in the link, and about the values in their place. */
  readonly notices: readonly string[];
}

/** Characters that need no escape after `#`. Without an escape they are easier to read. */
const READABLE: readonly (readonly [RegExp, string])[] = [
  [/%2C/g, ","],
  [/%3A/g, ":"],
  [/%2F/g, "/"],
  [/%3F/g, "?"],
  [/%3D/g, "="],
];

/** The standard value of each field. */
export function standardState<F extends Fields>(fields: F): StateOf<F> {
  return Object.fromEntries(Object.entries(fields).map(([key, { standard }]) => [key, standard])) as StateOf<F>;
}

/** The address of a state, from `#` on. */
export function writeAddress<F extends Fields>(view: string, fields: F, state: StateOf<F>): string {
  const pairs = Object.entries(fields).flatMap(([key, field]) => {
    const written = field.write(state[key]);
    return written === field.write(field.standard) ? [] : [`${key}=${escape(written)}`];
  });
  return pairs.length === 0 ? `#${view}` : `#${view}?${pairs.join("&")}`;
}

/**
 * Reads an address. A wrong address never throws: a notice says what was wrong and what is used instead.
 *
 * @param hash the address from `#` on, or an empty string
 * @param views the fields of each view. If the address names no view, the view `standard` is shown
 */
export function readAddress(hash: string, views: Readonly<Record<string, Fields>>, standard: string): Address {
  const body = hash.replace(/^#\/?/, "");
  const mark = body.indexOf("?");
  const named = mark < 0 ? body : body.slice(0, mark);
  const query = mark < 0 ? "" : body.slice(mark + 1);
  const known = Object.hasOwn(views, named);
  const view = known ? named : standard;
  const fields = views[view]!;
  if (!known) {
    const names = Object.keys(views).join(", ");
    const notices =
      body === "" ? [] : [`This link names the view ${quote(named)}, and there are ${names}. You see ${view}.`];
    return { view, state: standardState(fields), notices };
  }

  const notices: string[] = [];
  const state: Record<string, unknown> = { ...standardState(fields) };
  const seen = new Set<string>();
  for (const pair of query.split("&").filter(Boolean)) {
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) {
      const keys = Object.keys(fields).join(", ");
      notices.push(`This link sets ${quote(key)}, which ${view} does not have (${keys}). That part is left out.`);
    } else if (seen.has(key)) {
      notices.push(`This link sets ${key} twice. The first value is used.`);
    } else {
      seen.add(key);
      const value = equals < 0 ? "" : pair.slice(equals + 1);
      try {
        state[key] = field.read(unescape(value));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        notices.push(
          `This link sets ${key} to ${quote(value)}, which does not fit: ${why}. ${quote(field.write(field.standard))} is used instead.`,
        );
      }
    }
  }
  return { view, state, notices };
}

function escape(value: string): string {
  return READABLE.reduce((text, [code, sign]) => text.replace(code, sign), encodeURIComponent(value));
}

function unescape(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Error("a % must be followed by two hexadecimal digits");
  }
}

/** The value in quotes, shortened for a notice. */
function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/**
 * The one scheme of addresses: `#explain?problem=ic3_ih7_oc128_kh3&step=4` is a view and the whole of its state, so that a
 * link reproduces what its sender saw. What has its standard value is left out. Pure.
 */

import type { Field } from "./field.js";

/** A view's state as a table: what each key of a link means. */
// Each field reads and writes a type of its own, which only its own row knows.
// eslint-disable-next-line typescript/no-explicit-any
export type Fields = Readonly<Record<string, Field<any>>>;

/** The state that `fields` describe. */
export type StateOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** What a link says. */
export interface Address {
  /** One of the views' names. */
  readonly view: string;
  /** A value for each of the view's fields. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Sentences: what in the link was wrong, and what is used in its place. */
  readonly notices: readonly string[];
}

/** Signs that need no escape behind a `#`, and are better read without. */
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
 * What an address says. Nonsense never throws: a notice says what was wrong and what is used instead.
 *
 * @param hash from `#` on; empty for none
 * @param views the fields of each view, of which the one called `standard` is shown where the address names none
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

/** In quotes, and not too long for a notice. */
function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

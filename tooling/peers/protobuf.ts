/** The part of protocol buffers' wire format that is needed to write a message: https://protobuf.dev/programming-guides/encoding */

/** A field of a message: its number in the schema, and its value. */
export type Field = readonly [number: number, value: number | string | Uint8Array];

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/**
 * A message with these fields, in this order. A repeated field is there several times. A number is written as a varint, and must be an
 * integer from 0. A string, bytes or another message is written after its length.
 */
export function message(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [varint(number * 8 + VARINT), varint(value)];
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return [varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes];
  });
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A varint: seven bits in each byte, the lowest first. All bytes except the last have the highest bit set. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

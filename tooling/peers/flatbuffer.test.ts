/** Buffers that were written by hand: https://flatbuffers.dev/internals. All numbers are little-endian. */

import { expect, it } from "vitest";
import { byte, bytes, flatbuffer, int, ints, table, tables, text } from "./flatbuffer.js";

it("writes a table after its vtable, which has 0 for missing fields", () => {
  const parts = [
    [20, 0, 0, 0], // the root is at 20
    [84, 69, 83, 84], // TEST
    [10, 0], // the vtable, at 8: its own bytes
    [12, 0], // the table's bytes
    [4, 0], // the first field is at 4 of the table
    [0, 0], // there is no second one
    [8, 0], // the third is at 8
    [0, 0], // to the next multiple of 4
    [12, 0, 0, 0], // the table, at 20: the vtable is 12 bytes before it
    [7, 0, 0, 0],
    [2, 1, 0, 0],
  ];
  expect([...flatbuffer(table([byte(7), undefined, int(258)]), "TEST")]).toEqual(parts.flat());
});

it("refers to later objects", () => {
  const buffer = flatbuffer(table([text("ab"), ints([1, -1]), tables([table([byte(9)])])]), "TEST");
  const view = new DataView(buffer.buffer);
  const follow = (at: number): number => at + view.getUint32(at, true);
  const root = follow(0);
  const field = (of: number, index: number): number => {
    const vtable = of - view.getInt32(of, true);
    return of + view.getUint16(vtable + 4 + 2 * index, true);
  };

  const string = follow(field(root, 0));
  expect(view.getUint32(string, true)).toBe(2);
  // A zero follows the text. The text's length does not count it.
  expect([...buffer.subarray(string + 4, string + 7)]).toEqual([97, 98, 0]);

  const list = follow(field(root, 1));
  expect([0, 4, 8].map((offset) => view.getInt32(list + offset, true))).toEqual([2, 1, -1]);

  const nodes = follow(field(root, 2));
  expect(view.getUint32(nodes, true)).toBe(1);
  expect(view.getUint8(field(follow(nodes + 4), 0))).toBe(9);
});

it("aligns large data to 16 bytes, and grows with them", () => {
  const content = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
  const buffer = flatbuffer(table([bytes(content)]), "TEST");
  const at = buffer.findIndex((_, index) => index >= 4 && content.every((value, i) => buffer[index + i] === value));
  expect(at % 16).toBe(0);
  expect(new DataView(buffer.buffer).getUint32(at - 4, true)).toBe(5000);
});

/** The part of FlatBuffers' wire format that is needed to write a buffer: https://flatbuffers.dev/internals */

/** A number inside a table. */
export interface Scalar {
  readonly size: 1 | 4;
  readonly value: number;
}

/** An object to which a table or a vector refers. */
export type Node =
  | { readonly kind: "table"; readonly fields: readonly Field[] }
  | { readonly kind: "references"; readonly nodes: readonly Node[] }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly length: number; readonly terminated: boolean };

/** A field. `undefined` leaves it out, so that it has its default. */
export type Field = Scalar | Node | undefined;

/** The alignment of a vector's elements. The schema requires it for large data, and others need less. */
const ALIGNMENT = 16;

/** A bool, byte or enumeration. */
export function byte(value: number): Scalar {
  return { size: 1, value };
}

/** A 32-bit integer, from 0. */
export function int(value: number): Scalar {
  return { size: 4, value };
}

/** A table. Its fields are in the order of their numbers in the schema. */
export function table(fields: readonly Field[]): Node {
  return { kind: "table", fields };
}

/** A vector of tables. */
export function tables(nodes: readonly Node[]): Node {
  return { kind: "references", nodes };
}

/** A vector of bytes. */
export function bytes(content: Uint8Array): Node {
  return { kind: "bytes", bytes: content, length: content.length, terminated: false };
}

/** A vector of 32-bit integers. */
export function ints(list: readonly number[]): Node {
  return { kind: "bytes", bytes: littleEndian(list), length: list.length, terminated: false };
}

export function text(content: string): Node {
  const encoded = new TextEncoder().encode(content);
  return { kind: "bytes", bytes: encoded, length: encoded.length, terminated: true };
}

/** 32-bit integers as bytes, lowest byte first. */
export function littleEndian(list: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * list.length));
  for (const [index, value] of list.entries()) view.setInt32(4 * index, value, true);
  return new Uint8Array(view.buffer);
}

/**
 * A buffer with this root. References only point forward, so an object comes before the objects to which it refers.
 *
 * @param identifier four characters
 */
export function flatbuffer(root: Node, identifier: string): Uint8Array {
  const out = new Output();
  const toRoot = out.reserve(4);
  for (const character of identifier) out.byte(character.charCodeAt(0));
  out.refer(toRoot, write(out, root));
  return out.finish();
}

/** @returns the node's place */
function write(out: Output, node: Node): number {
  if (node.kind === "bytes") {
    out.align(ALIGNMENT, 4);
    const at = out.int(node.length);
    out.append(node.bytes);
    if (node.terminated) out.byte(0);
    return at;
  }
  if (node.kind === "references") {
    out.align(4);
    const at = out.int(node.nodes.length);
    const places = node.nodes.map(() => out.reserve(4));
    for (const [index, each] of node.nodes.entries()) out.refer(places[index]!, write(out, each));
    return at;
  }
  return writeTable(out, node.fields);
}

/** Writes a table. It begins with the distance back to its vtable. The vtable has the place of each field in the table, or 0. */
function writeTable(out: Output, fields: readonly Field[]): number {
  const offsets: number[] = [];
  let size = 4;
  for (const field of fields) {
    // A byte takes four bytes too, so that later fields stay aligned.
    offsets.push(field ? size : 0);
    if (field) size += 4;
  }
  out.align(4);
  const vtable = out.short(4 + 2 * fields.length);
  out.short(size);
  for (const offset of offsets) out.short(offset);
  out.align(4);
  const at = out.reserve(4);
  out.set(at, at - vtable);
  const references: { readonly place: number; readonly node: Node }[] = [];
  for (const field of fields) {
    if (!field) continue;
    const place = out.reserve(4);
    if ("kind" in field) references.push({ place, node: field });
    else out.set(place, field.value, field.size);
  }
  for (const { place, node } of references) out.refer(place, write(out, node));
  return at;
}

/** A growing array of bytes. */
class Output {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** Adds `size` bytes of zeros. @returns their place */
  reserve(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  /** Adds zeros until the place `before` bytes from here is a multiple of `multiple`. */
  align(multiple: number, before = 0): void {
    const over = (this.length + before) % multiple;
    if (over > 0) this.reserve(multiple - over);
  }

  byte(value: number): void {
    this.set(this.reserve(1), value, 1);
  }

  short(value: number): number {
    const at = this.reserve(2);
    this.view.setUint16(at, value, true);
    return at;
  }

  int(value: number): number {
    const at = this.reserve(4);
    this.set(at, value);
    return at;
  }

  append(content: Uint8Array): void {
    const at = this.reserve(content.length);
    this.bytes.set(content, at);
  }

  set(at: number, value: number, size: 1 | 4 = 4): void {
    if (size === 1) this.view.setUint8(at, value);
    else this.view.setInt32(at, value, true);
  }

  /** Makes the place at `from` refer to `to`. */
  refer(from: number, to: number): void {
    this.set(from, to - from);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

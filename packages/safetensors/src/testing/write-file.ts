/** Files for tests, right and wrong, byte by byte. */

/** A file of this header, right or wrong, and these data. */
export function fileOf(header: string | object, data: Uint8Array | readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setUint32(0, text.length, true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

/** A tensor's entry in a header. */
export function entry(dtype: string, shape: readonly number[], from: number, to: number): object {
  return { dtype, shape, data_offsets: [from, to] };
}

/** A header with spaces after it, so that the data begin `offset` bytes after a multiple of 8. */
export function padded(header: object, offset = 0): string {
  const text = JSON.stringify(header);
  return text.padEnd(text.length + ((8 - (text.length % 8)) % 8) + offset);
}

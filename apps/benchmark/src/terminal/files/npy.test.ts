import { describe, expect, it } from "vitest";
import { NpyError, readNpy, writeNpy } from "./npy.js";

/** A file as numpy.save writes it: the text of the header, and the data. */
function file(header: string, data: ArrayLike<number>, version = 1): Uint8Array {
  const length =
    version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  const head = [0x93, ...Buffer.from("NUMPY"), version, 0, ...length, ...Buffer.from(header, "latin1")];
  return Uint8Array.from([...head, ...Array.from(data)]);
}
const f4 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe("readNpy", () => {
  it.each<[string, number[], Uint8Array, number[]]>([
    [
      "float32",
      [2, 2],
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n", f4(1, -2, 0.5, NaN)),
      [1, -2, 0.5, NaN],
    ],
    [
      "float64",
      [1],
      file("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", new Uint8Array(Float64Array.of(0.1).buffer)),
      [Math.fround(0.1)],
    ],
    ["uint8", [3], file("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", [0, 128, 255]), [0, 128, 255]],
    [
      "int64",
      [1],
      file("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(BigInt64Array.of(-7n).buffer)),
      [-7],
    ],
    ["a number", [], file("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", f4(3)), [3]],
    ["version 2", [1], file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", f4(3), 2), [3]],
  ])("reads %s", (_, dims, bytes, values) => {
    const { data, ...rest } = readNpy(bytes);
    expect(rest).toEqual({ dims });
    expect([...data]).toEqual(values);
  });

  it("reads a file of writeNpy, at any address in memory", () => {
    const array = { dims: [1, 3, 1], data: new Float32Array([9, 1, 2, 3]).subarray(1) };
    const bytes = writeNpy(array);
    expect(bytes.length % 64).toBe(12);
    expect(Buffer.from(bytes.subarray(0, 128)).toString("latin1")).toContain("'shape': (1, 3, 1), }");
    const padded = new Uint8Array(bytes.length + 1);
    padded.set(bytes, 1);
    expect(readNpy(padded.subarray(1))).toEqual({ dims: [1, 3, 1], data: Float32Array.of(1, 2, 3) });
  });

  it.each<[string, Uint8Array, string]>([
    ["another file", Buffer.from("PNG and so on"), "is no .npy file"],
    ["nothing", new Uint8Array(0), "is no .npy file"],
    ["a file that ends in its header", file("{'descr': '<f4'", []).subarray(0, 12), "is cut off in its header"],
    ["another header", file("{'dtype': '<f4'}", []), "has a header of another form"],
    [
      "complex numbers",
      file("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", f4(1, 1)),
      "holds <c8; expected one of <f4",
    ],
    ["columns first", file("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", f4(1)), "is in Fortran order"],
    [
      "data that are cut off",
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", f4(1)),
      "has 4 bytes of data; expected 8 for 2 of <f4",
    ],
    [
      "a size that nothing has",
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", f4(1)),
      "expected 399999999996",
    ],
  ])("refuses %s", (_, bytes, words) => {
    expect(() => readNpy(bytes)).toThrow(NpyError);
    expect(() => readNpy(bytes)).toThrow(words);
  });

  it("refuses every prefix of a file", () => {
    const bytes = writeNpy({ dims: [2], data: Float32Array.of(1, 2) });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readNpy(bytes.subarray(0, length))).toThrow(NpyError);
    }
  });
});

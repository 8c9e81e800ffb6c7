/**
 * Bytes as text that compresses well: a byte is one printable character, a rare byte is two. Base64 cuts bytes into pieces of six bits, so a
 * compressor no longer finds repetitions: under gzip the kernels take 23.1 kB in base64, 16.4 kB as bytes, and 16.3 kB in this form. The
 * pieces of several modules alternate, because the builds of one source are alike and gzip looks back 32 kB only.
 */

/** Printable ASCII without the characters that a string literal of any kind must escape. The last two characters begin a pair. */
const CHARACTERS = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
  .filter((character) => !"\"'\\`$".includes(character))
  .join("");
const SINGLE = CHARACTERS.length - 2;

/** Modules as text, all together. */
export interface Bundle {
  /** The bytes that are one character, as 64 hexadecimal digits: the lowest bit of the first digit stands for byte 0. */
  readonly singles: string;
  /** The first piece of each module, then the second of each, and so on. */
  readonly pieces: readonly string[];
}

/** @param count into how many pieces each module is cut */
export function encodeModules(modules: readonly Uint8Array[], count: number): Bundle {
  const frequency = new Uint32Array(256);
  for (const module of modules) for (const byte of module) frequency[byte]!++;
  const byFrequency = Array.from(frequency.keys()).sort((a, b) => frequency[b]! - frequency[a]! || a - b);
  const single = new Set(byFrequency.slice(0, SINGLE));
  const digit = (first: number): number =>
    [0, 1, 2, 3].reduce((sum, at) => sum + (Number(single.has(first + at)) << at), 0);
  const singles = Array.from({ length: 64 }, (_, at) => digit(4 * at).toString(16)).join("");
  const texts: string[] = Array.from({ length: 256 });
  for (const [rank, value] of valuesOf(singles).entries()) {
    const rest = rank - SINGLE;
    texts[value] =
      rest < 0 ? CHARACTERS[rank]! : CHARACTERS[SINGLE + Math.floor(rest / SINGLE)]! + CHARACTERS[rest % SINGLE]!;
  }
  const pieces: string[] = [];
  for (let piece = 0; piece < count; piece++) {
    for (const module of modules) {
      const cut = (at: number): number => Math.round((module.length * at) / count);
      pieces.push(Array.from(module.subarray(cut(piece), cut(piece + 1)), (byte) => texts[byte]).join(""));
    }
  }
  return { singles, pieces };
}

/** All byte values: those that are one character, then those that are two. */
function valuesOf(singles: string): number[] {
  const isSingle = (value: number): number => (Number.parseInt(singles[value >> 2]!, 16) >> (value & 3)) & 1;
  return Array.from({ length: 256 }, (_, value) => value).sort((a, b) => isSingle(b) - isSingle(a));
}

/** The module of the number `index`, of `modules` modules. */
export function decodeModule({ singles, pieces }: Bundle, index: number, modules: number): Uint8Array<ArrayBuffer> {
  const text = pieces.filter((_, at) => at % modules === index).join("");
  // Tables, because a program waits for this loop before the first backend opens.
  const ranks = new Uint8Array(128);
  for (let rank = 0; rank < CHARACTERS.length; rank++) ranks[CHARACTERS.charCodeAt(rank)] = rank;
  const values = Uint8Array.from(valuesOf(singles));
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    let rank = ranks[text.charCodeAt(at)]!;
    if (rank >= SINGLE) rank = SINGLE + (rank - SINGLE) * SINGLE + ranks[text.charCodeAt(++at)]!;
    bytes[length++] = values[rank]!;
  }
  return bytes.slice(0, length);
}

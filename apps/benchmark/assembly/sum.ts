/**
 * Reads a buffer as fast as possible, with one addition for each load. The numbers are integers, because an engine adds
 * integers in one cycle.
 */

/**
 * Reads the `bytes` bytes at `x`, a multiple of 256, `passes` times, and writes the sums of the eight vectors to `y`.
 * The loads are in pairs 16 bytes apart. So are the stores at the end, from which V8's revectorizer starts.
 */
export function sum(x: usize, bytes: usize, passes: i32, y: usize): void {
  let a0 = v128.load(y, 0);
  let a1 = v128.load(y, 16);
  let a2 = v128.load(y, 32);
  let a3 = v128.load(y, 48);
  let a4 = v128.load(y, 64);
  let a5 = v128.load(y, 80);
  let a6 = v128.load(y, 96);
  let a7 = v128.load(y, 112);
  for (; passes > 0; passes--) {
    const end = x + bytes;
    for (let at = x; at < end; at += 256) {
      a0 = i32x4.add(a0, v128.load(at, 0));
      a1 = i32x4.add(a1, v128.load(at, 16));
      a2 = i32x4.add(a2, v128.load(at, 32));
      a3 = i32x4.add(a3, v128.load(at, 48));
      a4 = i32x4.add(a4, v128.load(at, 64));
      a5 = i32x4.add(a5, v128.load(at, 80));
      a6 = i32x4.add(a6, v128.load(at, 96));
      a7 = i32x4.add(a7, v128.load(at, 112));
      a0 = i32x4.add(a0, v128.load(at, 128));
      a1 = i32x4.add(a1, v128.load(at, 144));
      a2 = i32x4.add(a2, v128.load(at, 160));
      a3 = i32x4.add(a3, v128.load(at, 176));
      a4 = i32x4.add(a4, v128.load(at, 192));
      a5 = i32x4.add(a5, v128.load(at, 208));
      a6 = i32x4.add(a6, v128.load(at, 224));
      a7 = i32x4.add(a7, v128.load(at, 240));
    }
  }
  v128.store(y, a0, 0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y, a4, 64);
  v128.store(y, a5, 80);
  v128.store(y, a6, 96);
  v128.store(y, a7, 112);
}

/** Zeros, which taps on zero padding read. */

/** Writes `rows` times `bytes` bytes (a multiple of 16) of zeros, `stride` bytes apart, from `address` on. */
export function clearRows(address: usize, bytes: i32, stride: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < bytes; at += 16) v128.store(address + at, i32x4.splat(0));
    address += stride;
  }
}

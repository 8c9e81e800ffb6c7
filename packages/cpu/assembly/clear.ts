/** Writes the zeros that taps on zero padding read. */

/** Writes `rows` times `bytes` bytes (a multiple of 4) of zeros, `stride` bytes apart, from `address` on, and nothing else. */
export function clearRows(address: usize, bytes: i32, stride: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(address + at, i32x4.splat(0));
    for (; at < bytes; at += 4) store<i32>(address + at, 0);
    address += stride;
  }
}

/**
 * Transposes between a tensor's pixels, whose channels lie side by side (NHWC), and the staging area, where the same pixels
 * lie channel by channel (NCHW). Only the elements themselves are read and written.
 */

/** Transposes 4 rows of 4 numbers. The rows are `fromRow` bytes apart, and the written rows are `toRow` bytes apart. */
@inline
function transpose4x4(from: usize, fromRow: usize, to: usize, toRow: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromRow);
  const c = v128.load(from + 2 * fromRow);
  const d = v128.load(from + 3 * fromRow);
  const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(abLow, cdLow, 0, 1, 4, 5));
  v128.store(to + toRow, v128.shuffle<f32>(abLow, cdLow, 2, 3, 6, 7));
  v128.store(to + 2 * toRow, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
  v128.store(to + 3 * toRow, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
}

/** Transposes `rows` x `columns` numbers, one by one. The numbers are moved as integers, so that the bits of a NaN do not change. */
@inline
function transposeEach(from: usize, fromRow: usize, to: usize, toRow: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      store<i32>(to + column * toRow + (row << 2), load<i32>(from + row * fromRow + (column << 2)));
    }
  }
}

/**
 * Transposes from channels in rows to pixels in rows.
 *
 * `from` is the address of the first pixel of the first channel, and `fromChannel` the bytes to the same pixel of the next channel.
 * `to` is the address of the first channel of the first pixel, and `toPixel` the bytes to the next pixel.
 */
export function toNhwc(from: usize, fromChannel: usize, to: usize, toPixel: usize, channels: i32, pixels: i32): void {
  // The number of pixels that are transposed by fours.
  const whole = pixels & ~3;
  let pixel = 0;
  if (toPixel == 8 && channels == 2) {
    for (; pixel < whole; pixel += 4, from += 16, to += 32) {
      const a = v128.load(from);
      const b = v128.load(from + fromChannel);
      v128.store(to, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
      v128.store(to, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
    }
  } else if (toPixel == 12 && channels == 3) {
    for (; pixel < whole; pixel += 4, from += 16, to += 48) {
      const a = v128.load(from);
      const b = v128.load(from + fromChannel);
      const c = v128.load(from + 2 * fromChannel);
      // The results are a0 b0 c0 a1, b1 c1 a2 b2, c2 a3 b3 c3. Each comes from two shuffles.
      v128.store(to, v128.shuffle<f32>(v128.shuffle<f32>(a, b, 0, 4, 1, 1), c, 0, 1, 4, 2));
      v128.store(to, v128.shuffle<f32>(v128.shuffle<f32>(b, c, 1, 5, 2, 2), a, 0, 1, 6, 2), 16);
      v128.store(to, v128.shuffle<f32>(v128.shuffle<f32>(c, a, 2, 7, 3, 3), b, 0, 1, 7, 2), 32);
    }
  } else {
    const last = channels & ~3;
    // Loop 2, pixels by fours, writes the tensor in order. Loop 1, channels by fours, reads the staging area, which is in cache.
    for (; pixel < whole; pixel += 4, from += 16, to += 4 * toPixel) {
      let channel = 0;
      for (; channel < last; channel += 4) {
        transpose4x4(from + channel * fromChannel, fromChannel, to + (channel << 2), toPixel);
      }
      if (channel < channels) {
        transposeEach(from + channel * fromChannel, fromChannel, to + (channel << 2), toPixel, channels - channel, 4);
      }
    }
  }
  transposeEach(from, fromChannel, to, toPixel, channels, pixels - pixel);
}

/**
 * Transposes from pixels in rows to channels in rows.
 *
 * `from` is the address of the first channel of the first pixel, and `fromPixel` the bytes to the next pixel. `to` is the address of
 * the first pixel of the first channel, and `toChannel` the bytes to the same pixel of the next channel.
 */
export function toNchw(from: usize, fromPixel: usize, to: usize, toChannel: usize, channels: i32, pixels: i32): void {
  const whole = pixels & ~3;
  let pixel = 0;
  if (fromPixel == 8 && channels == 2) {
    for (; pixel < whole; pixel += 4, from += 32, to += 16) {
      const x = v128.load(from);
      const y = v128.load(from, 16);
      v128.store(to, v128.shuffle<f32>(x, y, 0, 2, 4, 6));
      v128.store(to + toChannel, v128.shuffle<f32>(x, y, 1, 3, 5, 7));
    }
  } else if (fromPixel == 12 && channels == 3) {
    for (; pixel < whole; pixel += 4, from += 48, to += 16) {
      const x = v128.load(from);
      const y = v128.load(from, 16);
      const z = v128.load(from, 32);
      v128.store(to, v128.shuffle<f32>(v128.shuffle<f32>(x, y, 0, 3, 6, 6), z, 0, 1, 2, 5));
      v128.store(to + toChannel, v128.shuffle<f32>(v128.shuffle<f32>(x, y, 1, 4, 7, 7), z, 0, 1, 2, 6));
      v128.store(to + 2 * toChannel, v128.shuffle<f32>(v128.shuffle<f32>(x, y, 2, 5, 5, 5), z, 0, 1, 4, 7));
    }
  } else {
    const last = channels & ~3;
    for (; pixel < whole; pixel += 4, from += 4 * fromPixel, to += 16) {
      let channel = 0;
      for (; channel < last; channel += 4) {
        transpose4x4(from + (channel << 2), fromPixel, to + channel * toChannel, toChannel);
      }
      if (channel < channels) {
        transposeEach(from + (channel << 2), fromPixel, to + channel * toChannel, toChannel, 4, channels - channel);
      }
    }
  }
  transposeEach(from, fromPixel, to, toChannel, pixels - pixel, channels);
}

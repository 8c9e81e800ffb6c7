/** Softmax over the channels of each pixel. */

import { expOfNegative, writeConstants } from "./functions";
import { SoftmaxParams } from "./operation-params";
import { storeLanes } from "./simd";

/** Computes the jobs `start` to `end` of images x chunks of pixels. `own` is this worker's part of the workspace: constants. */
export function softmax(
  params: SoftmaxParams,
  input: usize,
  output: usize,
  _residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const channels = params.channels;
  writeConstants(own);
  const pixel: usize = channels << 2;
  // Loop 3, jobs: splits images into chunks of pixels.
  for (let job = start; job < end; job++) {
    const chunk = job % params.chunks;
    const image = job / params.chunks;
    const first = chunk * params.chunkPixels;
    let from = input + image * params.inputImage + first * pixel;
    let to = output + image * params.outputImage + first * pixel;
    // Loop 2, pixels.
    for (let left = min<i32>(params.chunkPixels, params.pixels - first); left > 0; left--) {
      softmaxOf(from, to, channels, own);
      from += pixel;
      to += pixel;
    }
  }
}

function softmaxOf(from: usize, to: usize, channels: i32, constants: usize): void {
  const most = f32x4.splat(maximum(from, channels));
  let sum: f32 = 0;
  let at = to;
  // Loop 1, channels, twice. Lanes beyond the last channel are in no sum.
  for (let left = channels; left > 0; left -= 4) {
    const e = expOfNegative(f32x4.sub(v128.load(from), most), constants);
    storeLanes(at, e, left);
    sum += f32x4.extract_lane(e, 0);
    if (left > 1) sum += f32x4.extract_lane(e, 1);
    if (left > 2) sum += f32x4.extract_lane(e, 2);
    if (left > 3) sum += f32x4.extract_lane(e, 3);
    from += 16;
    at += 16;
  }
  const by = f32x4.splat(sum);
  for (; channels > 0; channels -= 4) {
    storeLanes(to, f32x4.div(v128.load(to), by), channels);
    to += 16;
  }
}

/** The largest number, or NaN if one of the numbers is NaN. */
function maximum(from: usize, count: i32): f32 {
  let four = f32x4.splat(-Infinity);
  for (; count >= 4; count -= 4) {
    four = f32x4.max(four, v128.load(from));
    from += 16;
  }
  let most = max<f32>(
    max<f32>(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    max<f32>(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  );
  for (; count > 0; count--) {
    most = max<f32>(most, load<f32>(from));
    from += 4;
  }
  return most;
}

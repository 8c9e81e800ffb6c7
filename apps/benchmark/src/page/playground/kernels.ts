/** Kernels of image filters, row by row, for odd sizes from 3 on. Pure. */

/** `size * size` weights, row by row. */
export type Kernel = readonly number[];

/** The offsets of a kernel's taps from its middle: −1, 0, 1 for a size of 3. */
function offsets(size: number): readonly number[] {
  return Array.from({ length: size }, (_, index) => index - (size - 1) / 2);
}

/** A kernel from a function of the offsets from its middle, x to the right and y down. */
function kernelOf(size: number, at: (x: number, y: number) => number): Kernel {
  return offsets(size).flatMap((y) => offsets(size).map((x) => at(x, y)));
}

/** The sum of a kernel's weights. */
export function sumOf(kernel: Kernel): number {
  return kernel.reduce((sum, each) => sum + each, 0);
}

/** The largest size of a result for inputs in [0, 1]: the larger one of the sum of positive weights and the absolute sum of negative weights. */
export function reachOf(weights: ArrayLike<number>): number {
  let [positive, negative] = [0, 0];
  for (let index = 0; index < weights.length; index++) {
    const each = weights[index]!;
    if (each > 0) positive += each;
    else negative -= each;
  }
  return Math.max(positive, negative);
}

/** 1 in the middle, 0 elsewhere. */
export function identity(size: number): Kernel {
  return kernelOf(size, (x, y) => (x === 0 && y === 0 ? 1 : 0));
}

/** The mean of all pixels under the kernel. */
export function box(size: number): Kernel {
  return kernelOf(size, () => 1 / size ** 2);
}

/** A Gaussian, whose deviation follows the size as in OpenCV's `getGaussianKernel`; its sum is 1. */
export function gaussian(size: number): Kernel {
  const deviation = 0.3 * ((size - 1) / 2 - 1) + 0.8;
  const bell = kernelOf(size, (x, y) => Math.exp(-(x ** 2 + y ** 2) / (2 * deviation ** 2)));
  const sum = sumOf(bell);
  return bell.map((each) => each / sum);
}

/** The factor with which `sharpen` adds the details that a Gaussian removes. */
const SHARPNESS = 2;

/** An unsharp mask: the picture, plus twice the details that a Gaussian blur of this size removes. Its sum is 1. */
export function sharpen(size: number): Kernel {
  const blurred = gaussian(size);
  return identity(size).map((each, index) => each + SHARPNESS * (each - blurred[index]!));
}

/** A row of Pascal's triangle: 1, 2, 1 for a size of 3. */
function binomial(size: number): readonly number[] {
  let row = [1];
  while (row.length < size) row = [...row, 0].map((each, index) => each + (row[index - 1] ?? 0));
  return row;
}

/** The difference of two binomials, two taps apart: −1, 0, 1 for a size of 3. */
function slope(size: number): readonly number[] {
  const smooth = binomial(size - 2);
  return Array.from({ length: size }, (_, index) => (smooth[index - 2] ?? 0) - (smooth[index] ?? 0));
}

/** Sobel's derivative to the right: smoothed down, differentiated across. */
export function sobelX(size: number): Kernel {
  return binomial(size).flatMap((down) => slope(size).map((across) => down * across));
}

/** Sobel's derivative downwards. */
export function sobelY(size: number): Kernel {
  return slope(size).flatMap((down) => binomial(size).map((across) => down * across));
}

/** Light from the upper left: the picture plus its slope along the diagonal. The strength is the same for each size. */
export function emboss(size: number): Kernel {
  const ramp = kernelOf(size, (x, y) => x + y);
  const strength = 8 / ramp.reduce((sum, each) => sum + Math.abs(each), 0);
  return identity(size).map((each, index) => each + ramp[index]! * strength);
}

/**
 * A Gabor filter: a wave under a Gaussian, without a mean, and with positive weights whose sum is 1.
 *
 * @param degrees the direction of the wave: 0 to the right, 90 down. The filter responds most to edges at a right angle to it
 */
export function gabor(size: number, degrees: number): Kernel {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const wavelength = size / 1.5;
  const deviation = size / 4;
  const bell = kernelOf(size, (x, y) => Math.exp(-(x ** 2 + y ** 2) / (2 * deviation ** 2)));
  const wave = kernelOf(size, (x, y) => Math.cos((2 * Math.PI * (x * cos + y * sin)) / wavelength));
  const both = bell.map((each, index) => each * wave[index]!);
  const mean = sumOf(both) / sumOf(bell);
  const even = both.map((each, index) => each - mean * bell[index]!);
  const positive = even.reduce((sum, each) => sum + Math.max(0, each), 0);
  return even.map((each) => each / positive);
}

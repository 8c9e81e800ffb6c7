/**
 * A first layer that is learnt from the pixels of one photo: spherical k-means over whitened patches (Coates and Ng, "Learning Feature
 * Representations with K-means", 2012). It contains no weights of others. Pure: the same photo and seed give the same weights.
 */

/** A photo's pixels in [0, 1]: red, green and blue side by side. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` values. */
  readonly data: Float32Array;
}

/** Weights of a convolution from three colours to `count` channels. */
export interface LearntFilters {
  readonly count: number;
  /** The weights, in OIHW: `[count, 3, size, size]`. */
  readonly weight: Float32Array;
  /** `count` values, which subtract the mean patch. */
  readonly bias: Float32Array;
}

/** The number of patches, and of rounds of k-means: 0.3 s for 5 x 5 on one core. Larger numbers change the filters little. */
const PATCHES = 4000;
const ROUNDS = 10;
/** A number that is added to the variances before whitening, as a share of the largest variance. It keeps noise weaker than structure. */
const FLOOR = 0.02;

/** The number of filters that are learnt. */
export const LEARNT_COUNT = 12;

/** A small generator of numbers in [0, 1): Marsaglia's xorshift of 32 bits. */
function randomSource(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * Learns `LEARNT_COUNT` filters of `size` by `size` from a photo.
 *
 * @param photo at least `size` pixels wide and high
 * @throws RangeError for a photo that is smaller than a patch
 */
export function learnFilters(photo: Pixels, size: number, seed = 1): LearntFilters {
  if (photo.width < size || photo.height < size) {
    throw new RangeError(
      `a photo of ${photo.width} x ${photo.height} has no patch of ${size} x ${size} to learn from; take a larger photo or a smaller kernel`,
    );
  }
  const random = randomSource(seed);
  const dims = 3 * size * size;
  const patches = samplePatches(photo, size, random);
  const mean = meanOf(patches, dims);
  const whitening = whiteningOf(covarianceOf(patches, mean, dims), dims);
  const white = whiten(patches, mean, whitening, dims);
  const centroids = kMeans(white, dims, random);
  return toConvolution(centroids, whitening, mean, dims);
}

/** Patches as rows of `3 * size * size` values, in the order of the last three axes of OIHW. */
function samplePatches({ width, height, data }: Pixels, size: number, random: () => number): Float64Array {
  const dims = 3 * size * size;
  const patches = new Float64Array(PATCHES * dims);
  for (let patch = 0; patch < PATCHES; patch++) {
    const left = Math.floor(random() * (width - size + 1));
    const top = Math.floor(random() * (height - size + 1));
    let at = patch * dims;
    for (let channel = 0; channel < 3; channel++) {
      for (let y = top; y < top + size; y++) {
        for (let x = left; x < left + size; x++) patches[at++] = data[(y * width + x) * 3 + channel]!;
      }
    }
  }
  return patches;
}

function meanOf(patches: Float64Array, dims: number): Float64Array {
  const mean = new Float64Array(dims);
  for (let at = 0; at < patches.length; at++) mean[at % dims]! += patches[at]! / PATCHES;
  return mean;
}

function covarianceOf(patches: Float64Array, mean: Float64Array, dims: number): Float64Array {
  const covariance = new Float64Array(dims * dims);
  const row = new Float64Array(dims);
  for (let patch = 0; patch < PATCHES; patch++) {
    for (let i = 0; i < dims; i++) row[i] = patches[patch * dims + i]! - mean[i]!;
    for (let i = 0; i < dims; i++) {
      const own = row[i]! / PATCHES;
      for (let j = i; j < dims; j++) covariance[i * dims + j]! += own * row[j]!;
    }
  }
  for (let i = 0; i < dims; i++) for (let j = 0; j < i; j++) covariance[i * dims + j] = covariance[j * dims + i]!;
  return covariance;
}

/** The ZCA matrix V (D + floor)^(−1/2) Vᵀ of the covariance V D Vᵀ. */
function whiteningOf(covariance: Float64Array, dims: number): Float64Array {
  const { values, vectors } = eigen(covariance, dims);
  const largest = values.reduce((most, each) => Math.max(most, each), 0);
  const floor = FLOOR * largest || 1;
  const result = new Float64Array(dims * dims);
  for (let k = 0; k < dims; k++) {
    const scale = 1 / Math.sqrt(Math.max(0, values[k]!) + floor);
    for (let i = 0; i < dims; i++) {
      const own = vectors[i * dims + k]! * scale;
      for (let j = 0; j < dims; j++) result[i * dims + j]! += own * vectors[j * dims + k]!;
    }
  }
  return result;
}

/** The most rounds of Jacobi's method. A symmetric matrix of 147 rows takes eight. */
const SWEEPS = 20;

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's cyclic method. */
function eigen(matrix: Float64Array, dims: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(dims * dims);
  for (let i = 0; i < dims; i++) vectors[i * dims + i] = 1;
  const scale = a.reduce((sum, each) => sum + each ** 2, 0);
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a, dims) > 1e-18 * scale; sweep++) {
    for (let p = 0; p < dims; p++) for (let q = p + 1; q < dims; q++) rotate(a, vectors, dims, p, q);
  }
  return { values: Float64Array.from({ length: dims }, (_, i) => a[i * dims + i]!), vectors };
}

function offDiagonal(a: Float64Array, dims: number): number {
  let sum = 0;
  for (let i = 0; i < dims; i++) for (let j = i + 1; j < dims; j++) sum += a[i * dims + j]! ** 2;
  return sum;
}

/** One rotation that makes a[p, q] zero (Golub and Van Loan, "Matrix Computations", section 8.5). */
function rotate(a: Float64Array, vectors: Float64Array, dims: number, p: number, q: number): void {
  const apq = a[p * dims + q]!;
  if (apq === 0) return;
  const tau = (a[q * dims + q]! - a[p * dims + p]!) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau ** 2));
  const cos = 1 / Math.sqrt(1 + t ** 2);
  const sin = t * cos;
  for (let k = 0; k < dims; k++) turn(a, k * dims + p, k * dims + q, cos, sin);
  for (let k = 0; k < dims; k++) turn(a, p * dims + k, q * dims + k, cos, sin);
  for (let k = 0; k < dims; k++) turn(vectors, k * dims + p, k * dims + q, cos, sin);
}

function turn(values: Float64Array, first: number, second: number, cos: number, sin: number): void {
  const [x, y] = [values[first]!, values[second]!];
  values[first] = cos * x - sin * y;
  values[second] = sin * x + cos * y;
}

function whiten(patches: Float64Array, mean: Float64Array, whitening: Float64Array, dims: number): Float64Array {
  const white = new Float64Array(patches.length);
  for (let patch = 0; patch < PATCHES; patch++) {
    for (let i = 0; i < dims; i++) {
      let sum = 0;
      for (let j = 0; j < dims; j++) sum += whitening[i * dims + j]! * (patches[patch * dims + j]! - mean[j]!);
      white[patch * dims + i] = sum;
    }
  }
  return white;
}

/** K-means with unit vectors as centroids. A patch belongs to the centroid with the largest product, of either sign. */
function kMeans(white: Float64Array, dims: number, random: () => number): Float64Array {
  // The first centroids are patches. Whitening amplifies directions that are in no patch, so random vectors would be bad.
  const centroids = new Float64Array(LEARNT_COUNT * dims);
  for (let each = 0; each < LEARNT_COUNT; each++) {
    const patch = Math.floor(random() * PATCHES);
    centroids.set(white.subarray(patch * dims, (patch + 1) * dims), each * dims);
  }
  normalise(centroids, dims);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(centroids.length);
    for (let patch = 0; patch < PATCHES; patch++) {
      let [best, product] = [0, 0];
      for (let each = 0; each < LEARNT_COUNT; each++) {
        let sum = 0;
        for (let i = 0; i < dims; i++) sum += centroids[each * dims + i]! * white[patch * dims + i]!;
        if (Math.abs(sum) > Math.abs(product)) [best, product] = [each, sum];
      }
      for (let i = 0; i < dims; i++) next[best * dims + i]! += product * white[patch * dims + i]!;
    }
    normalise(next, dims);
    for (let each = 0; each < LEARNT_COUNT; each++) {
      const row = next.subarray(each * dims, (each + 1) * dims);
      // A centroid without a patch stays as it is until the next round.
      if (row.some((value) => value !== 0)) centroids.set(row, each * dims);
    }
  }
  return centroids;
}

function normalise(rows: Float64Array, dims: number): void {
  for (let at = 0; at < rows.length; at += dims) {
    const row = rows.subarray(at, at + dims);
    const length = Math.sqrt(row.reduce((sum, each) => sum + each ** 2, 0)) || 1;
    for (let i = 0; i < dims; i++) row[i]! /= length;
  }
}

/** Makes a convolution with a bias: c · W (x − m) is (W c) · x − (W c) · m, because W is symmetric. */
function toConvolution(
  centroids: Float64Array,
  whitening: Float64Array,
  mean: Float64Array,
  dims: number,
): LearntFilters {
  const weight = new Float32Array(LEARNT_COUNT * dims);
  const bias = new Float32Array(LEARNT_COUNT);
  for (let each = 0; each < LEARNT_COUNT; each++) {
    let product = 0;
    for (let i = 0; i < dims; i++) {
      let sum = 0;
      for (let j = 0; j < dims; j++) sum += whitening[i * dims + j]! * centroids[each * dims + j]!;
      weight[each * dims + i] = sum;
      product += sum * mean[i]!;
    }
    bias[each] = -product;
  }
  return { count: LEARNT_COUNT, weight, bias };
}

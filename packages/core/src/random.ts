/**
 * PyTorch's CPU random numbers: MT19937 (Matsumoto and Nishimura, 1998), and the way that ATen makes a uniform float32
 * of one 32-bit output: the low 24 bits, scaled (ATen/core/TransformationHelper.h, `uniform_real`). The goldens compare
 * both with PyTorch's own bits.
 */

import { checkInteger } from "./check.js";

const N = 624;
const M = 397;

/** A generator of 32-bit unsigned integers, seeded as `torch.manual_seed(seed)`. */
export function mt19937(seed: number): () => number {
  checkInteger("seed", seed, 0, 2 ** 32 - 1);
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) {
    const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, previous) + i;
  }
  let next = N;

  const twist = (): void => {
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    next = 0;
  };

  return () => {
    if (next === N) twist();
    let y = state[next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/**
 * Fills `out` as `Tensor.uniform_(min, max)` does. PyTorch's kernel is built for AVX2, AVX-512 or Arm, where the compiler
 * fuses `unit * span + from` into one multiply-add, rounded once. (Its build for x86 without AVX2 rounds twice, and so
 * differs in the last bit.) Float64 holds the product exactly, and the sum too unless |min| is over 32 spans.
 */
export function fillUniform(random: () => number, out: Float32Array, min: number, max: number): void {
  const from = Math.fround(min);
  const span = Math.fround(Math.fround(max) - from);
  for (let i = 0; i < out.length; i++) {
    const unit = (random() & 0xffffff) / 0x1000000;
    out[i] = unit * span + from;
  }
}

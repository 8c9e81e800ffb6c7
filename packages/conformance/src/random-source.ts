/** Random numbers for test cases: splitmix32, a few lines of integer arithmetic, the same everywhere for the same seed. */

/** The seed of the suite and of a problem run alone, so that both have the same operands. */
export const DEFAULT_SEED = 1;

/** A source of numbers in `[0, 1)`: splitmix32. One seed, an integer, always gives the same numbers. */
export function randomSource(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

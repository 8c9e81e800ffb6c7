/** Numbers as text for this view. Pure. */

/** Milliseconds with three digits: 0.123, 1.23, 12.3, 123. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.max(value, 1e-9)))));
  return `${value.toFixed(digits)} ms`;
}

/** A small number with two digits: 0, 1.2e-7, 0.034. */
export function small(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(2))) : String(value);
}

/** `[1, 3, 341, 512]` as 512 × 341 pixels, 3 channels. */
export function size([, channels, height, width]: readonly number[]): string {
  return `${width} × ${height}, ${channels} channel${channels === 1 ? "" : "s"}`;
}

/** A sentence with the ratio of two times. Times that differ by less than the clock's precision are equal. */
export function faster(a: { readonly name: string; readonly median: number }, b: typeof a): string {
  const [quick, slow] = a.median <= b.median ? [a, b] : [b, a];
  const ratio = slow.median / quick.median;
  if (!(ratio >= 1.05) || !Number.isFinite(ratio)) return `${a.name} and ${b.name} take about as long.`;
  return `${quick.name} is ${ratio.toPrecision(ratio < 10 ? 2 : 3)} times as fast as ${slow.name} here.`;
}

/** Float32 numbers as text. */

/**
 * The shortest decimal that rounds to the float32 `value`, so that a number from a file reads as it was written: 0.01 and not
 * 0.009999999776482582.
 */
export function float32Text(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), value)) return String(short);
  }
  // Nine digits tell any two float32 numbers apart.
  return String(Number(value.toPrecision(9)));
}

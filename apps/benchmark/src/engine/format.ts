/** Numbers for a reader. They are the same in every table, independent of the machine's locale. */

/** `86,400`. No `Intl.NumberFormat`, because the first one of a process takes 25 ms (Node 20, AMD EPYC). */
export function formatCount(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `0.0012`, `1.234`, `12.34`, `123.4`: milliseconds to four digits, or to a tenth of a microsecond. */
export function formatMilliseconds(value: number): string {
  return value.toFixed(value < 0.01 ? 4 : value < 10 ? 3 : value < 100 ? 2 : 1);
}

/** `16.2`. */
export function formatRate(value: number): string {
  return value.toFixed(1);
}

/** `11.9 %`. */
export function formatPercent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** `12.30`. */
export function formatRatio(value: number): string {
  return value.toFixed(2);
}

/** Error / bound: `0`, or enough digits to separate 0.5 from 0.0005. */
export function formatErrorRatio(value: number): string {
  return value === 0 ? "0" : value >= 0.001 ? value.toFixed(3) : value.toExponential(0);
}

/** `3.4 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `1 case`, `1,234 cases`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The colours of the cells: the hue shows the group, and the lightness shows the value. Pure. */

/** The number of shades for values. */
const SHADES = 48;
/** The hue if all channels are one group. */
const ALONE = 268;

/** The hue of a group, in degrees of OKLCH. */
export function hueOf(group: number, groups: number): number {
  return groups === 1 ? ALONE : (28 + (360 * group) / groups) % 360;
}

/** The colour of a frame or a ribbon. */
export function groupColour(group: number, groups: number, dark: boolean): string {
  return `oklch(${dark ? 0.76 : 0.58} 0.14 ${hueOf(group, groups)})`;
}

/**
 * The colour of a value.
 *
 * @param value from -1 to 1. A value below 0 has no hue
 */
export function valueColour(value: number, hue: number, dark: boolean): string {
  const size = Math.round(Math.min(1, Math.abs(value)) * SHADES) / SHADES;
  const lightness = dark ? 0.25 + 0.6 * size : 0.955 - 0.5 * size;
  const chroma = value < 0 ? 0.012 : 0.015 + 0.15 * Math.sqrt(size) * (dark ? 0.9 : 1);
  return `oklch(${lightness.toFixed(3)} ${chroma.toFixed(3)} ${hue.toFixed(0)})`;
}

/** The colour of padding, and of an output that was not computed yet. */
export function emptyColour(dark: boolean): string {
  return dark ? "oklch(0.21 0.015 268)" : "oklch(0.925 0.006 268)";
}

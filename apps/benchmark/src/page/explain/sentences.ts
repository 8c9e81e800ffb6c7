/** Sentences about the picture, for screen readers, and below the picture for everyone. Pure. */

import type { Conv2dProblem } from "@convene/core";
import type { Cell } from "./cell.js";
import { outputsOfInput, readsOfWeight, tapCount, tapsOf, usesOf } from "./taps.js";
import type { StageValues } from "./values.js";

const NUMBER = new Intl.NumberFormat("en");

/** Such as `86,400`. */
export function count(value: number): string {
  return NUMBER.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Such as `0.42`, with a real minus sign. */
export function shown(value: number): string {
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
  return text.replace("-", "−");
}

/** A sentence about a cell. Channels, rows and columns are counted from 0, as in code. */
export function describeCell(
  stages: readonly Conv2dProblem[],
  values: readonly StageValues[] | undefined,
  { kind, board, index }: Cell,
): string {
  const p = stages[board]!;
  const [c, y, x] = index as readonly [number, number, number];
  if (kind === "output") {
    const taps = tapsOf(p, index);
    const padded = taps.filter(({ py, px }) => py < 0 || px < 0 || py >= p.ih || px >= p.iw).length;
    const result = values && values[board]!.output[(c * p.oh + y) * p.ow + x];
    return [
      `Output plane ${c}, row ${y}, column ${x}: ${plural(taps.length, "product")} of input ${span(taps.map((each) => each.c))} and filter ${c}.`,
      ...(padded > 0 ? [`${count(padded)} of them read the padding (${p.paddingMode}).`] : []),
      ...(result === undefined ? [] : [`Their sum${p.bias ? " and the bias" : ""}: ${shown(result)}.`]),
      ...(p.g > 1 ? [`Group ${Math.floor(c / (p.oc / p.g))} of ${p.g}; the other groups have no part in it.`] : []),
    ].join(" ");
  }
  if (kind === "input") {
    const uses = usesOf(p, index);
    const places = new Set(uses.map(({ oy, ox }) => oy * p.ow + ox)).size;
    const [from, to] = outputsOfInput(p, c);
    const value = values && values[board]!.input[(c * p.ih + y) * p.iw + x];
    return [
      `Input plane ${c}, row ${y}, column ${x}${value === undefined ? "" : `, value ${shown(value)}`}: ` +
        (places === 0
          ? "no output reads it."
          : `${plural(places, "place")} in ${plural(to - from, "output plane")} (${range(from, to - 1)}) read it: ${plural(uses.length * (to - from), "multiplication")}.`),
    ].join(" ");
  }
  const [o, i, ky, kx] = index as readonly [number, number, number, number];
  const taps = readsOfWeight(p, index);
  const value = values && values[board]!.weight[o * tapCount(p) + (i * p.kh + ky) * p.kw + kx];
  return `Filter ${o}, channel ${i}, row ${ky}, column ${kx}${value === undefined ? "" : `, weight ${shown(value)}`}: it multiplies ${plural(taps.length, "place")} of input plane ${taps[0]!.c}, one for each element of output plane ${o}.`;
}

/** A description of the whole picture, for readers who do not see it. */
export function describePicture(stages: readonly Conv2dProblem[]): string {
  return stages
    .map((p, index) => {
      const each = p.g === 1 ? "every input plane" : plural(p.ic / p.g, "input plane");
      const groups =
        p.g === 1 ? "" : ` ${p.g} groups: each of them has its own input planes, filters and output planes.`;
      return `${stages.length > 1 ? `Step ${index + 1}: ` : ""}${plural(p.ic, "input plane")} of ${p.ih} by ${p.iw}, ${plural(p.oc, "filter")} of ${p.ic / p.g} by ${p.kh} by ${p.kw}, ${plural(p.oc, "output plane")} of ${p.oh} by ${p.ow}. Each output plane reads ${each}.${groups}`;
    })
    .join(" ");
}

function span(channels: readonly number[]): string {
  const [from, to] = [Math.min(...channels), Math.max(...channels)];
  return from === to ? `plane ${from}` : `planes ${range(from, to)}`;
}

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from} to ${to}`;
}

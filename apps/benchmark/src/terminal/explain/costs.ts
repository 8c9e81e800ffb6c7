/** Sums of costs of repeated layers. Pure. */

import type { Cost } from "@convene/core";

/** The cost of `repeat` runs of each. A negative `repeat` gives a negative cost. */
export function sumCosts(costs: readonly { readonly cost: Cost; readonly repeat: number }[]): Cost {
  const sum = (key: keyof Cost): number => costs.reduce((total, { cost, repeat }) => total + repeat * cost[key], 0);
  const [macs, parameters, bytesRead, bytesWritten] = [
    sum("macs"),
    sum("parameters"),
    sum("bytesRead"),
    sum("bytesWritten"),
  ];
  const bytes = bytesRead + bytesWritten;
  return { macs, parameters, bytesRead, bytesWritten, arithmeticIntensity: bytes === 0 ? 0 : (2 * macs) / bytes };
}

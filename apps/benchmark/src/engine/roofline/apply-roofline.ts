/** Adds the roofline to figures. Pure. */

import { parseProblem, problemCost } from "@convene/core";
import type { Figure, WorkloadReport } from "../compare-report.js";
import { allowedTime, type Roofline, shareOf } from "./roofline.js";

/** The parts of a workload's report that have shares. */
type Measured = Pick<WorkloadReport, "layers" | "totals" | "network">;

/** The number of threads of each backend, by its name. A backend has no entry if its device does not say. */
export type Threads = ReadonlyMap<string, number>;

/** The result, with the least time of each layer, of their sum and of the network, and with each backend's share. */
export function applyRoofline<Result extends Measured>(result: Result, roofline: Roofline, threads: Threads): Result {
  const share = (backend: string, allowed: number, measured: number): { readonly share?: number } => {
    const value = shareOf(allowed, measured, threads.get(backend));
    return value === undefined ? {} : { share: value };
  };
  const shares = (figures: readonly Figure[], allowed: number): readonly Figure[] =>
    figures.map((figure) => ({ ...figure, ...share(figure.backend, allowed, figure.median) }));

  const layers = result.layers.map((layer) => {
    const allowed = allowedTime(problemCost(parseProblem(layer.problem)), roofline);
    return { ...layer, allowed, figures: shares(layer.figures, allowed.milliseconds) };
  });
  const milliseconds = layers.reduce((sum, { allowed, repeat }) => sum + allowed.milliseconds * repeat, 0);
  const { network } = result;
  return {
    ...result,
    layers,
    totals: result.totals.map((total) => ({
      ...total,
      ...(total.sum && { sum: { ...total.sum, ...share(total.backend, milliseconds, total.sum.milliseconds) } }),
    })),
    ...(network && {
      network: { ...network, allowed: { milliseconds }, figures: shares(network.figures, milliseconds) },
    }),
  };
}

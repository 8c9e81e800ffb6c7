/** Estimates how long a comparison will take, from its plan and from the real times of its phases. */

import { problemCost } from "@convene/core";
import type { Phase } from "./compare-events.js";
import { NETWORK_TIME_FACTOR } from "./measure/default-time.js";
import { distinctLayers, type Workload } from "./workloads/index.js";

export interface TimeLeftOptions {
  readonly workloads: readonly Workload[];
  /** Milliseconds for each layer and backend. */
  readonly time: number;
  readonly verify: boolean;
  readonly roofline: boolean;
}

export interface TimeLeft {
  readonly verifySteps: number;
  readonly timeSteps: number;
  /** Milliseconds until the end, after `done` steps of the present phase. */
  remaining(phase: Phase, done: number, backends: number, elapsed: number): number;
}

/** The approximate number of multiply-accumulates that the float64 reference does in a millisecond. Below: the factor for the rest of a check. */
const REFERENCE_RATE = 1.5e5;
const PER_CHECK = 5;
const ROOFLINE = 1000;
/** The factor on a layer's time for warm-up, the check of `sync`, and the calls of a user. */
const OVERHEAD = 1.6;

export function createTimeLeft({ workloads, time, verify, roofline }: TimeLeftOptions): TimeLeft {
  const distinct = workloads.flatMap(({ layers }) => distinctLayers(layers));
  const trained = workloads.flatMap(({ chain }) => (chain?.trained ? [chain] : []));
  const networkMacs = trained.reduce((sum, { network, inputShapes }) => sum + network.cost(inputShapes).macs, 0);
  const networkLayers = trained.reduce((sum, { network }) => sum + network.layers.length, 0);
  const verifySteps = verify ? distinct.length + networkLayers : 0;
  const layerMacs = distinct.reduce((sum, { problem }) => sum + problemCost(problem).macs, 0);
  const networks = workloads.filter(({ chain }) => chain).length;
  const timeSteps = distinct.length + networks;
  const verifyTime = (backends: number): number =>
    verify ? (layerMacs + backends * networkMacs) / REFERENCE_RATE + PER_CHECK * backends * verifySteps : 0;
  const timeTime = (backends: number): number =>
    OVERHEAD * time * backends * (distinct.length + NETWORK_TIME_FACTOR * networks);
  const before = new Map<Phase, number>();
  return {
    verifySteps,
    timeSteps,
    remaining(phase, done, backends, elapsed) {
      if (!before.has(phase)) before.set(phase, elapsed);
      const spent = elapsed - before.get(phase)!;
      const total = phase === "verify" ? verifySteps : timeSteps;
      const planned = phase === "verify" ? verifyTime(backends) : timeTime(backends);
      // The rest of this phase, estimated from its finished steps if there are any.
      const here = done > 1 ? (spent / done) * (total - done) : planned * (1 - done / Math.max(1, total));
      if (phase === "time") return here;
      if (phase === "verify") return here + timeTime(backends);
      return (roofline && phase === "open" ? ROOFLINE : 0) + verifyTime(backends) + timeTime(backends);
    },
  };
}

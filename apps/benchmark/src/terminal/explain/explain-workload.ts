/** A workload's costs for each layer and in all, and the costs of the alternatives. Pure. `--json` writes the same. */

import { type Cost, problemCost } from "@convene/core";
import { distinctLayers, layerCount, type Workload } from "../../engine/workloads/index.js";
import { type Grouping, groupings, type Kind, kindOf, type Separation, separations } from "./compare.js";
import { sumCosts } from "./costs.js";

export interface ExplainedLayer {
  readonly problem: string;
  readonly names: readonly string[];
  readonly repeat: number;
  readonly kind: Kind;
  /** The cost of one run. */
  readonly cost: Cost;
}

export interface Explanation {
  readonly name: string;
  readonly about: string;
  readonly layerCount: number;
  readonly layers: readonly ExplainedLayer[];
  /** The cost of one run of all layers. */
  readonly total: Cost;
  /** Whether the workload has a convolution and its pair for comparison. Then nobody would run all layers. */
  readonly compares: boolean;
  readonly separations: readonly Separation[];
  readonly groupings: readonly Grouping[];
  readonly alternatives: {
    /** The cost with a standard convolution in place of each pair, if there are pairs. */
    readonly allStandard: Cost | undefined;
    /** The cost with a pair in place of each standard convolution, if there are standard convolutions and no pairs. */
    readonly allSeparable: Cost | undefined;
  };
}

export function explainWorkload(workload: Workload): Explanation {
  const distinct = distinctLayers(workload.layers);
  const layers = distinct.map(({ text, names, repeat, problem }) => ({
    problem: text,
    names,
    repeat,
    kind: kindOf(problem),
    cost: problemCost(problem),
  }));
  const total = sumCosts(layers);
  const found = separations(workload.layers);
  const pairs = found.filter(({ has }) => has === "pair");
  const standards = found.filter(({ has }) => has === "standard");
  const compares = found.some(({ has }) => has === "both");
  return {
    name: workload.name,
    about: workload.about,
    layerCount: layerCount(workload),
    layers,
    total,
    compares,
    separations: found,
    groupings: groupings(distinct),
    alternatives: {
      allStandard: compares || pairs.length === 0 ? undefined : replaced(total, pairs, "pair", "standard"),
      allSeparable:
        compares || pairs.length > 0 || standards.length === 0
          ? undefined
          : replaced(total, standards, "standard", "pair"),
    },
  };
}

function replaced(
  total: Cost,
  separated: readonly Separation[],
  from: "standard" | "pair",
  to: "standard" | "pair",
): Cost {
  const changes = separated.flatMap((each) => [
    { cost: each[to], repeat: each.repeat },
    { cost: each[from], repeat: -each.repeat },
  ]);
  return sumCosts([{ cost: total, repeat: 1 }, ...changes]);
}

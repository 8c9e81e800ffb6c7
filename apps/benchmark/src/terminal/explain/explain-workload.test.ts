import { formatProblem } from "@convene/core";
import { describe, expect, it } from "vitest";
import { resolveTargets } from "../workloads/resolve-targets.js";
import { kindOf } from "./compare.js";
import { explainWorkload } from "./explain-workload.js";

const explained = (...targets: string[]) => explainWorkload(resolveTargets(targets)[0]!);

describe("explainWorkload", () => {
  it("gives the textbook's numbers", () => {
    const { separations, compares } = explained("textbook");
    expect(separations).toMatchObject([
      {
        has: "both",
        standard: { macs: 86400 },
        depthwise: { macs: 675 },
        pointwise: { macs: 9600 },
        pair: { macs: 10275 },
      },
    ]);
    expect(compares).toBe(true);
  });

  it("gives the paper's numbers for MobileNet without separable convolutions: 4866 million mult-adds, 29.3 million parameters", () => {
    const { alternatives, layers } = explained("mobilenet-v1");
    const pool = layers.find(({ names }) => names.includes("pool"))!.cost;
    expect(Math.floor((alternatives.allStandard!.macs - pool.macs) / 1e6)).toBe(4867);
    expect(Math.round((alternatives.allStandard!.parameters - pool.parameters) / 1e5)).toBe(293);
  });

  it("does not take the pooling at the end for a part of a pair", () => {
    const { separations } = explained("mobilenet-v1");
    expect(separations.map(({ standardProblem }) => standardProblem.kh)).not.toContain(7);
    expect(separations.reduce((sum, { has, repeat }) => sum + (has === "pair" ? repeat : 0), 0)).toBe(13);
  });

  it("gives a standard layer its pair, which costs 1/oc + 1/(kh kw) of it", () => {
    const [separation] = explained("ic64_ih56_oc64_kh3_ph1_relu").separations;
    expect(separation!.share).toBeCloseTo(1 / 64 + 1 / 9, 12);
    expect(separation!.has).toBe("standard");
  });

  it("gives a grouped layer its standard form", () => {
    const { groupings, separations } = explained("g32_ic128_ih56_oc128_kh3_ph1");
    expect(groupings).toHaveLength(1);
    expect(formatProblem(groupings[0]!.problem)).toBe("g32_ic128_ih56_oc128_kh3_ph1");
    expect(groupings[0]!.standard.macs).toBe(32 * groupings[0]!.grouped.macs);
    expect(separations).toEqual([]);
  });

  it("gives a grouped layer its standard form, also if that is too large to run", () => {
    const [grouping] = explained("g46340_ic92680_ih1_oc92680_kh1").groupings;
    expect(grouping!.standard.macs).toBe(92680 ** 2);
  });

  it("gives a pair its standard form, also if that is too large to run", () => {
    const [separation] = explained("g65536_ic65536_ih3_oc65536_kh2", "ic65536_ih2_oc32767_kh1").separations;
    expect(separation).toMatchObject({ has: "pair", standard: { macs: 4 * 32767 * 65536 * 4 } });
  });

  it("multiplies repeated layers, for any number of repeats", () => {
    const [layer] = resolveTargets(["ic3_ih7_oc8_kh3"])[0]!.layers;
    const { total } = explainWorkload({ name: "x", about: "x", layers: [{ ...layer!, repeat: 2e8 }] });
    expect(total.macs).toBe(2e8 * 5 * 5 * 8 * 27);
  });

  it("adds up layers that repeat", () => {
    const { total, layers } = explained("mobilenet-v1");
    expect(total.macs).toBe(layers.reduce((sum, { cost, repeat }) => sum + cost.macs * repeat, 0));
  });
});

describe("kindOf", () => {
  it.each([
    ["ic3_ih7_oc8_kh3", "standard"],
    ["ic3_ih7_oc8_kh1", "pointwise"],
    ["g3_ic3_ih7_oc6_kh3", "depthwise"],
    ["g2_ic4_ih7_oc6_kh3", "grouped"],
    ["g2_ic4_ih7_oc6_kh1", "grouped"],
  ])("calls %s %s", (problem, kind) => {
    expect(kindOf(resolveTargets([problem])[0]!.layers[0]!.problem)).toBe(kind);
  });
});

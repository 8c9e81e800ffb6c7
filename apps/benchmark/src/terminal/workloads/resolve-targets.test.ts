import { describe, expect, it } from "vitest";
import { InputError } from "@convene/conformance";
import { WORKLOADS } from "../../engine/workloads/index.js";
import { resolveTargets } from "./resolve-targets.js";

describe("resolveTargets", () => {
  it("knows every workload by its name", () => {
    const names = Object.keys(WORKLOADS);
    expect(resolveTargets(names).map(({ name }) => name)).toEqual(names);
  });

  it("gathers problems in one workload, each once", () => {
    const [workload, ...others] = resolveTargets(["ic3_ih7_oc128_kh3", "ic3_ih5_oc128_kh1", "ic3_ih7_oc128_kh3"]);
    expect(others).toEqual([]);
    expect(workload!.layers.map(({ name }) => name)).toEqual(["ic3_ih7_oc128_kh3", "ic3_ih5_oc128_kh1"]);
  });

  it.each([
    ["mobilenet_v1", /did you mean "mobilenet-v1"\?/],
    ["resnext", /unknown workload "resnext"/],
    ["ic3_ih7_oc128", /kh is missing/],
    ["g2_ic3_ih7_oc4_kh3", /groups \(2\) must divide inChannels \(3\)/],
    ["missing.json", /missing\.json: there is no such file in /],
  ])("refuses %s in one line", (target, message) => {
    expect(() => resolveTargets([target])).toThrow(InputError);
    expect(() => resolveTargets([target])).toThrow(message);
    expect(() => resolveTargets([target])).not.toThrow(/\n/);
  });
});

import { checkProblem } from "@convene/conformance";
import { Conv2d, parseProblem, prepare, randomUniform } from "@convene/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { elementsAccess } from "./access-elements.js";
import { gpu } from "./index.js";
import { kernelSource } from "./kernel-source.js";

/** Groups that begin at each lane, of few and many texels; outputs of which one texel in some, or each, has two groups. */
const PROBLEMS = [
  "g2_ic10_ih4_oc10_kh1_nobias",
  "g3_ic21_ih5_oc15_kh3_ph1",
  "n2_g3_ic93_ih4_oc93_kh3_ph1_residual_relu6",
  "g5_ic25_ih3_oc15_kh3_nobias",
  "g4_ic24_ih4_oc20_kh1",
  "g3_ic18_ih4_oc12_kh1",
  "g3_ic24_ih3_oc9_kh2_pt1_reflect",
  "n2_g2_ic14_ih1_iw6_oc22_kh1_kw2",
];

type Mode = "webasm" | "cpu" | "webgpu";
const hasWebGpu = await gpu({ mode: "webgpu" }).then(
  async (backend) => (await backend.dispose(), true),
  () => false,
);

describe.each<Mode>(["webasm", "cpu", ...(hasWebGpu ? (["webgpu"] as const) : [])])("on %s", (mode) => {
  let backend: Awaited<ReturnType<typeof gpu>>;
  beforeAll(async () => (backend = await gpu({ mode })));
  afterAll(async () => await backend.dispose());

  it.each(PROBLEMS)("%s agrees with the reference, and uses the ragged algorithm", async (text) => {
    const problem = parseProblem(text);
    for (const kind of ["integer", "real"] as const) {
      const { status, message, algorithm } = await checkProblem(backend, problem, kind);
      expect({ status, message }).toEqual({ status: "passed", message: undefined });
      expect(algorithm).toBe(`ragged ${mode}`);
    }
  });

  it("keeps an infinity of one group from the other groups", async () => {
    if (backend.features.nonFinite !== true) return;
    const conv = new Conv2d({ inChannels: 15, outChannels: 15, groups: 3, kernelSize: 1 }, { seed: 1 });
    const x = randomUniform([1, 15, 1, 1], { seed: 2 });
    // The last channel of the first group, in a texel with channels of the second.
    x.data[4] = Infinity;
    const { data } = await (await prepare(backend, conv, x.shape)).run(x);
    expect([...data].map(Number.isFinite)).toEqual([...data].map((_, channel) => channel >= 5));
  });
});

it("reads a second group only for texels of outputs that belong to two groups", () => {
  const text = kernelSource(parseProblem("g31_ic961_ih8_oc961_kh1"), elementsAccess);
  // One code for both groups, and a loop over the texels of a group.
  expect(text.match(/for \(let/g)).toHaveLength(2);
  expect(text).toContain("for (let pass = 0; pass < 2; pass++)");
  expect(text).toContain("for (let i = 0; i < 6; i++)");
  expect(text).toContain("if (lanes > 3.5) { break; }");
});

/** All kinds of operations: on every engine that runs in Node as in JavaScript, whose results the other tests know. */

import { operationInputShapes, operationOutputShape, parseOperation } from "@convene/core";
import { OPERATION_KINDS } from "@convene/core/backend";
import { afterAll, describe, expect, it } from "vitest";
import { texelsAccess } from "../access-texels.js";
import { gpu } from "../index.js";
import { blocks, LANES } from "../nc4hw4.js";
import { javaScriptBackend, runOperation } from "../testing/run-operation.js";
import { operationRefusal, operationSteps } from "./operations.js";

/** Of each kind, and of each way to compute it, one whose channels end within a texel, and several images. */
const OPERATIONS = [
  "activation_clamp3:9_n2_c5_h2_w3",
  "activation_sigmoid_n2_c5_h2_w3",
  "activation_gelu_c3_h4",
  "prelu_n2_c5_h2_w3",
  "maxPool2d_n2_c5_ih5_iw4_kh3_sh2_pt1_pl1_pb1_pr1",
  "avgPool2d_n2_c5_ih5_iw4_kh3_sh2_pt1_pl1_pb1_pr1_ceilMode_countExcludePad",
  "add_n2_c5_h2_w3_clamp3:9",
  "multiply_n2_c5_h2_w3_perChannel",
  "concat_n2_channels4:4:1_h2_w3",
  "concat_n2_channels3:1:2_h2_w3",
  "concat_channels1:2:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1_h1",
  "slice_n2_c9_ih4_oc3_oh2_fc4_fh1",
  "slice_n2_c9_ih4_iw5_oc5_oh2_ow3_fc3_fh1_sh2",
  "channelShuffle_n2_g3_c9_h2_w3",
  "pad_n2_c5_ih2_iw3_pt1_pl1_value2",
  "pad_n2_c5_ih2_iw3_pf3_pk2_pb1_value2",
  "upsample_n2_c5_ih2_iw3_oh4_ow5_nearest",
  "upsample_n2_c5_ih2_iw3_oh4_ow5_bilinear_halfPixel",
  "softmax_n2_c5_h2_w3",
  "softmax_n2_c11_h2_w3",
  "groupNorm_n2_g3_c9_h2_w3",
  "groupNorm_n2_g5_c5_h3_w1_eps0.5",
  "groupNorm_g1_c6_h1",
  "layerNorm_n2_c5_h2_w3",
  "layerNorm_c11_h2_w3_eps0.5",
  "pixelShuffle_n2_ic20_ih2_iw3_rh2",
  "pixelShuffle_n2_ic32_ih2_iw3_rh2_dcr",
  "reshape_n2_ic6_ih3_iw4_oc9_oh8_ow1",
  "reshape_n2_ic6_ih3_iw4_oc9_oh8_ow1_nhwc",
];
const fill = (element: number, input: number): number => (((element + input) * 37) % 101) / 8 - 6;
const parameters = (text: string) => {
  const problem = parseOperation(text);
  return problem.kind === "prelu" ? { slope: Float32Array.from({ length: problem.c }, (_, c) => c - 1.5) } : {};
};

/** What moves or selects has no rounding. */
const ROUNDED =
  /^(activation_sigmoid|activation_gelu|avgPool2d|multiply|softmax|groupNorm|layerNorm|upsample.*bilinear)/;

it("the table has an operation of every kind", () => {
  expect(new Set(OPERATIONS.map((text) => parseOperation(text).kind))).toEqual(new Set(OPERATION_KINDS));
});

const missing = await gpu({ mode: "webgpu" }).then(
  async (backend) => void (await backend.dispose()),
  (error: Error) => error.message,
);

describe.each(["webasm", "webgpu"] as const)("in mode %s", (mode) => {
  const skipped = mode === "webgpu" && missing !== undefined && !process.env["CI"];
  const opened = skipped ? undefined : gpu({ mode });
  afterAll(async () => (await opened)?.dispose());

  it.skipIf(skipped).each(OPERATIONS)("%s gives the same result as the kernel run as JavaScript", async (text) => {
    const backend = (await opened)!;
    expect(backend.features.operations).toEqual(OPERATION_KINDS);
    const given = { fill, parameters: parameters(text) };
    const [expected, actual] = [await runOperation(text, given), await runOperation(text, { ...given, backend })];
    const errors = Array.from(actual.data, (each, i) =>
      Object.is(each, expected.data[i])
        ? 0
        : Math.abs(each - expected.data[i]!) / Math.max(1, Math.abs(expected.data[i]!)),
    );
    // Where anything is rounded, the two round at different places.
    expect(Math.max(...errors)).toBeLessThanOrEqual(ROUNDED.test(text) ? 32 * 2 ** -24 : 0);
    expect(expected.data.some((each) => each !== 0)).toBe(true);
  });

  it.skipIf(skipped)("the mean of a large window keeps its digits", async () => {
    const backend = (await opened)!;
    const { data } = await runOperation("avgPool2d_c3_ih300_kh300", { fill: () => 0.1, backend });
    // One sum of all elements is off by 3e-4.
    for (const value of data) expect(Math.abs(value / Math.fround(0.1) - 1)).toBeLessThan(2e-5);
  });

  it.skipIf(skipped)("keeps NaN, if the device keeps NaN", async () => {
    const backend = (await opened)!;
    if (backend.features.nonFinite !== true) return;
    for (const at of [0, 1, 2, 3, 4, 5, 6]) {
      const withNaN = (element: number): number => (element === at ? NaN : 9 - element);
      for (const text of [
        "maxPool2d_c1_ih1_iw7_kh1_kw3",
        "maxPool2d_c1_ih7_iw1_kh3_kw1_pt1_pb1",
        "softmax_c7_h1",
        "prelu_c7_h1",
      ]) {
        const given = { fill: withNaN, parameters: parameters(text) };
        const { data } = await runOperation(text, { ...given, backend });
        const expected = await runOperation(text, given);
        expect(
          data.map((each) => Number.isNaN(each)),
          `${text}, ${at}`,
        ).toEqual(expected.data.map((each) => Number.isNaN(each)));
        expect(expected.data.some((each) => Number.isNaN(each))).toBe(true);
      }
    }
  });
});

it.each(OPERATIONS)("%s writes zeros to the lanes that only fill up a texel", async (text) => {
  let texels = new Float32Array(0);
  const backend = javaScriptBackend(Infinity, (read) => (texels = Float32Array.from(read)));
  await runOperation(text, { backend, fill: (element) => 1 + (element % 7), parameters: parameters(text) });
  const [n, c, h, w] = operationOutputShape(parseOperation(text));
  const spare = Array.from(texels.keys()).filter((at) => {
    const block = Math.floor(at / (LANES * h * w)) % blocks(c);
    return LANES * block + (at % LANES) >= c;
  });
  expect(spare).toHaveLength(n * h * w * (LANES * blocks(c) - c));
  expect(spare.filter((at) => texels[at] !== 0)).toEqual([]);
  await backend.dispose();
});

it.each(OPERATIONS)("%s is also valid JavaScript with access to textures, and declares no name twice", (text) => {
  // So small a texture has planes in several columns.
  for (const side of [24, 4096]) {
    const { steps } = operationSteps(parseOperation(text), 14);
    for (const { source, reads } of steps) {
      const args = Object.fromEntries(Object.entries(reads).map(([name, { planes }]) => [name, planes]));
      // oxlint-disable-next-line no-implied-eval -- kernels are text
      expect(new Function(`return ${source(texelsAccess(args, side))}`)()).toHaveLength(Object.keys(reads).length);
    }
  }
});

it("takes one tensor as several inputs", async () => {
  const backend = javaScriptBackend();
  const problem = parseOperation("add_c3_h1");
  const plan = await backend.prepareOperation(problem);
  const [shape] = operationInputShapes(problem);
  const input = backend.upload({ shape: shape!, layout: "nchw", data: Float32Array.of(1, 2, 3) });
  const output = backend.allocate(shape!);
  plan.run([input, input], output);
  expect([...(await backend.read(output)).data]).toEqual([2, 4, 6]);
  await backend.dispose();
});

describe("operationRefusal", () => {
  const engine = {
    mostInputs: 3,
    refuse: ({ planes }: { readonly planes: number }) => (planes > 8 ? `takes ${planes} planes` : undefined),
    refuseOutput: ({ height }: { readonly height: number }) => (height > 8 ? `takes ${height} rows` : undefined),
  };
  const refused = (text: string): string | undefined => operationRefusal(engine, parseOperation(text));

  it.each([
    ["concat_channels4:36_h1", /^input 1 \(1 x 36 x 1 x 1\) takes 9 planes$/],
    ["slice_c36_ih1_oc4", /^the input \(1 x 36 x 1 x 1\) takes 9 planes$/],
    ["pad_c4_ih1_pk32", /^the output \(1 x 36 x 1 x 1\) takes 9 planes$/],
    ["upsample_c4_ih1_iw1_oh9_ow1_nearest", /^the output \(1 x 4 x 9 x 1\) takes 9 rows$/],
    ["softmax_n9_c1_h1", /^the input \(9 x 1 x 1 x 1\) takes 9 planes$/],
    ["activation_clampInfinity:Infinity_c1_h1", /a clamp to an infinity alone/],
    ["reshape_ic1_ih2097153_iw1_oc1_oh1_ow2097153", /1 x 1 x 2097153 x 1 has an axis of more than 2097152/],
  ])("%s", (text, reason) => expect(refused(text)).toMatch(reason));

  it("names the table, and a tensor between two kernels", () => {
    const tables = {
      ...engine,
      refuse: ({ width }: { readonly width: number }) => (width > 8 ? "is wide" : undefined),
    };
    expect(operationRefusal(tables, parseOperation("upsample_c4_ih1_oh9_ow1_nearest"))).toBe(
      "the operation's table is wide",
    );
    const between = {
      ...engine,
      refuse: ({ planes }: { readonly planes: number }) => (planes === 3 ? "is three" : undefined),
    };
    expect(operationRefusal(between, parseOperation("concat_channels4:4:4:4_h1"))).toBe(
      "a value between two kernels is three",
    );
  });

  it("is undefined for an operation within all limits", () =>
    expect(refused("concat_channels4:4:4:4:4_h8")).toBeUndefined());
});

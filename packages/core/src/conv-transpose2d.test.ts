import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConvTranspose2d, type ConvTranspose2dOptions } from "./conv-transpose2d.js";
import { network } from "./network.js";
import { prepare } from "./prepare.js";
import { randomUniform, tensor, type Tensor } from "./tensor.js";
import { expectError } from "./testing/expect-error.js";
import { plainBackend } from "./testing/plain-backend.js";
import type { Shape4 } from "./shape.js";

const { backend } = plainBackend();

async function run(layer: ConvTranspose2d, x: Tensor): Promise<Tensor> {
  const model = await prepare(backend, layer, x.shape);
  const y = await model.run(x);
  model.dispose();
  return y;
}

interface Sizes {
  readonly n: number;
  readonly groups: number;
  readonly icPerGroup: number;
  readonly ocPerGroup: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pad: readonly [number, number];
  readonly outputPadding: readonly [number, number];
}

const pair = (most: number, least = 1) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
const sizes = fc.record<Sizes>({
  n: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 3 }),
  icPerGroup: fc.integer({ min: 1, max: 2 }),
  ocPerGroup: fc.integer({ min: 1, max: 2 }),
  size: pair(4),
  kernel: pair(5),
  stride: pair(4),
  dilation: pair(3),
  pad: pair(4, 0),
  outputPadding: pair(2, 0),
});

/** The definition: each input pixel is added to the outputs that it reaches. */
function scatter(s: Sizes, x: Tensor, weight: Float32Array, bias: Float32Array): { shape: Shape4; data: Float64Array } {
  const [oh, ow] = [0, 1].map(
    (axis) =>
      (s.size[axis]! - 1) * s.stride[axis]! -
      2 * s.pad[axis]! +
      s.dilation[axis]! * (s.kernel[axis]! - 1) +
      s.outputPadding[axis]! +
      1,
  ) as [number, number];
  const [oc, ic] = [s.groups * s.ocPerGroup, s.groups * s.icPerGroup];
  const data = Float64Array.from({ length: s.n * oc * oh * ow }, (_, at) => bias[Math.floor(at / (oh * ow)) % oc]!);
  const [ih, iw] = s.size;
  const [kh, kw] = s.kernel;
  let at = 0;
  for (let n = 0; n < s.n; n++)
    for (let c = 0; c < ic; c++)
      for (let y = 0; y < ih; y++)
        for (let xx = 0; xx < iw; xx++, at++)
          for (let o = 0; o < s.ocPerGroup; o++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const row = y * s.stride[0] - s.pad[0] + ky * s.dilation[0];
                const column = xx * s.stride[1] - s.pad[1] + kx * s.dilation[1];
                if (row < 0 || row >= oh || column < 0 || column >= ow) continue;
                const channel = Math.floor(c / s.icPerGroup) * s.ocPerGroup + o;
                const tap = weight[((c * s.ocPerGroup + o) * kh + ky) * kw + kx]!;
                data[((n * oc + channel) * oh + row) * ow + column]! += x.data[at]! * tap;
              }
  return { shape: [s.n, oc, oh, ow], data };
}

const layerOf = (s: Sizes, weight: Float32Array, bias: Float32Array): ConvTranspose2d =>
  new ConvTranspose2d(
    {
      inChannels: s.groups * s.icPerGroup,
      outChannels: s.groups * s.ocPerGroup,
      kernelSize: s.kernel,
      stride: s.stride,
      padding: s.pad,
      outputPadding: s.outputPadding,
      groups: s.groups,
      dilation: s.dilation,
    },
    { weight, bias },
  );

describe("ConvTranspose2d", () => {
  it("gives the same result as its definition, for any options", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (s) => {
        fc.pre([0, 1].every((axis) => s.outputPadding[axis]! < Math.max(s.stride[axis]!, s.dilation[axis]!)));
        fc.pre(
          [0, 1].every(
            (axis) =>
              (s.size[axis]! - 1) * s.stride[axis]! -
                2 * s.pad[axis]! +
                s.dilation[axis]! * (s.kernel[axis]! - 1) +
                s.outputPadding[axis]! >=
              0,
          ),
        );
        const integers = (length: number, seed: number): Float32Array =>
          randomUniform([1, 1, 1, length], { seed, min: -4, max: 4 }).data.map(Math.round);
        const weight = integers(s.groups * s.icPerGroup * s.ocPerGroup * s.kernel[0] * s.kernel[1], 1);
        const bias = integers(s.groups * s.ocPerGroup, 2);
        const shape: Shape4 = [s.n, s.groups * s.icPerGroup, ...s.size];
        const x = tensor(
          integers(
            shape.reduce((a, b) => a * b),
            3,
          ),
          shape,
        );
        const expected = scatter(s, x, weight, bias);
        const y = await run(layerOf(s, weight, bias), x);
        expect(y.shape).toEqual(expected.shape);
        // Zeros have signs that depend on the order of a sum.
        expect(Array.from(y.data, (each) => each + 0)).toEqual(Array.from(expected.data, (each) => each + 0));
      }),
      { numRuns: 300 },
    );
  });

  it("with stride 2 and a kernel of 2 is one convolution and a pixel shuffle", () => {
    const layer = new ConvTranspose2d(
      { inChannels: 3, outChannels: 2, kernelSize: 2, stride: 2, bias: false },
      { weight: new Float32Array(24) },
    );
    expect(layer.layers.map((each) => ("kind" in each ? each.kind : each.weightShape))).toEqual([
      [8, 3, 1, 1],
      "pixelShuffle",
    ]);
  });

  it("has its activation as the last layer, in a network", async () => {
    const layer = new ConvTranspose2d(
      { inChannels: 1, outChannels: 1, kernelSize: 2, stride: 2, bias: false, activation: "relu" },
      { weight: Float32Array.of(1, -1, 2, -2) },
    );
    expect(network({ conv: layer, name: "up" }).layers.map(({ name }) => name)).toEqual([
      "up",
      "up.pixelShuffle",
      "up.activation",
    ]);
    expect([...(await run(layer, tensor([3], [1, 1, 1, 1]))).data]).toEqual([3, 0, 6, 0]);
  });

  const SMALL = { inChannels: 1, outChannels: 1, kernelSize: 3 };
  const weights = { weight: new Float32Array(9), bias: new Float32Array(1) };
  it.each<[string, Partial<ConvTranspose2dOptions>, object, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    ["an unknown key", { strides: 2 } as object, weights, "ERR_INVALID_OPTION", 'no key "strides"'],
    [
      "output padding as large as the stride",
      { stride: 2, outputPadding: 2 },
      weights,
      "ERR_INVALID_OPTION",
      "outputPadding (2) must be less than the stride (2)",
    ],
    [
      "groups that do not divide",
      { groups: 2 },
      weights,
      "ERR_INVALID_OPTION",
      "groups (2) must divide inChannels (1)",
    ],
    [
      "a padding of another kind",
      { padding: "same" as never },
      weights,
      "ERR_INVALID_OPTION",
      'padding ("same") must be an integer',
    ],
    [
      "weights of another size",
      {},
      { ...weights, weight: new Float32Array(8) },
      "ERR_SHAPE",
      "weight has 8 elements; expected 9 (IOHW [1, 1, 3, 3])",
    ],
    ["no bias", {}, { weight: weights.weight }, "ERR_SHAPE", "bias is missing"],
    ["a bias too many", { bias: false }, weights, "ERR_INVALID_OPTION", "a bias was given where bias is false"],
  ])("refuses %s", (_, options, given, code, words) => {
    expectError(() => new ConvTranspose2d({ ...SMALL, ...options }, given as never), code, words);
  });

  it("with stride 1 keeps its dilation", () => {
    const layer = new ConvTranspose2d({ ...SMALL, dilation: 5 }, weights);
    expect(layer.layers[0]).toMatchObject({ kernelSize: [3, 3], dilation: [5, 5] });
  });

  it("refuses padding that leaves nothing", () => {
    const layer = new ConvTranspose2d({ ...SMALL, stride: 4, padding: 2 }, weights);
    expectError(() => network(layer).problems([1, 1, 1, 1]), "ERR_SHAPE", "padding leaves -1 x -1");
  });
});

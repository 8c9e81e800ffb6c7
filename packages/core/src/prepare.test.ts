import { describe, expect, it } from "vitest";
import type { Backend } from "./backend.js";
import { Conv2d, type Conv2dOptions } from "./conv2d.js";
import { ConveneError } from "./errors.js";
import { network, type Network, type NetworkLayer } from "./network.js";
import { type ModelOptions, prepare } from "./prepare.js";
import { randomUniform, type Shape4, tensor, type Tensor, toLayout, zeros } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { type Call, convolve, plainBackend } from "./testing/plain-backend.js";

const conv = (options: Conv2dOptions, seed = 0): Conv2d => new Conv2d(options, { seed });

/** Multiplies by `factor` and adds `bias`: a layer whose answers can be worked out in the head. */
const scale = (factor: number, bias = 0): Conv2d =>
  new Conv2d(
    { inChannels: 1, outChannels: 1, kernelSize: 1 },
    { weight: Float32Array.of(factor), bias: Float32Array.of(bias) },
  );

const x2 = tensor([2], [1, 1, 1, 1]);

/** Blocks as in MobileNet V2, with strides, a branch and residuals from near and far. */
const BLOCKS = network(
  {
    conv: conv({ inChannels: 3, outChannels: 4, kernelSize: 3, stride: 2, padding: 1, activation: "relu6" }, 1),
    name: "stem",
  },
  conv({ inChannels: 4, outChannels: 8, kernelSize: 1, activation: "relu6" }, 2),
  conv({ inChannels: 8, outChannels: 8, kernelSize: 3, padding: 1, groups: 8, activation: "relu6" }, 3),
  { conv: conv({ inChannels: 8, outChannels: 4, kernelSize: 1, bias: false }, 4), name: "first", residual: "stem" },
  conv({ inChannels: 4, outChannels: 12, kernelSize: 1 }, 5),
  conv(
    { inChannels: 12, outChannels: 12, kernelSize: 3, padding: 2, dilation: 2, groups: 3, paddingMode: "reflect" },
    6,
  ),
  {
    conv: conv({ inChannels: 12, outChannels: 4, kernelSize: 1, activation: "relu" }, 7),
    name: "second",
    residual: "first",
  },
  { conv: conv({ inChannels: 4, outChannels: 4, kernelSize: 1 }, 8), input: "stem", residual: "second" },
);
const SHAPE: Shape4 = [2, 3, 9, 10];

/** Each layer on its own memory, one after another. */
function runPlainly(net: Network, x: Tensor): Tensor {
  const values: Float32Array[] = [];
  const input = toLayout(x, "nchw").data;
  const valueOf = (ref: number): Float32Array => (ref < 0 ? input : values[ref]!);
  for (const [index, problem] of net.problems(x.shape).entries()) {
    const layer = net.layers[index]!;
    values.push(
      convolve(
        problem,
        layer.conv.weights,
        valueOf(layer.input),
        layer.residual === undefined ? undefined : valueOf(layer.residual),
      ),
    );
  }
  return toLayout(tensor(values.at(-1)!, net.outputShape(x.shape)), x.layout);
}

describe("prepare", () => {
  it.each<[string, readonly (Conv2d | NetworkLayer)[], number]>([
    ["one layer", [scale(3, 1)], 7],
    ["a chain", [scale(3, 1), scale(10), scale(1, -5)], 65],
    ["a residual from the input", [scale(3), { conv: scale(10), residual: "input" }], 62],
    ["a residual from a layer", [{ conv: scale(3), name: "a" }, scale(10), { conv: scale(1), residual: "a" }], 66],
    ["an input from further back", [scale(3), scale(10), { conv: scale(7), input: 0, residual: 1 }], 102],
    ["a residual that is the input too", [scale(3), { conv: scale(10), residual: 0 }], 66],
    ["a layer that nobody reads", [scale(3), { conv: scale(10), input: "input" }], 20],
  ])("computes %s", async (_, layers, expected) => {
    const { backend } = plainBackend();
    const model = await prepare(backend, network(...layers), [1, 1, 1, 1]);
    expect([...(await model.run(x2)).data]).toEqual([expected]);
  });

  it("takes a Conv2d by itself", async () => {
    const model = await prepare(plainBackend().backend, scale(4), [1, 1, 1, 1]);
    expect([...(await model.run(x2)).data]).toEqual([8]);
    expect(model.layers).toHaveLength(1);
  });

  it.each(["nchw", "nhwc"] as const)(
    "computes blocks with residuals in shared memory, %s in and out",
    async (layout) => {
      const x = randomUniform(SHAPE, { seed: 1, min: -1, layout });
      const { backend } = plainBackend();
      const model = await prepare(backend, BLOCKS, SHAPE);
      const y = await model.run(x);
      expect(y.layout).toBe(layout);
      expect(y.shape).toEqual([2, 4, 5, 5]);
      expect(y).toEqual(runPlainly(BLOCKS, x));
      expect(await model.run(x)).toEqual(y);
    },
  );

  it("says what it prepared", async () => {
    const model = await prepare(plainBackend().backend, BLOCKS, SHAPE);
    expect(model.inputShape).toEqual(SHAPE);
    expect(model.outputShape).toEqual([2, 4, 5, 5]);
    expect(model.layers.map(({ name }) => name)).toEqual(["stem", "1", "2", "first", "4", "5", "second", "7"]);
    expect(model.layers.map(({ problem }) => problem)).toEqual(BLOCKS.problems(SHAPE));
    for (const layer of model.layers)
      expect(layer).toMatchObject({ algorithm: "plain", arithmetic: "direct", milliseconds: undefined });
    expect(model.layers[0]!.cost.macs).toBe(2 * 4 * 5 * 5 * 27);
  });

  it("holds a chain in the memory of its widest pair", async () => {
    const plain = plainBackend();
    const chain = network(
      ...[
        [2, 8],
        [8, 16],
        [16, 4],
        [4, 4],
      ].map(([inChannels, outChannels]) => conv({ inChannels: inChannels!, outChannels: outChannels!, kernelSize: 1 })),
    );
    await prepare(plain.backend, chain, [1, 2, 5, 5]);
    expect(plain.live().bytes).toBe(4 * 25 * (8 + 16));
  });

  it("allocates nothing more when it runs", async () => {
    const plain = plainBackend();
    const model = await prepare(plain.backend, BLOCKS, SHAPE);
    const before = plain.live();
    await model.run(zeros(SHAPE));
    expect(plain.live()).toEqual(before);
    expect(plain.count("allocate")).toBe(0);
  });

  it("runs where the backend has no shared memory", async () => {
    const x = randomUniform(SHAPE, { seed: 2 });
    const model = await prepare(plainBackend({ shared: false }).backend, BLOCKS, SHAPE);
    expect(await model.run(x)).toEqual(runPlainly(BLOCKS, x));
  });

  it.each([false, true])("gives each of several overlapping runs its own answer (profile: %o)", async (profile) => {
    const model = await prepare(plainBackend().backend, BLOCKS, SHAPE, { profile });
    const inputs = [1, 2, 3, 4].map((seed) => randomUniform(SHAPE, { seed, layout: seed % 2 ? "nchw" : "nhwc" }));
    expect(await Promise.all(inputs.map((x) => model.run(x)))).toEqual(inputs.map((x) => runPlainly(BLOCKS, x)));
  });

  it.each([false, true])("has copied its input when run returns (profile: %o)", async (profile) => {
    const model = await prepare(plainBackend().backend, scale(3), [1, 1, 1, 1], { profile });
    const x = tensor([2], [1, 1, 1, 1]);
    const first = model.run(x);
    x.data[0] = 5;
    const second = model.run(x);
    x.data[0] = 9;
    expect([...(await first).data, ...(await second).data]).toEqual([6, 15]);
  });

  it("times each layer where it is asked to", async () => {
    const model = await prepare(plainBackend().backend, BLOCKS, SHAPE, { profile: true });
    expect(model.layers.map(({ milliseconds }) => milliseconds)).toEqual(BLOCKS.layers.map(() => undefined));
    await model.run(zeros(SHAPE));
    for (const { milliseconds } of model.layers) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  it("goes on after a run that was refused", async () => {
    for (const profile of [false, true]) {
      const model = await prepare(plainBackend().backend, scale(3), [1, 1, 1, 1], { profile });
      await expectRejection(model.run(zeros([1, 1, 1, 2])), "ERR_SHAPE");
      expect([...(await model.run(x2)).data]).toEqual([6]);
    }
  });

  it("says which layers are transformed, and none is under strict", async () => {
    const { backend } = plainBackend({
      arithmetic: ({ accuracy }) => (accuracy === "fast" ? "transformed" : "direct"),
    });
    for (const [accuracy, arithmetic] of [
      ["fast", "transformed"],
      ["strict", "direct"],
    ] as const) {
      const { layers } = await prepare(backend, BLOCKS, SHAPE, { accuracy });
      expect(layers.map((layer) => layer.arithmetic)).toEqual(layers.map(() => arithmetic));
    }
  });

  it("gives everything back where a strict layer is transformed", async () => {
    const plain = plainBackend({ arithmetic: () => "transformed" });
    const strict = prepare(plain.backend, BLOCKS, SHAPE, { accuracy: "strict" });
    await expectRejection(strict, "ERR_EXECUTION", "a strict plan must be direct");
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
  });

  it("passes accuracy on to the backend", async () => {
    const seen: unknown[] = [];
    const { backend } = plainBackend({ onPrepare: (_, options) => seen.push(options) });
    await prepare(backend, scale(1), [1, 1, 1, 1], { accuracy: "strict" });
    await prepare(backend, scale(1), [1, 1, 1, 1]);
    expect(seen).toEqual([{ accuracy: "strict" }, { accuracy: "fast" }]);
  });
});

describe("a failure in the middle of prepare", () => {
  it.each<[Call, number]>([
    ["prepareConv2d", 3],
    ["allocateShared", 1],
  ])("in %s gives back everything that was prepared", async (name, nth) => {
    let seen = 0;
    const plain = plainBackend({
      fail: (call) => {
        if (call === name && ++seen === nth) throw new ConveneError("ERR_OUT_OF_MEMORY", "full");
      },
    });
    await expectRejection(prepare(plain.backend, BLOCKS, SHAPE), "ERR_OUT_OF_MEMORY", "full");
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
  });

  it("leaves the backend fit for another model", async () => {
    let full = true;
    const plain = plainBackend({
      fail: (call) => {
        if (call === "allocateShared" && full) throw new ConveneError("ERR_OUT_OF_MEMORY", "full");
      },
    });
    await expectRejection(prepare(plain.backend, scale(3), [1, 1, 1, 1]), "ERR_OUT_OF_MEMORY", "full");
    full = false;
    expect([...(await (await prepare(plain.backend, scale(3), [1, 1, 1, 1])).run(x2)).data]).toEqual([6]);
  });
});

describe("prepare refuses", () => {
  it.each<[string, unknown, unknown, unknown, "ERR_INVALID_OPTION" | "ERR_SHAPE", string]>([
    [
      "an input of other channels",
      scale(1),
      [1, 2, 3, 3],
      {},
      "ERR_SHAPE",
      "input ([1, 2, 3, 3]) has 2 channels; expected inChannels (1)",
    ],
    ["an input that is no shape", scale(1), [1, 3, 3], {}, "ERR_SHAPE", "input ([1, 3, 3]) must be [n, c, h, w]"],
    ["a tensor for a shape", scale(1), x2, {}, "ERR_SHAPE", "input ({ shape, layout, data }) must be [n, c, h, w]"],
    ["an input too large", scale(1), [1, 1, 65536, 65536], {}, "ERR_SHAPE", "the most is 2^31 - 1"],
    [
      "a layer that does not fit",
      network(scale(1), conv({ inChannels: 1, outChannels: 1, kernelSize: 3 })),
      [1, 1, 2, 2],
      {},
      "ERR_SHAPE",
      "layer 1: kernelSize (3 x 3) must fit",
    ],
    [
      "an array for a network",
      [scale(1)],
      [1, 1, 1, 1],
      {},
      "ERR_INVALID_OPTION",
      "layers ([a Conv2d]) must be a Conv2d or a network(...)",
    ],
    [
      "an object for a network",
      { layers: [] },
      [1, 1, 1, 1],
      {},
      "ERR_INVALID_OPTION",
      "layers ({ layers }) must be a Conv2d or a network(...)",
    ],
    ["no layers", undefined, [1, 1, 1, 1], {}, "ERR_INVALID_OPTION", "layers (undefined) must be"],
    [
      "an unknown option",
      scale(1),
      [1, 1, 1, 1],
      { profiling: true },
      "ERR_INVALID_OPTION",
      'prepare options has no key "profiling"; its keys are accuracy, profile',
    ],
    [
      "an unknown accuracy",
      scale(1),
      [1, 1, 1, 1],
      { accuracy: "exact" },
      "ERR_INVALID_OPTION",
      'accuracy ("exact") must be one of "fast", "strict"',
    ],
    [
      "profile in words",
      scale(1),
      [1, 1, 1, 1],
      { profile: "yes" },
      "ERR_INVALID_OPTION",
      'profile ("yes") must be true or false',
    ],
    [
      "profile null",
      scale(1),
      [1, 1, 1, 1],
      { profile: null },
      "ERR_INVALID_OPTION",
      "profile (null) must be true or false",
    ],
    [
      "null for options",
      scale(1),
      [1, 1, 1, 1],
      null,
      "ERR_INVALID_OPTION",
      "prepare options (null) must be an object",
    ],
  ])("%s before anything is asked of the backend", async (_, layers, shape, options, code, words) => {
    const plain = plainBackend();
    await expectRejection(
      prepare(plain.backend, layers as Conv2d, shape as Shape4, options as ModelOptions),
      code,
      words,
    );
    expect(plain.calls).toEqual([]);
  });

  it.each([[undefined], [null], [{}], ["cpu"], [async () => undefined]])("%o for a backend", async (backend) => {
    await expectRejection(
      prepare(backend as unknown as Backend, scale(1), [1, 1, 1, 1]),
      "ERR_INVALID_OPTION",
      "backend (",
      "must be a Backend",
    );
  });
});

describe("a model", () => {
  it.each<[unknown, string]>([
    [zeros([1, 1, 1, 2]), "input has shape [1, 1, 1, 2]; this model was prepared for [1, 1, 1, 1]"],
    [zeros([2, 1, 1, 1]), "input has shape [2, 1, 1, 1]; this model was prepared for [1, 1, 1, 1]"],
    [Float32Array.of(2), "input (a Float32Array of 4 bytes) must be a Tensor"],
    [{ ...x2, data: new Float32Array(2) }, "input.data has 2 elements; expected 1"],
    [undefined, "input (undefined) must be a Tensor"],
  ])("refuses the input %o", async (x, words) => {
    const plain = plainBackend();
    const model = await prepare(plain.backend, scale(3), [1, 1, 1, 1]);
    await expectRejection(model.run(x as Tensor), "ERR_SHAPE", words);
    expect(plain.count("upload")).toBe(0);
  });

  it("gives back all it holds, once, when it is disposed", async () => {
    const plain = plainBackend();
    const model = await prepare(plain.backend, BLOCKS, SHAPE);
    model.dispose();
    model.dispose();
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
    expect(plain.count("disposePlan")).toBe(BLOCKS.layers.length);
    expect(plain.count("freeShared")).toBe(1);
    await expectRejection(model.run(zeros(SHAPE)), "ERR_DISPOSED", "this model has been disposed");
  });

  it("answers a run that began before it was disposed", async () => {
    const model = await prepare(plainBackend().backend, scale(3), [1, 1, 1, 1]);
    const running = model.run(x2);
    model.dispose();
    expect([...(await running).data]).toEqual([6]);
  });

  it("refuses to run on a backend that was disposed, and may still be disposed itself", async () => {
    const { backend } = plainBackend();
    const model = await prepare(backend, scale(3), [1, 1, 1, 1]);
    await backend.dispose();
    await expectRejection(model.run(x2), "ERR_DISPOSED", "this plain backend has been disposed");
    model.dispose();
  });

  it.each([false, true])("rejects a run whose execution fails, and every later one (profile: %o)", async (profile) => {
    let failing = false;
    const { backend } = plainBackend({
      fail: (call) => {
        if (call === "execute" && failing) throw new Error("device lost");
      },
    });
    const model = await prepare(backend, scale(3), [1, 1, 1, 1], { profile });
    await model.run(x2);
    failing = true;
    await expectRejection(model.run(x2), "ERR_EXECUTION", "plain: device lost");
    await expectRejection(model.run(x2), "ERR_EXECUTION", "plain: device lost");
  });

  it.runIf("dispose" in Symbol)("works through Symbol.dispose", async () => {
    const plain = plainBackend();
    const model = await prepare(plain.backend, scale(3), [1, 1, 1, 1]);
    model[Symbol.dispose]!();
    expectError(() => plain.backend.allocate([0, 1, 1, 1]), "ERR_SHAPE");
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
  });
});

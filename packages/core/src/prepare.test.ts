import { describe, expect, it } from "vitest";
import type { Backend } from "./backend.js";
import type { Conv2d } from "./conv2d.js";
import { ConveneError } from "./errors.js";
import type { ModelOptions } from "./model.js";
import { network, type NetworkLayer } from "./network.js";
import { prepare } from "./prepare.js";
import type { Shape4 } from "./shape.js";
import { randomUniform } from "./tensor.js";
import { expectRejection } from "./testing/expect-error.js";
import { BLOCKS, conv, runPlainly, scale, SHAPE, x2 } from "./testing/networks.js";
import { type Call, plainBackend } from "./testing/plain-backend.js";

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

  it("gives a model with the prepared layers", async () => {
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

  it("runs if the backend has no shared memory", async () => {
    const x = randomUniform(SHAPE, { seed: 2 });
    const model = await prepare(plainBackend({ shared: false }).backend, BLOCKS, SHAPE);
    expect(await model.run(x)).toEqual(runPlainly(BLOCKS, x));
  });

  it('states the arithmetic of each layer: transformed for "fast", direct for "strict"', async () => {
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

  it("frees everything if a strict layer is transformed", async () => {
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
  ])("in %s frees everything that was prepared", async (name, nth) => {
    let seen = 0;
    const plain = plainBackend({
      fail: (call) => {
        if (call === name && ++seen === nth) throw new ConveneError("ERR_OUT_OF_MEMORY", "full");
      },
    });
    await expectRejection(prepare(plain.backend, BLOCKS, SHAPE), "ERR_OUT_OF_MEMORY", "full");
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
  });

  it("does not prevent that the backend prepares another model", async () => {
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
    ["an input that is no shape", scale(1), [3, 3], {}, "ERR_SHAPE", "input ([3, 3]) must be [n, c, h, w]"],
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

  it.each([[undefined], [null], [{}], ["cpu"], [async () => undefined]])("%o as the backend", async (backend) => {
    await expectRejection(
      prepare(backend as unknown as Backend, scale(1), [1, 1, 1, 1]),
      "ERR_INVALID_OPTION",
      "backend (",
      "must be a Backend",
    );
  });
});

import { describe, expect, it } from "vitest";
import type { ModelOptions } from "./model.js";
import { network } from "./network.js";
import { prepare } from "./prepare.js";
import { randomUniform, tensor, type Tensor, toLayout, zeros } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { BLOCKS, runPlainly, scale, SHAPE, x2 } from "./testing/networks.js";
import { plainBackend } from "./testing/plain-backend.js";

describe("a model", () => {
  it("allocates nothing more when it runs", async () => {
    const plain = plainBackend();
    const model = await prepare(plain.backend, BLOCKS, SHAPE);
    const before = plain.live();
    await model.run(zeros(SHAPE));
    expect(plain.live()).toEqual(before);
    expect(plain.count("allocate")).toBe(0);
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

  it("times each layer with profile: true", async () => {
    const model = await prepare(plainBackend().backend, BLOCKS, SHAPE, { profile: true });
    expect(model.layers.map(({ milliseconds }) => milliseconds)).toEqual(BLOCKS.layers.map(() => undefined));
    await model.run(zeros(SHAPE));
    for (const { milliseconds } of model.layers) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  it("runs again after a run that was refused", async () => {
    for (const profile of [false, true]) {
      const model = await prepare(plainBackend().backend, scale(3), [1, 1, 1, 1], { profile });
      await expectRejection(model.run(zeros([1, 1, 1, 2])), "ERR_SHAPE");
      expect([...(await model.run(x2)).data]).toEqual([6]);
    }
  });

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

  it("frees all its memory once, at the first dispose", async () => {
    const plain = plainBackend();
    const model = await prepare(plain.backend, BLOCKS, SHAPE);
    model.dispose();
    model.dispose();
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
    expect(plain.count("disposePlan")).toBe(BLOCKS.layers.length);
    expect(plain.count("freeShared")).toBe(1);
    await expectRejection(model.run(zeros(SHAPE)), "ERR_DISPOSED", "this model has been disposed");
  });

  it("finishes a run that began before dispose", async () => {
    const model = await prepare(plainBackend().backend, scale(3), [1, 1, 1, 1]);
    const running = model.run(x2);
    model.dispose();
    expect([...(await running).data]).toEqual([6]);
  });

  it("refuses to run after the backend was disposed, and can still be disposed", async () => {
    const { backend } = plainBackend();
    const model = await prepare(backend, scale(3), [1, 1, 1, 1]);
    await backend.dispose();
    await expectRejection(model.run(x2), "ERR_DISPOSED", "this plain backend has been disposed");
    model.dispose();
  });

  it.each([false, true])("rejects a run whose execution fails, and every later run (profile: %o)", async (profile) => {
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
    expectError(() => plain.backend.allocate([1, 0, 1, 1]), "ERR_SHAPE");
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
  });
});

describe("run with the option into", () => {
  const opened = async (options: ModelOptions = {}) => {
    const plain = plainBackend();
    return { plain, model: await prepare(plain.backend, network(scale(3), scale(1, 10)), [1, 1, 1, 2], options) };
  };
  const pair = (a: number, b: number): Tensor => tensor([a, b], [1, 1, 1, 2]);

  it.each([{}, { profile: true }])(
    "overwrites the data of the tensor and resolves to the tensor (%j)",
    async (options) => {
      const { model } = await opened(options);
      const into = pair(0, 0);
      expect(await model.run(pair(1, 2), { into })).toBe(into);
      expect([...into.data]).toEqual([13, 16]);
    },
  );

  it("writes the result in the layout of the tensor", async () => {
    const model = await prepare(plainBackend().backend, BLOCKS, SHAPE);
    const x = randomUniform(SHAPE, { seed: 1 });
    const into = zeros(model.outputShape, { layout: "nhwc" });
    expect(await model.run(x, { into })).toBe(into);
    expect(into).toEqual(toLayout(await model.run(x), "nhwc"));
  });

  it.each([{}, { profile: true }])("takes the input tensor as into, also if calls overlap (%j)", async (options) => {
    const { model } = await opened(options);
    const tensors = [pair(1, 2), pair(3, 4), pair(5, 6)];
    const results = await Promise.all(tensors.map((x) => model.run(x, { into: x })));
    expect(results).toEqual([pair(13, 16), pair(19, 22), pair(25, 28)]);
    for (const [index, result] of results.entries()) expect(result).toBe(tensors[index]);
  });

  it("refuses tensors of a wrong shape before it uploads anything", async () => {
    const { plain, model } = await opened();
    await expectRejection(model.run(pair(1, 2), { into: x2 }), "ERR_SHAPE", "into has shape [1, 1, 1, 1]");
    await expectRejection(
      model.run(pair(1, 2), { into: pair(0, 0), layout: "nchw" } as object),
      "ERR_INVALID_OPTION",
      'run options has no key "layout"',
    );
    expect(plain.count("upload")).toBe(0);
  });
});

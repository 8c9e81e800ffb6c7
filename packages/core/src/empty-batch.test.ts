/** An empty batch: `[0, c, h, w]` gives `[0, oc, oh, ow]`, as in PyTorch, on every backend and without its knowing. */

import { describe, expect, it } from "vitest";
import { Conv2d } from "./conv2d.js";
import { problemCost } from "./cost.js";
import { conv2d } from "./functional.js";
import { network } from "./network.js";
import { prepare } from "./prepare.js";
import { conv2dProblem, inputShape, outputShape } from "./problem.js";
import { formatProblem, parseProblem } from "./problem-string.js";
import { randomUniform, tensor, toLayout, zeros } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { BLOCKS } from "./testing/networks.js";
import { plainBackend } from "./testing/plain-backend.js";

const CONV = new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 3, padding: 1, stride: 2 });
const WEIGHTS = { weight: new Float32Array(108), bias: new Float32Array(4) };
const NOTHING = new Float32Array(0);

describe("shapes, problems and costs", () => {
  it("of an empty batch are computed as for any batch", () => {
    expect(CONV.outputShape([0, 3, 8, 8])).toEqual([0, 4, 4, 4]);
    expect(BLOCKS.outputShape([0, 3, 9, 10])).toEqual([0, 4, 5, 5]);
    const problem = CONV.problem([0, 3, 8, 8]);
    expect([inputShape(problem), outputShape(problem)]).toEqual([
      [0, 3, 8, 8],
      [0, 4, 4, 4],
    ]);
    expect(formatProblem(problem)).toBe("n0_ic3_ih8_oc4_kh3_sh2_ph1");
    expect(parseProblem(formatProblem(problem))).toEqual(problem);
    expect(Object.is(conv2dProblem({ n: -0, ic: 1, ih: 1, oc: 1, kh: 1 }).n, 0)).toBe(true);
  });

  it("of an empty batch have only the cost of the parameters", () => {
    expect(problemCost(CONV.problem([0, 3, 8, 8]))).toEqual({
      macs: 0,
      parameters: 112,
      bytesRead: 0,
      bytesWritten: 0,
      arithmeticIntensity: 0,
    });
  });

  it.each(["reflect", "replicate", "circular"] as const)("of an empty batch take padding of mode %s", (paddingMode) => {
    const conv = new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 3, padding: 1, paddingMode });
    expect(conv.outputShape([0, 3, 8, 8])).toEqual([0, 4, 8, 8]);
  });

  it("of an empty batch are refused wherever the shape of one image is refused, as in PyTorch", () => {
    expectError(() => CONV.problem([0, 4, 8, 8]), "ERR_SHAPE", "has 4 channels; expected inChannels (3)");
    expectError(() => CONV.problem([0, 3, 0, 8]), "ERR_SHAPE", "h (0) must be an integer of at least 1");
    expectError(() => CONV.problem([0, 0, 8, 8]), "ERR_SHAPE", "c (0) must be an integer of at least 1");
    const large = new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 3 });
    expectError(() => large.problem([0, 3, 2, 2]), "ERR_SHAPE", "kernelSize (3 x 3) must fit");
    expectError(() => zeros([0, 65536, 65536, 1]), "ERR_SHAPE", "the most is 2^31 - 1");
  });
});

describe("host tensors", () => {
  it("of an empty batch have no elements", () => {
    for (const layout of ["nchw", "nhwc"] as const) {
      const expected = { shape: [0, 3, 8, 8], layout, data: NOTHING };
      expect(zeros([0, 3, 8, 8], { layout })).toEqual(expected);
      expect(randomUniform([0, 3, 8, 8], { layout, seed: 1 })).toEqual(expected);
      expect(tensor([], [0, 3, 8, 8], { layout })).toEqual(expected);
      expect(tensor(NOTHING, [0, 3, 8, 8], { layout }).data).toBe(NOTHING);
      expect(toLayout(zeros([0, 3, 8, 8]), layout)).toEqual(expected);
    }
    expectError(() => tensor([1], [0, 3, 8, 8]), "ERR_SHAPE", "data has 1 elements; expected 0");
  });
});

describe.each([true, false])("a backend (shared memory: %s)", (shared) => {
  const opened = () => plainBackend({ shared });

  it("gives an empty result, in either layout and into the caller's tensor, and the implementation is never called", async () => {
    const plain = opened();
    const model = await prepare(plain.backend, BLOCKS, [0, 3, 9, 10]);
    expect([model.inputShape, model.outputShape]).toEqual([
      [0, 3, 9, 10],
      [0, 4, 5, 5],
    ]);
    for (const layout of ["nchw", "nhwc"] as const) {
      const x = zeros([0, 3, 9, 10], { layout });
      expect(await model.run(x)).toEqual({ shape: [0, 4, 5, 5], layout, data: NOTHING });
      const into = zeros([0, 4, 5, 5], { layout });
      expect(await model.run(x, { into })).toBe(into);
    }
    expect(model.layers[0]).toMatchObject({ algorithm: "none", arithmetic: "direct", cost: { macs: 0 } });
    model.dispose();
    expect(plain.calls).toEqual([]);
    await plain.backend.dispose();
    expect(plain.calls).toEqual(["dispose"]);
  });

  it("profiles a run of an empty batch", async () => {
    const { backend } = opened();
    const model = await prepare(backend, network(CONV), [0, 3, 8, 8], { profile: true });
    expect((await model.run(zeros([0, 3, 8, 8]))).shape).toEqual([0, 4, 4, 4]);
    expect(model.layers[0]!.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it("takes an empty batch in the function conv2d", async () => {
    const { backend } = opened();
    expect(await conv2d(backend, zeros([0, 3, 8, 8]), zeros([4, 3, 3, 3]))).toEqual(zeros([0, 4, 6, 6]));
    await expectRejection(
      conv2d(backend, zeros([0, 3, 8, 8]), zeros([0, 3, 3, 3])),
      "ERR_INVALID_OPTION",
      "outChannels (0) must be an integer from 1",
    );
  });

  it("keeps an empty tensor in shared memory apart from the other tensors", async () => {
    const plain = opened();
    const { backend } = plain;
    const [one, none, two] = backend.allocateShared([
      { shape: [1, 1, 1, 2], from: 0, to: 1 },
      { shape: [0, 1, 1, 2], from: 0, to: 2 },
      { shape: [1, 1, 1, 1], from: 1, to: 2 },
    ]);
    backend.upload(tensor([1, 2], [1, 1, 1, 2]), one);
    backend.upload(tensor([3], [1, 1, 1, 1]), two);
    backend.upload(zeros([0, 1, 1, 2]), none);
    expect([...(await backend.read(one!)).data, ...(await backend.read(two!)).data]).toEqual([1, 2, 3]);
    expect(await backend.read(none!)).toEqual(zeros([0, 1, 1, 2]));
    for (const each of [one, two, none]) each!.dispose();
    expect(plain.live()).toEqual({ bytes: 0, plans: 0 });
  });

  it("refuses the same arguments for an empty batch as for other batches", async () => {
    const { backend } = opened();
    const x = backend.upload(zeros([0, 3, 8, 8]));
    const y = backend.allocate([0, 4, 4, 4]);
    const plan = await backend.prepareConv2d(CONV.problem([0, 3, 8, 8]), WEIGHTS);
    plan.run(x, y);
    expectError(() => plan.run(y, y), "ERR_SHAPE", "input has shape [0, 4, 4, 4]; expected [0, 3, 8, 8]");
    expectError(() => plan.run(x, y, y), "ERR_INVALID_OPTION", "a residual was given");
    expectError(() => plan.run(x, backend.allocate([1, 4, 4, 4])), "ERR_SHAPE", "output has shape [1, 4, 4, 4]");
    expectError(() => backend.upload(zeros([1, 3, 8, 8]), x), "ERR_SHAPE", "expected [1, 3, 8, 8]");
    await expectRejection(backend.read(y, { into: zeros([0, 4, 4, 5]) }), "ERR_SHAPE", "expected [0, 4, 4, 4]");
    await expectRejection(
      backend.prepareConv2d(CONV.problem([0, 3, 8, 8]), { weight: new Float32Array(1), bias: WEIGHTS.bias }),
      "ERR_SHAPE",
      "weight has 1 elements",
    );
    y.dispose();
    await expectRejection(backend.read(y), "ERR_DISPOSED", "tensor has been disposed");
    plan.dispose();
    expectError(() => plan.run(x, x), "ERR_DISPOSED", "this plan has been disposed");
    await backend.dispose();
    expectError(() => backend.upload(zeros([0, 3, 8, 8])), "ERR_DISPOSED", "backend has been disposed");
  });
});

it("an empty batch is supported exactly if a batch of one image is supported", async () => {
  const { backend } = plainBackend({
    supports: ({ n, kh }) => (n > 0 && kh < 3) || { reason: `n ${n}, kh ${kh}` },
  });
  await expectRejection(prepare(backend, CONV, [0, 3, 8, 8]), "ERR_UNSUPPORTED", "n 1, kh 3");
  const small = new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 1 });
  expect((await prepare(backend, small, [0, 3, 8, 8])).outputShape).toEqual([0, 4, 8, 8]);
});

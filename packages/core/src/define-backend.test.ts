import { beforeEach, describe, expect, it } from "vitest";
import type { Arithmetic, Backend, BackendImplementation, Conv2dPlan, DeviceTensor } from "./backend.js";
import { defineBackend } from "./define-backend.js";
import { ConveneError, type ConveneErrorCode } from "./errors.js";
import { type Conv2dProblem, conv2dProblem } from "./problem.js";
import { parseProblem } from "./problem-string.js";
import { type Layout, tensor, type Tensor, toLayout, zeros } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { type Call, plainBackend, type PlainBackend } from "./testing/plain-backend.js";

const PROBLEM = parseProblem("ic2_ih3_oc2_kh2");
const WITH_RESIDUAL = parseProblem("ic2_ih3_oc2_kh1_residual");
const WEIGHTS = { weight: new Float32Array(16).fill(1), bias: new Float32Array(2) };
const POINT_WEIGHTS = { weight: Float32Array.of(1, 0, 0, 1), bias: new Float32Array(2) };

/** Throws `error` at every `name`. */
const failing = (name: Call, error: unknown = new Error("broken")) => ({
  fail: (call: Call) => {
    if (call === name) throw error;
  },
});

let plain: PlainBackend;
let backend: Backend;

beforeEach(() => {
  plain = plainBackend();
  ({ backend } = plain);
});

describe("a defined backend", () => {
  it("has its name and its device", () => {
    expect(backend).toMatchObject({
      name: "plain",
      device: "plain loops",
      features: { nonFinite: true, subnormals: true },
      disposed: false,
    });
  });

  it("runs a plan on an uploaded tensor, and the output can be read in both layouts", async () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 10, 0, 0, 0, 0], [1, 2, 3, 3], { layout: "nchw" });
    const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    expect(plan).toMatchObject({ problem: PROBLEM, algorithm: "plain", disposed: false });
    const output = backend.allocate([1, 2, 2, 2]);
    plan.run(backend.upload(toLayout(x, "nhwc")), output);
    const expected = tensor([22, 26, 34, 38, 22, 26, 34, 38], [1, 2, 2, 2]);
    expect(await backend.read(output)).toEqual(expected);
    expect(await backend.read(output, { layout: "nhwc" })).toEqual(toLayout(expected, "nhwc"));
  });

  it("adds a residual, which may be the input itself", async () => {
    const x = tensor(
      Float32Array.from({ length: 18 }, (_, index) => index),
      [1, 2, 3, 3],
    );
    const plan = await backend.prepareConv2d(WITH_RESIDUAL, POINT_WEIGHTS);
    const [input, output] = [backend.upload(x), backend.allocate([1, 2, 3, 3])];
    plan.run(input, output, input);
    expect((await backend.read(output)).data).toEqual(x.data.map((value) => 2 * value));
  });

  it("uploads into a target of the same shape, and replaces the content of the target", async () => {
    const target = backend.upload(zeros([1, 1, 1, 2]));
    expect(backend.upload(tensor([1, 2], [1, 1, 1, 2]), target)).toBe(target);
    expect([...(await backend.read(target)).data]).toEqual([1, 2]);
    expect(plain.count("allocate")).toBe(1);
  });

  it("copies the caller's data before upload returns", async () => {
    const x = tensor([1, 2], [1, 1, 1, 2]);
    const uploaded = backend.upload(x);
    x.data.fill(9);
    expect([...(await backend.read(uploaded)).data]).toEqual([1, 2]);
  });

  it("passes the implementation a complete problem and every prepare option", async () => {
    const seen: unknown[] = [];
    const spied = plainBackend({ onPrepare: (...args) => seen.push(args) }).backend;
    await spied.prepareConv2d({ ...PROBLEM, oh: 99 }, WEIGHTS, { accuracy: "strict" });
    await spied.prepareConv2d(PROBLEM, WEIGHTS, {});
    await spied.prepareConv2d(PROBLEM, WEIGHTS);
    expect(seen).toEqual([
      [PROBLEM, { accuracy: "strict" }],
      [PROBLEM, { accuracy: "fast" }],
      [PROBLEM, { accuracy: "fast" }],
    ]);
  });

  it("gives the arithmetic that a plan declares; a plan without a declaration is direct", async () => {
    const transforming = plainBackend({
      arithmetic: ({ accuracy }) => (accuracy === "fast" ? "transformed" : "direct"),
    }).backend;
    expect((await transforming.prepareConv2d(PROBLEM, WEIGHTS)).arithmetic).toBe("transformed");
    expect((await transforming.prepareConv2d(PROBLEM, WEIGHTS, { accuracy: "strict" })).arithmetic).toBe("direct");
    expect((await backend.prepareConv2d(PROBLEM, WEIGHTS)).arithmetic).toBe("direct");
  });

  it.each<[string, unknown, "fast" | "strict", string]>([
    [
      'transformed, for accuracy "strict"',
      "transformed",
      "strict",
      'plain: the plan "plain" is transformed, for accuracy "strict"; a strict plan must be direct',
    ],
    [
      "of another arithmetic",
      "winograd",
      "fast",
      'plain: the plan "plain" has arithmetic "winograd"; it must be "direct" or "transformed"',
    ],
    ["of arithmetic null", null, "fast", 'plain: the plan "plain" has arithmetic null; it must be'],
  ])("disposes a plan that is %s, and keeps working", async (_, arithmetic, accuracy, words) => {
    let answer = arithmetic as Arithmetic;
    const faulty = plainBackend({ arithmetic: () => answer });
    await expectRejection(faulty.backend.prepareConv2d(PROBLEM, WEIGHTS, { accuracy }), "ERR_EXECUTION", words);
    expect(faulty.calls).toEqual(["prepareConv2d", "disposePlan"]);
    expect(faulty.live().plans).toBe(0);
    answer = "direct";
    expect((await faulty.backend.prepareConv2d(PROBLEM, WEIGHTS, { accuracy })).arithmetic).toBe("direct");
    await faulty.backend.sync();
  });

  it("reports how much memory it holds", () => {
    backend.allocate([1, 1, 1, 5]);
    expect(backend.memory()).toEqual({ used: 20, reserved: 20 });
  });
});

describe("misuse of run", () => {
  let plan: Conv2dPlan;
  let summing: Conv2dPlan;
  let input: DeviceTensor;
  let output: DeviceTensor;
  let same: DeviceTensor;

  beforeEach(async () => {
    plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    summing = await backend.prepareConv2d(WITH_RESIDUAL, POINT_WEIGHTS);
    input = backend.upload(zeros([1, 2, 3, 3]));
    output = backend.allocate([1, 2, 2, 2]);
    same = backend.allocate([1, 2, 3, 3]);
  });

  it.each<[string, () => void, "ERR_SHAPE" | "ERR_INVALID_OPTION" | "ERR_DISPOSED", string]>([
    [
      "an input of another shape",
      () => plan.run(output, output),
      "ERR_SHAPE",
      "input has shape [1, 2, 2, 2]; expected [1, 2, 3, 3]",
    ],
    [
      "an output of another shape",
      () => plan.run(input, same),
      "ERR_SHAPE",
      "output has shape [1, 2, 3, 3]; expected [1, 2, 2, 2]",
    ],
    [
      "a residual of another shape",
      () => summing.run(input, same, output),
      "ERR_SHAPE",
      "residual has shape [1, 2, 2, 2]; expected [1, 2, 3, 3]",
    ],
    [
      "a host tensor for input",
      () => plan.run(zeros([1, 2, 3, 3]) as unknown as DeviceTensor, output),
      "ERR_INVALID_OPTION",
      "input ({ shape, layout, data }) is a host Tensor: upload it first (plain)",
    ],
    [
      "a host tensor for output",
      () => plan.run(input, zeros([1, 2, 2, 2]) as unknown as DeviceTensor),
      "ERR_INVALID_OPTION",
      "is a host Tensor",
    ],
    [
      "nothing for output",
      () => plan.run(input, undefined as unknown as DeviceTensor),
      "ERR_INVALID_OPTION",
      "output (undefined) is not a tensor of this backend (plain)",
    ],
    [
      "another backend's tensor",
      () => plan.run(plainBackend().backend.allocate([1, 2, 3, 3]), output),
      "ERR_INVALID_OPTION",
      "is not a tensor of this backend",
    ],
    [
      "a copy of a tensor",
      () => plan.run({ ...input }, output),
      "ERR_INVALID_OPTION",
      "is not a tensor of this backend",
    ],
    [
      "an output that is the input",
      () => summing.run(input, input, same),
      "ERR_INVALID_OPTION",
      "output must not be the same tensor as input",
    ],
    [
      "an output that is the residual",
      () => summing.run(input, same, same),
      "ERR_INVALID_OPTION",
      "output must not be the same tensor as residual",
    ],
    [
      "no residual where there must be one",
      () => summing.run(input, same),
      "ERR_INVALID_OPTION",
      "residual is missing",
    ],
    [
      "a residual where there must be none",
      () => plan.run(input, output, output),
      "ERR_INVALID_OPTION",
      "a residual was given to a plan prepared without one",
    ],
    [
      "null for residual",
      () => summing.run(input, same, null as unknown as DeviceTensor),
      "ERR_INVALID_OPTION",
      "residual (null) is not a tensor of this backend",
    ],
    ["a disposed input", () => (input.dispose(), plan.run(input, output)), "ERR_DISPOSED", "input has been disposed"],
    [
      "a disposed output",
      () => (output.dispose(), plan.run(input, output)),
      "ERR_DISPOSED",
      "output has been disposed",
    ],
    ["a disposed plan", () => (plan.dispose(), plan.run(input, output)), "ERR_DISPOSED", "this plan has been disposed"],
    [
      "a disposed backend",
      () => (void backend.dispose(), plan.run(input, output)),
      "ERR_DISPOSED",
      "this plain backend has been disposed",
    ],
  ])("%s throws at once, and does no harm", async (_, misuse, code, words) => {
    expectError(misuse, code, words);
    expect(plain.count("run")).toBe(0);
    if (!backend.disposed) await backend.sync();
  });
});

describe("misuse of other methods", () => {
  const x = zeros([1, 2, 3, 3]);

  it.each<[string, () => unknown, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    [
      "upload of what is no tensor",
      () => backend.upload(new Float32Array(4) as unknown as Tensor),
      "ERR_SHAPE",
      "tensor (a Float32Array of 16 bytes) must be a Tensor",
    ],
    [
      "upload of too few data",
      () => backend.upload({ ...x, data: new Float32Array(3) }),
      "ERR_SHAPE",
      "tensor.data has 3 elements; expected 18",
    ],
    [
      "upload of an unknown layout",
      () => backend.upload({ ...x, layout: "hwc" as "nchw" }),
      "ERR_INVALID_OPTION",
      'layout ("hwc") must be one of',
    ],
    [
      "upload into null",
      () => backend.upload(x, null as unknown as DeviceTensor),
      "ERR_INVALID_OPTION",
      "target (null) is not a tensor of this backend",
    ],
    [
      "upload into a host tensor",
      () => backend.upload(x, x as unknown as DeviceTensor),
      "ERR_INVALID_OPTION",
      "target ({ shape, layout, data }) is a host Tensor",
    ],
    [
      "allocate of no shape",
      () => backend.allocate([1, 2, 3] as never),
      "ERR_SHAPE",
      "shape ([1, 2, 3]) must be [n, c, h, w]",
    ],
    [
      "allocate of too much",
      () => backend.allocate([1, 65536, 65536, 1]),
      "ERR_SHAPE",
      "has 4294967296 elements; the most is 2^31 - 1",
    ],
    [
      "allocateShared of no shape",
      () => backend.allocateShared([{ shape: [1, 0, 1, 1], from: 0, to: 1 }]),
      "ERR_SHAPE",
      "c (0) must be an integer of at least 1",
    ],
    [
      "allocateShared of a life that ends before it begins",
      () => backend.allocateShared([{ shape: [1, 1, 1, 1], from: 2, to: 1 }]),
      "ERR_INVALID_OPTION",
      "lifetimes[0].to (1) must be an integer from 2",
    ],
    [
      "allocateShared of a life without a beginning",
      () => backend.allocateShared([{ shape: [1, 1, 1, 1], to: 1 } as never]),
      "ERR_INVALID_OPTION",
      "lifetimes[0].from (undefined) must be an integer",
    ],
  ])("%s is refused, and the implementation is not called", (_, misuse, code, words) => {
    expectError(misuse, code, words);
    expect(plain.calls).toEqual([]);
  });

  it("upload into a target of another shape does not change the target", async () => {
    const target = backend.upload(tensor([1, 2], [1, 1, 1, 2]));
    expectError(() => backend.upload(x, target), "ERR_SHAPE", "target has shape [1, 1, 1, 2]; expected [1, 2, 3, 3]");
    expect([...(await backend.read(target)).data]).toEqual([1, 2]);
  });

  it.each<[string, unknown, unknown, unknown, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    [
      "a string for a problem",
      "ic2_ih3_oc2_kh2",
      WEIGHTS,
      {},
      "ERR_INVALID_OPTION",
      'problem ("ic2_ih3_oc2_kh2") must be an object',
    ],
    [
      "a problem whose sizes do not fit",
      { ...PROBLEM, kh: 4 },
      WEIGHTS,
      {},
      "ERR_SHAPE",
      "kernelSize (4 x 2) must fit in the padded input (3 x 3)",
    ],
    ["no weights", PROBLEM, undefined, {}, "ERR_INVALID_OPTION", "weights (undefined) must be { weight, bias }"],
    [
      "a weight of another size",
      PROBLEM,
      { ...WEIGHTS, weight: new Float32Array(4) },
      {},
      "ERR_SHAPE",
      "weight has 4 elements; expected 16 (OIHW [2, 2, 2, 2])",
    ],
    ["a missing bias", PROBLEM, { weight: WEIGHTS.weight }, {}, "ERR_SHAPE", "bias is missing"],
    [
      "a bias too many",
      { ...PROBLEM, bias: false },
      WEIGHTS,
      {},
      "ERR_INVALID_OPTION",
      "a bias was given where bias is false",
    ],
    [
      "an unknown accuracy",
      PROBLEM,
      WEIGHTS,
      { accuracy: "exact" },
      "ERR_INVALID_OPTION",
      'accuracy ("exact") must be one of "fast", "strict"',
    ],
    ["accuracy null", PROBLEM, WEIGHTS, { accuracy: null }, "ERR_INVALID_OPTION", "accuracy (null) must be one of"],
    [
      "an unknown option",
      PROBLEM,
      WEIGHTS,
      { profile: true },
      "ERR_INVALID_OPTION",
      'prepare options has no key "profile"; its keys are accuracy',
    ],
  ])(
    "prepareConv2d with %s rejects, and the implementation is not called",
    async (_, problem, weights, options, code, words) => {
      await expectRejection(
        backend.prepareConv2d(problem as Conv2dProblem, weights as never, options as never),
        code,
        words,
      );
      expect(plain.calls).toEqual([]);
    },
  );

  it("read checks its tensor and its options", async () => {
    const t = backend.upload(x);
    await expectRejection(
      backend.read(x as unknown as DeviceTensor),
      "ERR_INVALID_OPTION",
      "tensor ({ shape, layout, data }) is a host Tensor",
    );
    await expectRejection(
      backend.read(plainBackend().backend.allocate([1, 1, 1, 1])),
      "ERR_INVALID_OPTION",
      "is not a tensor of this backend",
    );
    await expectRejection(
      backend.read(t, { layout: "hwc" as "nchw" }),
      "ERR_INVALID_OPTION",
      'layout ("hwc") must be one of',
    );
    await expectRejection(
      backend.read(t, { layout: null as unknown as "nchw" }),
      "ERR_INVALID_OPTION",
      "layout (null) must be one of",
    );
    await expectRejection(
      backend.read(t, { Layout: "nhwc" } as object),
      "ERR_INVALID_OPTION",
      'read options has no key "Layout"',
    );
    t.dispose();
    await expectRejection(backend.read(t), "ERR_DISPOSED", "tensor has been disposed");
    expect(plain.count("read")).toBe(0);
  });
});

describe("read into a tensor of the caller's", () => {
  const source = tensor([1, 2, 3, 4], [1, 2, 1, 2]);
  const target = (layout: Layout = "nchw"): Tensor => zeros(source.shape, { layout });
  /** Whose reads are all that is asked of it. */
  const stub: BackendImplementation<object> = {
    name: "stub",
    device: "none",
    features: { nonFinite: true, subnormals: true },
    allocate: () => ({}),
    free: () => undefined,
    upload: () => undefined,
    read: () => Promise.reject(new Error("not this one")),
    prepareConv2d: () => Promise.reject(new Error("not this one")),
    sync: async () => undefined,
    dispose: async () => undefined,
  };

  it("overwrites the data of the tensor, in the layout of the tensor, and resolves to the tensor", async () => {
    for (const into of [target("nchw"), target("nhwc")]) {
      expect(await backend.read(backend.upload(source), { into })).toBe(into);
      expect(into).toEqual(toLayout(source, into.layout));
    }
    const into = target("nhwc");
    await backend.read(backend.upload(source), { layout: "nhwc", into });
    expect([...into.data]).toEqual([1, 3, 2, 4]);
  });

  it("calls readInto in place of read, if the implementation has readInto", async () => {
    const asked: Tensor[] = [];
    const direct = defineBackend({
      ...stub,
      readInto: async (_storage: object, given: Tensor) => void asked.push(given),
    });
    const into = target("nhwc");
    const reading = direct.read(direct.allocate(source.shape), { into });
    // What the caller does with the object afterwards is its own affair.
    const { data } = into;
    Object.assign(into, { layout: "nchw", data: new Float32Array(0) });
    expect(await reading).toBe(into);
    expect(asked).toEqual([{ shape: source.shape, layout: "nhwc", data }]);
    expect(asked[0]!.data).toBe(data);
  });

  it.each<[name: string, options: object, code: ConveneErrorCode, words: string]>([
    ["another shape", { into: zeros([1, 1, 2, 2]) }, "ERR_SHAPE", "into has shape [1, 1, 2, 2]; expected [1, 2, 1, 2]"],
    [
      "another layout than was asked for",
      { layout: "nchw", into: target("nhwc") },
      "ERR_INVALID_OPTION",
      'into.layout ("nhwc") is not layout ("nchw"). Leave layout out, or give an into of that layout',
    ],
    ["too few elements", { into: { ...target(), data: new Float32Array(3) } }, "ERR_SHAPE", "into.data has 3 elements"],
    ["what is no Float32Array", { into: { ...target(), data: [0, 0, 0, 0] } }, "ERR_SHAPE", "must be a Float32Array"],
    ["what is no tensor", { into: new Float32Array(4) }, "ERR_SHAPE", "into"],
    ["null", { into: null }, "ERR_SHAPE", "into (null) must be a Tensor"],
  ])("refuses %s", async (_name, options, code, words) => {
    await expectRejection(backend.read(backend.upload(source), options), code, words);
    expect(plain.count("read")).toBe(0);
  });

  it("refuses data that were transferred before or during the read, and keeps working", async () => {
    const gone = target();
    structuredClone(gone.data, { transfer: [gone.data.buffer] });
    const device = backend.upload(source);
    await expectRejection(backend.read(device, { into: gone }), "ERR_SHAPE", "into.data has 0 elements");
    const into = target();
    const reading = backend.read(device, { into });
    structuredClone(into.data, { transfer: [into.data.buffer] });
    await expectRejection(reading, "ERR_SHAPE", "into.data has 0 elements; expected 4: it was transferred");
    expect((await backend.read(device)).data).toEqual(source.data);
  });

  it("fails if the implementation's result has a wrong size", async () => {
    const short = defineBackend({ ...stub, read: async () => zeros([1, 1, 1, 1]) });
    await expectRejection(
      short.read(short.allocate(source.shape), { into: target() }),
      "ERR_EXECUTION",
      "a read gave 1 elements; expected 4",
    );
  });

  it("of a tensor that was disposed is refused", async () => {
    const device = backend.upload(source);
    device.dispose();
    await expectRejection(backend.read(device, { into: target() }), "ERR_DISPOSED", "tensor has been disposed");
  });
});

describe("dispose", () => {
  it("of a tensor frees it once", () => {
    const t = backend.allocate([1, 1, 1, 4]);
    t.dispose();
    t.dispose();
    expect(t.disposed).toBe(true);
    expect(plain.calls).toEqual(["allocate", "free"]);
    expect(plain.live().bytes).toBe(0);
  });

  it("of a plan frees it once", async () => {
    const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    plan.dispose();
    plan.dispose();
    expect(plan.disposed).toBe(true);
    expect(plain.calls).toEqual(["prepareConv2d", "disposePlan"]);
  });

  it("of a backend happens once, and disposes the tensors and plans of the backend", async () => {
    const t = backend.allocate([1, 1, 1, 4]);
    const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    const first = backend.dispose();
    expect(backend.dispose()).toBe(first);
    expect([backend.disposed, t.disposed, plan.disposed]).toEqual([true, true, true]);
    await first;
    t.dispose();
    plan.dispose();
    expect(plain.calls).toEqual(["allocate", "prepareConv2d", "dispose"]);
  });

  it("of a backend lets a read finish that began before", async () => {
    const reading = backend.read(backend.upload(tensor([1, 2], [1, 1, 1, 2])));
    await backend.dispose();
    expect([...(await reading).data]).toEqual([1, 2]);
  });

  it("of a backend makes every later call fail", async () => {
    const t = backend.allocate([1, 1, 1, 1]);
    await backend.dispose();
    const words = "this plain backend has been disposed";
    expectError(() => backend.allocate([1, 1, 1, 1]), "ERR_DISPOSED", words);
    expectError(() => backend.allocateShared([]), "ERR_DISPOSED", words);
    expectError(() => backend.upload(zeros([1, 1, 1, 1])), "ERR_DISPOSED", words);
    expectError(() => backend.memory(), "ERR_DISPOSED", words);
    await expectRejection(backend.read(t), "ERR_DISPOSED", words);
    await expectRejection(backend.sync(), "ERR_DISPOSED", words);
    await expectRejection(backend.prepareConv2d(PROBLEM, WEIGHTS), "ERR_DISPOSED", words);
  });

  it("of a backend waits for a plan that is being prepared, disposes the plan, and rejects its promise", async () => {
    let finish = (): void => undefined;
    const slow = plainBackend({ beforePrepared: new Promise<void>((resolve) => (finish = resolve)) });
    const preparing = expectRejection(
      slow.backend.prepareConv2d(PROBLEM, WEIGHTS),
      "ERR_DISPOSED",
      "this plain backend was disposed while it prepared a plan",
    );
    const disposing = slow.backend.dispose();
    expect(slow.calls).toEqual(["prepareConv2d"]);
    finish();
    await Promise.all([preparing, disposing]);
    expect(slow.calls).toEqual(["prepareConv2d", "disposePlan", "dispose"]);
  });

  it.runIf("dispose" in Symbol)("works through Symbol.dispose and Symbol.asyncDispose", async () => {
    const t = backend.allocate([1, 1, 1, 1]);
    t[Symbol.dispose]!();
    const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    plan[Symbol.dispose]!();
    await backend[Symbol.asyncDispose]!();
    expect([t.disposed, plan.disposed, backend.disposed]).toEqual([true, true, true]);
    expect(plain.calls).toEqual(["allocate", "free", "prepareConv2d", "disposePlan", "dispose"]);
  });
});

describe("allocateShared", () => {
  const LIVES = [
    { shape: [1, 1, 1, 4], from: 0, to: 1 },
    { shape: [1, 1, 1, 2], from: 1, to: 2 },
    { shape: [1, 1, 1, 4], from: 2, to: 3 },
  ] as const;

  it("gives the memory back once, when all of its tensors are disposed", () => {
    const tensors = backend.allocateShared(LIVES);
    expect(tensors.map(({ shape }) => shape)).toEqual(LIVES.map(({ shape }) => shape));
    expect(plain.live().bytes).toBe(24);
    for (const each of tensors.slice(1)) each.dispose();
    for (const each of tensors.slice(1)) each.dispose();
    expect(plain.count("freeShared")).toBe(0);
    tensors[0]!.dispose();
    expect(plain.count("freeShared")).toBe(1);
    expect(plain.live().bytes).toBe(0);
  });

  it("allocates each tensor by itself if the implementation has no shared memory", () => {
    const apart = plainBackend({ shared: false });
    const tensors = apart.backend.allocateShared(LIVES);
    expect(apart.live().bytes).toBe(40);
    for (const each of tensors) each.dispose();
    expect(apart.live().bytes).toBe(0);
    expect(apart.count("free")).toBe(3);
  });

  it("frees the tensors so far if the next cannot be allocated", () => {
    let left = 2;
    const small = plainBackend({
      shared: false,
      fail: (call) => {
        if (call === "allocate" && left-- === 0) throw new ConveneError("ERR_OUT_OF_MEMORY", "full");
      },
    });
    expectError(() => small.backend.allocateShared(LIVES), "ERR_OUT_OF_MEMORY", "full");
    expect(small.live().bytes).toBe(0);
  });

  it("of an empty list gives an empty list", () => {
    expect(backend.allocateShared([])).toEqual([]);
    expect(plain.calls).toEqual([]);
  });
});

describe("tensors of allocateShared", () => {
  it.each([
    ["they share memory", true],
    ["another backend's tensors would", false],
  ])("cannot be a run's input and output where their lifetimes do not meet: %s", async (_, shared) => {
    const { backend: sharing } = plainBackend({ shared });
    const problem = conv2dProblem({ ic: 2, ih: 3, oc: 2, kh: 1, bias: false });
    const plan = await sharing.prepareConv2d(problem, { weight: new Float32Array(4) });
    const shape = [1, 2, 3, 3] as const;
    const [early, between, late] = sharing.allocateShared([
      { shape, from: 0, to: 1 },
      { shape, from: 1, to: 2 },
      { shape, from: 2, to: 3 },
    ]) as readonly DeviceTensor[];
    plan.run(early!, between!);
    plan.run(between!, late!);
    expectError(() => plan.run(early!, late!), "ERR_INVALID_OPTION", "output must not share memory", "with input");
  });

  it.each<[unknown, string]>([
    [null, "lifetimes (null) must be an array"],
    [[null], "lifetimes[0] (null) must be an object"],
  ])("are refused for %j", (lifetimes, words) => {
    const { backend: sharing } = plainBackend({});
    expectError(() => sharing.allocateShared(lifetimes as []), "ERR_INVALID_OPTION", words);
  });
});

describe("a failure of the implementation", () => {
  const x = zeros([1, 2, 3, 3]);

  it("while a run executes rejects the next read and every later call, until dispose", async () => {
    const { backend: failing1, calls } = plainBackend(failing("execute", new RangeError("index out of bounds")));
    const plan = await failing1.prepareConv2d(PROBLEM, WEIGHTS);
    const [input, output] = [failing1.upload(x), failing1.allocate([1, 2, 2, 2])];
    plan.run(input, output);
    const words = "plain: index out of bounds";
    await expectRejection(failing1.read(output), "ERR_EXECUTION", words);
    expectError(() => plan.run(input, output), "ERR_EXECUTION", words);
    expectError(() => failing1.allocate([1, 1, 1, 1]), "ERR_EXECUTION", words);
    expectError(() => failing1.upload(x, input), "ERR_EXECUTION", words);
    await expectRejection(failing1.sync(), "ERR_EXECUTION", words);
    await expectRejection(failing1.prepareConv2d(PROBLEM, WEIGHTS), "ERR_EXECUTION", words);
    const before = calls.length;
    input.dispose();
    output.dispose();
    plan.dispose();
    await failing1.dispose();
    expect(calls.slice(before)).toEqual(["free", "free", "disposePlan", "dispose"]);
    expectError(() => failing1.allocate([1, 1, 1, 1]), "ERR_DISPOSED", "disposed");
  });

  it("is the cause of the error", async () => {
    const cause = new RangeError("index out of bounds");
    const { backend: failing1 } = plainBackend(failing("sync", cause));
    await expect(failing1.sync()).rejects.toMatchObject({ code: "ERR_EXECUTION", cause });
  });

  it.each<[Call, (b: Backend) => unknown]>([
    ["allocate", (b) => b.allocate([1, 1, 1, 1])],
    ["allocateShared", (b) => b.allocateShared([{ shape: [1, 1, 1, 1], from: 0, to: 0 }])],
    ["upload", (b) => b.upload(x)],
    ["prepareConv2d", (b) => b.prepareConv2d(PROBLEM, WEIGHTS)],
  ])("in %s fails that call only, because nothing ran", async (call, use) => {
    const { backend: broken } = plainBackend(failing(call, "a string is thrown"));
    await expectRejection((async () => use(broken))(), "ERR_EXECUTION", 'plain: "a string is thrown"');
    await broken.sync();
  });

  it.each<[Call, (b: Backend) => unknown]>([
    ["allocate", (b) => b.allocate([1, 1, 1, 1])],
    ["allocateShared", (b) => b.allocateShared([{ shape: [1, 1, 1, 1], from: 0, to: 0 }])],
    ["upload", (b) => b.upload(x)],
    ["prepareConv2d", (b) => b.prepareConv2d(PROBLEM, WEIGHTS)],
    ["read", (b) => b.read(b.allocate([1, 1, 1, 1]))],
  ])("in %s for want of memory fails that call only", async (call, use) => {
    const cause = new RangeError("Array buffer allocation failed");
    const { backend: full } = plainBackend(failing(call, cause));
    const error = await (async () => use(full))().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "ERR_OUT_OF_MEMORY", message: `plain: ${cause.message}`, cause });
    await full.sync();
  });

  it.each<[Call, (b: Backend) => unknown]>([
    ["allocate", (b) => b.allocate([1, 1, 1, 1])],
    ["upload", (b) => b.upload(x)],
    ["prepareConv2d", (b) => b.prepareConv2d(PROBLEM, WEIGHTS)],
    ["read", (b) => b.read(b.allocate([1, 1, 1, 1]))],
  ])("in %s by any other RangeError is not reported as want of memory", async (call, use) => {
    const { backend: broken } = plainBackend(failing(call, new RangeError("Maximum call stack size exceeded")));
    await expectRejection((async () => use(broken))(), "ERR_EXECUTION", "plain: Maximum call stack size exceeded");
  });

  it.each<[Call, (b: Backend) => unknown]>([
    ["sync", (b) => b.sync()],
    [
      "run",
      async (b) => (await b.prepareConv2d(PROBLEM, WEIGHTS)).run(b.allocate([1, 2, 3, 3]), b.allocate([1, 2, 2, 2])),
    ],
  ])("in %s makes every later call fail, for want of memory too, because a result is missing", async (call, use) => {
    const { backend: full } = plainBackend(failing(call, new RangeError("Array buffer allocation failed")));
    const words = "plain: Array buffer allocation failed";
    await expectRejection((async () => use(full))(), "ERR_EXECUTION", words);
    expectError(() => full.allocate([1, 1, 1, 1]), "ERR_EXECUTION", words);
  });

  it.each<[Call, (b: Backend) => unknown]>([
    ["sync", (b) => b.sync()],
    ["read", (b) => b.read(b.allocate([1, 1, 1, 1]))],
  ])("in %s makes every later call fail, if the implementation threw an error of its own", async (call, use) => {
    const { backend: broken } = plainBackend(failing(call, "a string is thrown"));
    await expectRejection((async () => use(broken))(), "ERR_EXECUTION", 'plain: "a string is thrown"');
    await expectRejection(broken.sync(), "ERR_EXECUTION", 'plain: "a string is thrown"');
  });

  it.each<[Call, (b: Backend) => unknown]>([
    ["allocate", (b) => b.allocate([1, 1, 1, 1])],
    ["upload", (b) => b.upload(x)],
    ["prepareConv2d", (b) => b.prepareConv2d(PROBLEM, WEIGHTS)],
  ])("in %s by a ConveneError fails that call only", async (call, use) => {
    const refusal = new ConveneError("ERR_OUT_OF_MEMORY", "full");
    const { backend: full } = plainBackend(failing(call, refusal));
    await expect((async () => use(full))()).rejects.toBe(refusal);
    await full.sync();
  });

  it.each([new Error("broken"), new ConveneError("ERR_OUT_OF_MEMORY", "full")])(
    "of upload frees the memory that upload allocated: %s",
    (error) => {
      const broken = plainBackend(failing("upload", error));
      expect(() => broken.backend.upload(x)).toThrow(error.message);
      expect(broken.live().bytes).toBe(0);
      expect(broken.count("free")).toBe(1);
    },
  );

  it("of upload does not dispose the caller's target", () => {
    const broken = plainBackend(failing("upload", new ConveneError("ERR_OUT_OF_MEMORY", "full")));
    const target = broken.backend.allocate([1, 2, 3, 3]);
    expectError(() => broken.backend.upload(x, target), "ERR_OUT_OF_MEMORY", "full");
    expect(target.disposed).toBe(false);
    expect(broken.count("free")).toBe(0);
  });
});

describe("a run that returns a promise, as an async function does", () => {
  /** The plain backend's plans, whose runs are lost: nobody but the promise knows. */
  const losing = (lose: () => Promise<void>): Backend => {
    const memory = new Float32Array(18);
    return defineBackend<Float32Array>({
      name: "losing",
      device: "nothing is computed",
      features: { nonFinite: true, subnormals: true },
      allocate: () => memory,
      free: () => undefined,
      upload: () => undefined,
      // Waits for a turn of the event loop, and not for the runs.
      read: async (_, shape) => (await new Promise((resolve) => setTimeout(resolve)), zeros(shape)),
      prepareConv2d: async () => ({ algorithm: "none", run: lose, dispose: () => undefined }),
      sync: () => new Promise((resolve) => setTimeout(resolve)),
      dispose: async () => undefined,
    });
  };
  const run = async (b: Backend): Promise<DeviceTensor> => {
    const plan = await b.prepareConv2d(PROBLEM, WEIGHTS);
    const output = b.allocate([1, 2, 2, 2]);
    plan.run(b.allocate([1, 2, 3, 3]), output);
    return output;
  };

  it.each<[string, (b: Backend, output: DeviceTensor) => Promise<unknown>]>([
    ["read", (b, output) => b.read(output)],
    ["sync", (b) => b.sync()],
  ])("makes %s and every later call reject, if the promise rejects", async (_, wait) => {
    const cause = new Error("the device did not answer");
    const lost = losing(async () => {
      throw cause;
    });
    const output = await run(lost);
    await expect(wait(lost, output)).rejects.toMatchObject({ code: "ERR_EXECUTION", cause });
    await expectRejection(lost.sync(), "ERR_EXECUTION", "losing: the device did not answer");
    expectError(() => lost.allocate([1, 1, 1, 1]), "ERR_EXECUTION", "losing: the device did not answer");
  });

  it("changes nothing if the promise resolves", async () => {
    const fine = losing(async () => undefined);
    await fine.read(await run(fine));
    await fine.sync();
  });
});

it.each([
  [null, "implementation.allocate (undefined) must be a function"],
  [{}, "implementation.allocate (undefined) must be a function"],
  [5, "implementation.allocate (undefined) must be a function"],
])("%j is refused as an implementation", (implementation, words) => {
  expectError(() => defineBackend(implementation as never), "ERR_INVALID_OPTION", words);
});

it("a handle's shape cannot be changed", () => {
  const handle = plainBackend().backend.allocate([1, 1, 1, 1]);
  expect(() => Object.assign(handle, { shape: [1, 1, 8, 8] })).toThrow(TypeError);
});

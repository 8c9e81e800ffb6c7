/** Each row of docs/errors.md that says `core`: what provokes the message, and the remedy, which is then no error. */

import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as author from "./for-backends.js";
import * as core from "./index.js";
import { plainBackend, type PlainOptions } from "./testing/plain-backend.js";
import { TRIED_OPERATIONS } from "./testing/tried-operations.js";

const { Conv2d, network, prepare, tensor, zeros } = core;
const SMALL = { inChannels: 1, outChannels: 1, kernelSize: 1 } as const;
const CONV = new Conv2d(SMALL);
const PROBLEM = CONV.problem([1, 1, 1, 1]);
const RESIDUAL = CONV.problem([1, 1, 1, 1], { residual: true });
const WEIGHT = Float32Array.of(1);
const ONE: core.Shape4 = [1, 1, 1, 1];
const conv = (options: object, parameters?: object) => new Conv2d({ ...SMALL, ...options }, parameters as never);
const own = (methods: object) => (): unknown => author.defineBackend({ ...IMPLEMENTATION, ...methods } as never);
const open = (options?: PlainOptions): core.Backend => plainBackend(options).backend;
/** Plan, input and output of one point, and a third tensor. */
async function world(problem = PROBLEM) {
  const backend = open();
  const [x, y, z] = [backend.upload(zeros(ONE)), backend.allocate(ONE), backend.allocate(ONE)];
  return { backend, plan: await backend.prepareConv2d(problem, CONV.weights), x, y, z };
}
/** A model of two inputs, `a` and `b`. */
const named = async () =>
  prepare(
    open(),
    core.graph({ inputs: ["a", "b"], layers: [{ conv: CONV, input: "a", residual: "b" }], outputs: { y: 0 } }),
    { a: ONE, b: ONE },
  );
const IMPLEMENTATION = {
  name: "own",
  device: "none",
  features: { nonFinite: true, subnormals: true },
  ...Object.fromEntries(
    ["allocate", "free", "upload", "read", "prepareConv2d", "sync", "dispose"].map((key) => [key, () => undefined]),
  ),
};

type Attempt = () => unknown;
const TRIED: Record<string, readonly [provoke: Attempt, remedy: Attempt]> = {
  ...TRIED_OPERATIONS,
  // Options
  "… (…) must be an integer from … to …": [() => conv({ stride: 0 }), () => conv({ stride: 1 })],
  "… (…) must be a number": [
    () => core.totalCost([{} as core.Cost]),
    () => core.totalCost([core.problemCost(PROBLEM)]),
  ],
  "… (…) must be an integer or [h, w]": [() => conv({ stride: "2" }), () => conv({ stride: 2 })],
  "… (…) must have two entries, [h, w]": [
    () => conv({ padding: [1, 0, 1, 0] }),
    () => conv({ padding: { top: 1, bottom: 1 } }),
  ],
  "… (…) must be one of …": [() => conv({ paddingMode: "ZEROS" }), () => conv({ paddingMode: "zeros" })],
  "… (…) must be true or false": [() => conv({ bias: 0 }), () => conv({ bias: false })],
  "… (…) must be an object": [() => zeros(ONE, "nhwc" as never), () => zeros(ONE, { layout: "nhwc" })],
  "… has no key …; it is written …": [() => conv({ padding_mode: "reflect" }), () => conv({ paddingMode: "reflect" })],
  "… has no key …: weights and seed are the second argument, …": [
    () => conv({ bias: false, weight: WEIGHT }),
    () => conv({ bias: false }, { weight: WEIGHT }),
  ],
  "bias (…) must be true or false: its values are in the second argument, …": [
    () => conv({ bias: WEIGHT }),
    () => conv({}, { weight: WEIGHT, bias: WEIGHT }),
  ],
  "… (…) must be an object, { weight, bias }": [
    () => conv({ bias: false }, WEIGHT),
    () => conv({ bias: false }, { weight: WEIGHT }),
  ],
  "… (…) must be an object, { …, …, ... }": [() => new core.Conv2d(1 as never), () => conv({})],
  'batch normalisation has no key "…": PyTorch\'s … is … here': [
    () => core.foldBatchNorm({ weight: WEIGHT }, { running_mean: WEIGHT, running_var: WEIGHT } as never),
    () => core.foldBatchNorm({ weight: WEIGHT }, { mean: WEIGHT, variance: Float32Array.of(1) }),
  ],
  "… has no key …; its keys are …": [() => conv({ strides: 2 }), () => conv({ stride: 2 })],
  "… (…) must be an array": [
    () => author.planMemory({ size: 1, from: 0, to: 1 } as never),
    () => author.planMemory([{ size: 1, from: 0, to: 1 }]),
  ],
  "… cannot be read (…)": [
    () => zeros(ONE, { get layout(): never { throw new Error("no"); } }), // prettier-ignore
    () => zeros(ONE, { layout: "nchw" }),
  ],
  'activation (…) must be "relu", "relu6" or { clamp: [min, max] }': [
    () => core.conv2dProblem({ ic: 1, ih: 1, oc: 1, kh: 1, activation: "silu" as never }),
    () => core.conv2dProblem({ ic: 1, ih: 1, oc: 1, kh: 1, activation: "relu" }),
  ],
  "activation.clamp (…): min must not be above max": [
    () => conv({ activation: { clamp: [1, 0] } }),
    () => conv({ activation: { clamp: [0, 1] } }),
  ],
  "a seed was given with a weight: pass one of them": [
    () => conv({ bias: false }, { weight: WEIGHT, seed: 1 }),
    () => conv({ bias: false }, { weight: WEIGHT }),
  ],
  "a bias was given without a weight": [
    () => conv({}, { bias: WEIGHT }),
    () => conv({}, { bias: WEIGHT, weight: WEIGHT }),
  ],
  "weights (…) must be { weight, bias }": [
    () => open().prepareConv2d(PROBLEM, undefined as never),
    () => open().prepareConv2d(PROBLEM, CONV.weights),
  ],
  "a bias was given where bias is false: leave out one of the two; what foldBatchNorm gives has a bias": [
    () => conv({ bias: false }, { weight: WEIGHT, bias: WEIGHT }),
    () => conv({ bias: true }, { weight: WEIGHT, bias: WEIGHT }),
  ],
  "implementation.… (…) must be a function": [own({ read: undefined }), own({})],
  "implementation.features (…) must be an object": [own({ features: undefined }), own({})],
  "… (…) is a host Tensor: upload it first (…)": [
    () => open().read(zeros(ONE) as never),
    () => ((backend) => backend.read(backend.upload(zeros(ONE))))(open()),
  ],
  "… (…) is not a tensor of this backend (…)": [
    async () => (await world()).backend.read((await world()).x),
    async () => {
      const { backend, x } = await world();
      return backend.read(x);
    },
  ],
  "output must not be the same tensor as …": [
    async () => {
      const { plan, x } = await world();
      plan.run(x, x);
    },
    async () => {
      const { plan, x, y } = await world();
      plan.run(x, y);
    },
  ],
  "output must not share memory, as tensors whose lifetimes do not meet may, with …": [
    () => sharing(0, 1),
    () => sharing(1, 1),
  ],
  "residual is missing: this plan was prepared with one": [
    async () => {
      const { plan, x, y } = await world(RESIDUAL);
      plan.run(x, y);
    },
    async () => {
      const { plan, x, y, z } = await world(RESIDUAL);
      plan.run(x, y, z);
    },
  ],
  "a residual was given to a plan prepared without one": [
    async () => {
      const { plan, x, y, z } = await world();
      plan.run(x, y, z);
    },
    async () => {
      const { plan, x, y, z } = await world(RESIDUAL);
      plan.run(x, y, z);
    },
  ],
  "a network needs at least one layer": [() => network(), () => network(CONV)],
  "layer …: the name … is taken": [
    () => network({ conv: CONV, name: "a" }, { conv: CONV, name: "a" }),
    () => network({ conv: CONV, name: "a" }, { conv: CONV, name: "b" }),
  ],
  "layer …: conv (…) must be a Conv2d or a ConvTranspose2d; an operation is op": [
    () => network({ conv: SMALL as never }),
    () => network({ conv: CONV }),
  ],
  "layer …: name (…) must be a string that is not empty": [
    () => network({ conv: CONV, name: "" }),
    () => network({ conv: CONV }),
  ],
  'padding (…) must be an integer, [h, w], "same", "sameLower", "valid" or { top, left, bottom, right }': [
    () => conv({ padding: "SAME" }),
    () => conv({ padding: "same" }),
  ],
  "backend (…) must be a Backend; a factory's answer has to be awaited": [
    () => prepare(Promise.resolve(open()) as never, CONV, ONE),
    async () => prepare(await Promise.resolve(open()), CONV, ONE),
  ],
  "layers (…) must be a Conv2d or a network(...)": [
    () => prepare(open(), [CONV] as never, ONE),
    () => prepare(open(), network(CONV), ONE),
  ],
  "groups (…) must divide … (…)": [
    () => conv({ inChannels: 3, groups: 2 }),
    () => conv({ inChannels: 4, outChannels: 2, groups: 2 }),
  ],
  "problem (…) must be a string": [() => core.parseProblem(3 as never), () => core.parseProblem("ic3_ih7_oc8_kh3")],
  "problem …: …; an example is g32_ic128_ih56_oc128_kh3_ph1": [
    () => core.parseProblem("ic3_ih7_oc8_k3"),
    () => core.parseProblem("g32_ic128_ih56_oc128_kh3_ph1"),
  ],
  "into.layout (…) is not layout (…). Leave layout out, or give an into of that layout": [
    async () => (({ backend, x }) => backend.read(x, { layout: "nhwc", into: zeros(ONE) }))(await world()),
    async () => (({ backend, x }) => backend.read(x, { into: zeros(ONE) }))(await world()),
  ],
  "… (…) must be a finite float32": [
    () => core.randomUniform(ONE, { max: Infinity }),
    () => core.randomUniform(ONE, { max: 3e38 }),
  ],
  "min (…) must be at most max (…), and their distance a finite float32": [
    () => core.randomUniform(ONE, { min: 1, max: 0 }),
    () => core.randomUniform(ONE, { min: 0, max: 1 }),
  ],
  // Shapes
  "… (…) must be a Float32Array: pass its data": [
    () => conv({ bias: false }, { weight: { dtype: "F32", shape: [1, 1, 1, 1], data: WEIGHT } }),
    () => conv({ bias: false }, { weight: { dtype: "F32", shape: [1, 1, 1, 1], data: WEIGHT }.data }),
  ],
  "… (…) must be a Float32Array": [
    () => core.foldBatchNorm({ weight: WEIGHT }, { variance: WEIGHT } as never),
    () => core.foldBatchNorm({ weight: WEIGHT }, { mean: WEIGHT, variance: WEIGHT }),
  ],
  "the inputs of this model have names, so a tensor alone is not enough: run({ …: tensor })": [
    async () => (await named()).run(zeros(ONE) as never),
    async () => (await named()).run({ a: zeros(ONE), b: zeros(ONE) }),
  ],
  "… (…) must be a Float32Array; Float32Array.from or tensor.from converts other arrays": [
    () => conv({ bias: false }, { weight: Float64Array.of(1) }),
    () => conv({ bias: false }, { weight: Float32Array.from(Float64Array.of(1)) }),
  ],
  "… has … elements; expected … (…)": [
    () => conv({ bias: false }, { weight: new Float32Array(2) }),
    () => conv({ bias: false }, { weight: new Float32Array(1) }),
  ],
  "input (…) has … channels; expected inChannels (…). reshape([n, -1, 1, 1]) before this layer flattens it": [
    () => network(core.linear({ inFeatures: 64, outFeatures: 2 })).problems([1, 16, 2, 2]),
    () => network(core.reshape([1, -1, 1, 1]), core.linear({ inFeatures: 64, outFeatures: 2 })).problems([1, 16, 2, 2]),
  ],
  "input (…) has … channels; expected inChannels (…). Shapes are [n, c, h, w]": [
    () => conv({ inChannels: 3 }).problem([1, 8, 3, 8]),
    () => conv({ inChannels: 3 }).problem([1, 3, 8, 8]),
  ],
  'input (…) has … channels; expected inChannels (…). It looks like [n, h, w, c], and shapes are [n, c, h, w] in every layout: …, with { layout: "nhwc" } where the data have channels last':
    [
      () => conv({ inChannels: 3 }).problem([1, 8, 8, 3]),
      () => conv({ inChannels: 3 }).problem(zeros([1, 3, 8, 8], { layout: "nhwc" }).shape),
    ],
  "image (…) has … images; expected 1: tensor(data.subarray(i * c * h * w, (i + 1) * c * h * w), [c, h, w], { layout }) is image i":
    [
      () => core.toImageData(zeros([2, 3, 1, 1])),
      () => core.toImageData(tensor(zeros([2, 3, 1, 1]).data.subarray(3, 6), [3, 1, 1])),
    ],
  "image (…) has … channels; expected 1 (grey), 3 (RGB) or 4 (RGBA), in a shape [n, c, h, w]": [
    () => core.toImageData(zeros([1, 2, 1, 1])),
    () => core.toImageData(zeros([1, 1, 1, 1])),
  ],
  "bias is missing: pass a Float32Array of …, or bias: false": [
    () => conv({}, { weight: WEIGHT }),
    () => conv({ bias: false }, { weight: WEIGHT }),
  ],
  "… has shape …; expected …": [
    async () => (({ plan, backend, x }) => plan.run(x, backend.allocate([1, 1, 1, 2])))(await world()),
    async () =>
      (({ plan, backend, x }) => plan.run(x, backend.allocate(core.outputShape(plan.problem))))(await world()),
  ],
  "into.data has … elements; expected …: it was transferred or resized before the read had ended": [
    async () => {
      const { backend, x } = await world();
      const into = zeros(ONE);
      const reading = backend.read(x, { into });
      structuredClone(into.data.buffer, { transfer: [into.data.buffer as ArrayBuffer] });
      return reading;
    },
    async () => {
      const { backend, x } = await world();
      const into = zeros(ONE);
      await backend.read(x, { into });
      structuredClone(into.data.buffer, { transfer: [into.data.buffer as ArrayBuffer] });
    },
  ],
  "… has shape …; this model was prepared for …": [
    async () => (await prepare(open(), CONV, [1, 1, 1, 2])).run(zeros(ONE)),
    async () => (await prepare(open(), CONV, [1, 1, 1, 2])).run(zeros([1, 1, 1, 2])),
  ],
  '… has shape …; this model was prepared for …. It looks like [n, h, w, c], and shapes are [n, c, h, w] in every layout: tensor(data, …, { layout: "nhwc" }) for data with channels last':
    [
      async () => (await prepare(open(), conv({ inChannels: 3 }), [1, 3, 2, 2])).run(zeros([1, 2, 2, 3])),
      async () =>
        (await prepare(open(), conv({ inChannels: 3 }), [1, 3, 2, 2])).run(
          tensor(zeros([1, 2, 2, 3]).data, [1, 3, 2, 2], { layout: "nhwc" }),
        ),
    ],
  "into has shape …; expected …": [
    async () => (await prepare(open(), CONV, ONE)).run(zeros(ONE), { into: zeros([1, 1, 1, 2]) }),
    async () =>
      ((model) => model.run(zeros(ONE), { into: zeros(model.outputShape) }))(await prepare(open(), CONV, ONE)),
  ],
  "residual (…) must have the output's shape (…)": [
    () => network({ conv: conv({ kernelSize: 3 }), residual: "input" }).problems([1, 1, 5, 5]),
    () => network({ conv: conv({ kernelSize: 3, padding: 1 }), residual: "input" }).problems([1, 1, 5, 5]),
  ],
  "kernelSize (… x ……) must fit in the padded input (… x …)": [
    () => conv({ kernelSize: 3 }).problem([1, 1, 2, 2]),
    () => conv({ kernelSize: 3, padding: 1 }).problem([1, 1, 2, 2]),
  ],
  'padding (…) must be at most … where paddingMode is "…" and the input\'s … is …': [
    () => conv({ padding: 2, paddingMode: "reflect" }).problem([1, 1, 2, 2]),
    () => conv({ padding: 2, paddingMode: "replicate" }).problem([1, 1, 2, 2]),
  ],
  "… (…) must be [n, c, h, w] or [c, h, w]": [() => zeros([1, 1] as never), () => zeros([1, 1, 1])],
  "… (…) must be [n, c, h, w]": [
    () => open().upload(zeros([1, 1, 1]) as never),
    () => open().upload(zeros([1, 1, 1, 1])),
  ],
  "… (…): … (…) must be an integer of at least …": [() => zeros([1, 0, 1, 1]), () => zeros([0, 1, 1, 1])],
  "… (…) has … elements; the most is 2^31 - 1": [
    () => conv({}).problem([2 ** 16, 1, 256, 256]),
    () => conv({}).problem([2 ** 14, 1, 256, 256]),
  ],
  "… (…) must be a Tensor: { shape, layout, data }; tensor(data, shape) makes one": [
    () => open().upload(WEIGHT as never),
    () => open().upload(tensor(WEIGHT, ONE)),
  ],
  "data has … elements; expected … (shape …)": [() => tensor([1, 2], ONE), () => tensor([1, 2], [1, 1, 1, 2])],
  "data[…] (…) must be a number": [() => tensor([1n] as never, ONE), () => tensor.from([1n], ONE)],
  "imageData (…) must have width, height and RGBA data": [
    () => core.fromImageData({ width: 1, height: 1 } as never),
    () => core.fromImageData({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
  ],
  "imageData.data (…) must be bytes; tensor.from takes floats": [
    () => core.fromImageData({ width: 1, height: 1, data: new Float32Array(4) }),
    () => tensor.from(new Float32Array(4), [1, 4, 1, 1], { layout: "nhwc" }),
  ],
  "imageData.data has … bytes; expected … (… x … RGBA); three bytes a pixel are RGB: sharp's ensureAlpha() adds alpha":
    [
      () => core.fromImageData({ width: 1, height: 1, data: new Uint8Array(3) }),
      () => core.fromImageData({ width: 1, height: 1, data: new Uint8Array(4) }),
    ],
  "imageData.data has … bytes; expected … (… x … RGBA)": [
    () => core.fromImageData({ width: 1, height: 1, data: new Uint8ClampedArray(2) }),
    () => core.fromImageData({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
  ],
  "data (…) must be a typed array, or numbers in arrays": [
    () => tensor.from(new ArrayBuffer(4) as never, ONE),
    () => tensor.from(new Float32Array(new ArrayBuffer(4)), ONE),
  ],
  "… (…) is no array; expected …, as the arrays before it have": [
    () => tensor.from([[[1]], 2] as never, [1, 1, 2, 1]),
    () => tensor.from([[[1]], [[2]]], [1, 1, 2, 1]),
  ],
  "… has … elements; expected …, as the arrays before it have": [
    () => tensor.from([[[1], [2, 3]]], [1, 1, 2, 1]),
    () => tensor.from([[[1], [2]]]),
  ],
  "…[…] (…) must be a number, BigInt or boolean": [() => tensor.from(["1"] as never, ONE), () => tensor.from([1], ONE)],
  "…[…] (…) must have 64 bits at most": [
    () => tensor.from([2n ** 70n], ONE),
    () => tensor.from([Number(2n ** 70n)], ONE),
  ],
  // The rest
  "… does not take this: …": [
    () => prepare(open({ supports: () => ({ reason: "too large" }) }), CONV, ONE),
    () => prepare(open(), CONV, ONE),
  ],
  "this … backend has been disposed": [
    async () => {
      const backend = open();
      await backend.dispose();
      backend.allocate(ONE);
    },
    () => open().allocate(ONE),
  ],
  "this … backend was disposed while it prepared a plan": [
    async () => {
      const backend = open();
      const preparing = backend.prepareConv2d(PROBLEM, CONV.weights);
      await Promise.all([preparing, backend.dispose()]);
    },
    async () => {
      const backend = open();
      await backend.prepareConv2d(PROBLEM, CONV.weights);
      await backend.dispose();
    },
  ],
  "this plan has been disposed": [
    async () => {
      const { plan, x, y } = await world();
      plan.dispose();
      plan.run(x, y);
    },
    async () => {
      const { backend, plan, x, y } = await world();
      plan.dispose();
      (await backend.prepareConv2d(PROBLEM, CONV.weights)).run(x, y);
    },
  ],
  "this model has been disposed": [
    async () => {
      const model = await prepare(open(), CONV, ONE);
      model.dispose();
      return model.run(zeros(ONE));
    },
    async () => {
      const model = await prepare(open(), CONV, ONE);
      await model.run(zeros(ONE));
      model.dispose();
    },
  ],
  "… has been disposed": [
    async () => {
      const { backend, x } = await world();
      x.dispose();
      return backend.read(x);
    },
    async () => {
      const { backend, x } = await world();
      x.dispose();
      return backend.read(backend.allocate(ONE));
    },
  ],
  "no memory for … bytes on the host": [
    () => {
      const full = (): never => {
        throw new RangeError("Array buffer allocation failed");
      };
      vi.stubGlobal("Uint8ClampedArray", new Proxy(Uint8ClampedArray, { construct: full }));
      core.toImageData(zeros([1, 1, 1, 1]));
    },
    () => core.toImageData(zeros([1, 1, 1, 1])),
  ],
  "no memory for … float32 elements on the host": [
    () => {
      const full = (): never => {
        throw new RangeError("Array buffer allocation failed");
      };
      vi.stubGlobal("Float32Array", new Proxy(Float32Array, { construct: full }));
      zeros([1, 1, 2 ** 15, 2 ** 15]);
    },
    () => zeros(ONE),
  ],
  "…: the plan … has arithmetic …; it must be …": [
    () => prepare(open({ arithmetic: () => "exact" as never }), CONV, ONE),
    () => prepare(open({ arithmetic: () => "direct" }), CONV, ONE),
  ],
  '…: the plan … is …, for accuracy "strict"; a strict plan must be direct: prepareConv2d has to take another algorithm here':
    [
      () => prepare(open({ arithmetic: () => "transformed" }), CONV, ONE, { accuracy: "strict" }),
      () =>
        prepare(open({ arithmetic: ({ accuracy }) => (accuracy === "strict" ? "direct" : "transformed") }), CONV, ONE, {
          accuracy: "strict",
        }),
    ],
  "…: …": [
    () =>
      open({
        fail: () => {
          throw new Error("broken");
        },
      }).allocate(ONE),
    () => open().allocate(ONE),
  ],
  "layer …: …": [
    () => network(CONV, conv({ kernelSize: 3 })).problems(ONE),
    () => network(CONV, conv({ kernelSize: 3, padding: 1 })).problems(ONE),
  ],
};

/** A plan run on two tensors of one `allocateShared`, the first alive from 0 to `to`, the second from `from`. */
async function sharing(to: number, from: number): Promise<void> {
  const { backend, plan } = await world();
  const [x, y] = backend.allocateShared([
    { shape: ONE, from: 0, to },
    { shape: ONE, from, to: 2 },
  ]);
  plan.run(x!, y!);
}

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
const PAGE = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

/** What the page says of the rows that are tried here. */
const ROWS = PAGE.split("\n## ").flatMap((section) => {
  const code = /^`(ERR_\w+)`/.exec(section)?.[1];
  return [...section.matchAll(/^\| `(.*?)`\s+\|.*\| core\s+\|$/gm)].map(([, message]) => ({ code, message: message! }));
});

afterEach(() => void vi.unstubAllGlobals());

it("every row of docs/errors.md whose message is core's is tried here", () => {
  expect(Object.keys(TRIED).sort()).toEqual(ROWS.map(({ message }) => message).sort());
});

describe.each(ROWS)("$message", ({ code, message }) => {
  const [provoke, remedy] = TRIED[message] ?? [() => undefined, () => undefined];

  it("is thrown, with its code and message", async () => {
    const error = await Promise.resolve()
      .then(provoke)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    vi.unstubAllGlobals();
    expect(error).toBeInstanceOf(core.ConveneError);
    const { code: actual, message: text } = error as core.ConveneError;
    expect(actual).toBe(code ?? actual);
    expect(text).toMatch(new RegExp(`^${escaped(message).replaceAll("…", ".*")}$`));
  });

  it("has a remedy that works", async () => {
    await remedy();
  });
});

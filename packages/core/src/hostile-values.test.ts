/** For any argument, a public function answers or throws a ConveneError with a code, and keeps no memory of a failed call. */

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as author from "./for-backends.js";
import * as core from "./index.js";
import { HOSTILE } from "./testing/hostile.js";
import { plainBackend } from "./testing/plain-backend.js";

const CODES: ReadonlySet<core.ConveneErrorCode> = new Set(["ERR_INVALID_OPTION", "ERR_SHAPE"]);
const RUNS = 400;

const CONV = new core.Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 1 });
const NET = core.network(CONV, { conv: CONV, name: "second", residual: "input" });
const PROBLEM = CONV.problem([1, 1, 4, 4]);
const WEIGHTS = CONV.weights;
const POOL = core.operationProblem({ kind: "maxPool2d", c: 1, ih: 4, kh: 2, ceilMode: true });
const GRAPH = core.graph({
  inputs: ["x", "y"],
  layers: [{ op: core.add(), inputs: ["x", "y"] }],
  outputs: { sum: 0, same: "y" },
});

/** How an argument comes about: as it is meant, hostile, or with some keys that are. By number, see hostile.ts. */
interface Recipe {
  readonly kind: "meant" | "hostile" | "spoilt";
  readonly value: number;
  readonly keys: readonly (readonly [key: number, value: number])[];
}
const index = fc.nat({ max: HOSTILE.length - 1 });
const recipe: fc.Arbitrary<Recipe> = fc.record({
  kind: fc.constantFrom("meant", "hostile", "spoilt"),
  value: index,
  keys: fc.array(fc.tuple(fc.nat({ max: 20 }), index), { minLength: 1, maxLength: 3 }),
});
const recipes = (count: number): fc.Arbitrary<Recipe[]> => fc.array(recipe, { minLength: count, maxLength: count });

function make(good: () => unknown, { kind, value, keys }: Recipe): unknown {
  const meant = good();
  if (kind === "meant") return meant;
  const whole = typeof meant === "object" && meant !== null && !ArrayBuffer.isView(meant);
  if (kind === "hostile" || !whole) return HOSTILE[value]!();
  const copy = (Array.isArray(meant) ? [...(meant as unknown[])] : { ...meant }) as Record<string, unknown>;
  const names = Object.keys(copy);
  for (const [key, which] of keys) copy[names[key % names.length]!] = HOSTILE[which]!();
  return copy;
}
const makeAll = (goods: readonly (() => unknown)[], given: readonly Recipe[]): never[] =>
  goods.map((good, at) => make(good, given[at]!)) as never[];

const shape4 = (): unknown => [1, 1, 4, 4];
const shape3 = (): unknown => [1, 4, 4];
const data = (): unknown => new Float32Array(16);
const tensor = (): unknown => core.zeros([1, 1, 4, 4]);
const layout = (): unknown => ({ layout: "nhwc" });
const none = (): unknown => undefined;

type Call = (...given: never[]) => unknown;
const CALLS: Record<string, readonly [Call, ...(() => unknown)[]]> = {
  tensor: [core.tensor, data, shape4, layout],
  "tensor, of numbers": [core.tensor, () => [1, 2], () => [1, 1, 1, 2], layout],
  "tensor.from": [core.tensor.from, () => [[[[1, 2]]], [[[3, 4n]]]], none, layout],
  "tensor.from with a shape": [core.tensor.from, () => new Float64Array(16), shape3, layout],
  zeros: [core.zeros, shape4, layout],
  randomUniform: [core.randomUniform, shape3, () => ({ seed: 1, min: 0, max: 1, layout: "nchw" })],
  toLayout: [core.toLayout, tensor, () => "nhwc"],
  transpose: [author.transpose, data, data, () => 2, () => 8],
  fromImageData: [core.fromImageData, () => ({ width: 2, height: 2, data: new Uint8ClampedArray(16) })],
  toImageData: [core.toImageData, tensor],
  "network of a list": [(layer) => core.network([layer, CONV]), () => CONV],
  Conv2d: [
    (options, parameters) => new core.Conv2d(options, parameters).weights,
    () => ({
      inChannels: 1,
      outChannels: 1,
      kernelSize: 4,
      stride: 1,
      padding: { top: 1, left: 0, bottom: 0, right: 0 },
      dilation: [1, 1],
      groups: 1,
      bias: false,
      paddingMode: "zeros",
      activation: { clamp: [0, 1] },
    }),
    () => ({ weight: new Float32Array(16) }),
  ],
  "Conv2d with padding": [
    (padding, activation) =>
      new core.Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 3, padding, activation }).problem([1, 1, 4, 4]),
    () => ({ top: 1, left: 0, bottom: 0, right: 0 }),
    () => ({ clamp: [0, 1] }),
  ],
  "Conv2d.problem": [(shape, options) => CONV.problem(shape, options), shape4, () => ({ residual: true })],
  "Conv2d.outputShape": [(shape) => CONV.outputShape(shape), shape3],
  "Conv2d.cost": [(shape) => CONV.cost(shape), shape3],
  depthwiseSeparable: [
    core.depthwiseSeparable,
    () => ({ inChannels: 1, outChannels: 2, kernelSize: 3, multiplier: 2, bias: true, activation: "relu" }),
    () => ({ depthwise: { seed: 1 }, pointwise: { seed: 2 } }),
  ],
  network: [core.network, () => CONV, () => ({ conv: CONV, name: "second", input: 0, residual: "input" })],
  "network's shapes": [(shape) => [NET.problems(shape), NET.outputShape(shape), NET.cost(shape)], shape4],
  conv2dProblem: [core.conv2dProblem, () => PROBLEM],
  inputShape: [core.inputShape, () => PROBLEM],
  outputShape: [core.outputShape, () => PROBLEM],
  weightShape: [core.weightShape, () => PROBLEM],
  problemCost: [core.problemCost, () => PROBLEM],
  totalCost: [core.totalCost, () => [core.problemCost(PROBLEM)]],
  "totalCost of one": [(cost) => core.totalCost([cost]), () => core.problemCost(PROBLEM)],
  formatProblem: [core.formatProblem, () => PROBLEM],
  parseProblem: [core.parseProblem, () => "ic1_ih4_oc1_kh1"],
  activationRange: [author.activationRange, () => ({ clamp: [0, 1] })],
  isClamp: [author.isClamp, () => ({ clamp: [0, 1] })],
  ConvTranspose2d: [
    (options, weights) => new core.ConvTranspose2d(options, weights),
    () => ({
      inChannels: 1,
      outChannels: 1,
      kernelSize: 2,
      stride: [2, 2],
      padding: { top: 1, left: 0, bottom: 0, right: 0 },
      outputPadding: 1,
      groups: 1,
      dilation: 1,
      bias: false,
      activation: "silu",
    }),
    () => ({ weight: new Float32Array(4) }),
  ],
  linear: [
    core.linear,
    () => ({ inFeatures: 2, outFeatures: 1, bias: false, activation: "relu" }),
    () => ({ weight: new Float32Array(2) }),
  ],
  foldBatchNorm: [
    core.foldBatchNorm,
    () => ({ weight: new Float32Array(2), bias: new Float32Array(2) }),
    () => ({
      mean: new Float32Array(2),
      variance: new Float32Array(2).fill(1),
      gamma: new Float32Array(2),
      epsilon: 1,
    }),
  ],
  graph: [
    core.graph,
    () => ({
      inputs: ["x"],
      layers: [CONV, { op: core.add(), name: "sum", inputs: [0, "x"] }],
      outputs: { y: { value: "sum", layout: "nhwc", dims: [1, 4] }, z: 0 },
    }),
  ],
  "graph's shapes": [
    (shapes) => [GRAPH.problems(shapes), GRAPH.outputShape(shapes), GRAPH.cost(shapes)],
    () => ({ x: [1, 1, 4, 4], y: [1, 1, 4, 4] }),
  ],
  activation: [core.activation, () => ({ leakyRelu: 0.1 })],
  prelu: [core.prelu, () => new Float32Array(2)],
  softmax: [() => core.softmax()],
  groupNorm: [core.groupNorm, () => 2, () => ({ eps: 0.5 })],
  instanceNorm2d: [core.instanceNorm2d, () => ({ eps: 0.5 })],
  layerNorm: [core.layerNorm, () => ({ eps: 0.5 })],
  channelShuffle: [core.channelShuffle, () => 2],
  maxPool2d: [core.maxPool2d, () => ({ kernelSize: [2, 2], stride: 1, padding: 1, dilation: 1, ceilMode: true })],
  avgPool2d: [core.avgPool2d, () => ({ kernelSize: 2, padding: { top: 1 }, countIncludePad: false })],
  globalAvgPool2d: [() => core.globalAvgPool2d()],
  globalMaxPool2d: [() => core.globalMaxPool2d()],
  add: [core.add, () => ({ activation: "relu" })],
  multiply: [core.multiply, () => ({ activation: { clamp: [0, 1] } })],
  concat: [() => core.concat()],
  slice: [core.slice, () => ({ channels: [0, 1], rows: [1, -1], columns: [0, 2], step: [1, 2] })],
  pad: [core.pad, () => ({ channels: [1, 2], top: 1, left: 1, bottom: 1, right: 1, value: 0.5 })],
  upsample: [core.upsample, () => ({ scale: [2, 1.5], mode: "nearest", coordinates: "halfPixel", rounding: "ceil" })],
  pixelShuffle: [core.pixelShuffle, () => [2, 2], () => ({ order: "dcr" })],
  reshape: [core.reshape, () => [1, -1, 1, 1], () => ({ order: "nhwc" })],
  operationProblem: [core.operationProblem, () => POOL],
  "operationProblem of a list": [core.operationProblem, () => ({ kind: "concat", channels: [1, 2], h: 1 })],
  operationInputShapes: [core.operationInputShapes, () => POOL],
  operationOutputShape: [core.operationOutputShape, () => POOL],
  isOperationProblem: [core.isOperationProblem, () => POOL],
  formatOperation: [core.formatOperation, () => POOL],
  parseOperation: [core.parseOperation, () => "softmax_c1_h1"],
  isOperationString: [core.isOperationString, () => "softmax_c1_h1"],
  upsampleSources: [author.upsampleSources, () => core.parseOperation("upsample_c1_ih2_oh4_nearest"), () => "h"],
  planMemory: [author.planMemory, () => [{ size: 1, from: 0, to: 1 }]],
  "planMemory of one": [(each) => author.planMemory([each]), () => ({ size: 1, from: 0, to: 1 })],
  defineBackend: [author.defineBackend, () => ({ name: "none", features: {} })],
  checkInteger: [(value) => author.checkInteger("size", value, 1), () => 1],
  checkKeys: [(value) => author.checkKeys("options", value, ["n", "ic", "shape"]), () => ({ n: 1 })],
  checkOneOf: [(value) => author.checkOneOf("layout", value, ["nchw"]), () => "nchw"],
  checkBoolean: [(value) => author.checkBoolean("bias", value), () => true],
};

/**
 * Fails unless the error is a ConveneError with one of `CODES`, whose message has one line. The stack is read only for a failure, because
 * vitest maps each stack to the source, which takes a millisecond.
 */
function expectOurs(error: unknown, name: string): void {
  if (error instanceof core.ConveneError && CODES.has(error.code) && !error.message.includes("\n")) return;
  expect.fail(`${name} threw ${error instanceof Error ? error.stack : String(error)}`);
}

describe("a function of core throws only ConveneError, for any value", () => {
  it.each(Object.entries(CALLS))("%s", (name, [call, ...goods]) => {
    // The right arguments must be taken. Otherwise the rest of the test would show nothing.
    if (name !== "defineBackend") call(...(goods.map((good) => good()) as never[]));
    fc.assert(
      fc.property(recipes(goods.length), (given) => {
        try {
          call(...makeAll(goods, given));
        } catch (error) {
          expectOurs(error, name);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("the table has every function of core", () => {
    const tested = Object.keys(CALLS).map((name) => name.split(/[.,' ]/)[0]);
    const functions = Object.entries({ ...core, ...author }).filter(
      ([name, value]) => typeof value === "function" && !name.endsWith("Error"),
    );
    const elsewhere = ["prepare", "conv2d", "limitOpening"];
    expect([...new Set([...tested, ...elsewhere])].sort()).toEqual(functions.map(([name]) => name).sort());
  });
});

type AsyncCall = (world: World, ...given: never[]) => unknown;
interface World {
  readonly backend: core.Backend;
  readonly model: core.Model;
  readonly plan: core.Conv2dPlan;
  readonly x: core.DeviceTensor;
  readonly y: core.DeviceTensor;
}
const OF_A_BACKEND: Record<string, readonly [AsyncCall, ...(() => unknown)[]]> = {
  prepare: [
    async ({ backend }, layers, shape, options) => (await core.prepare(backend, layers, shape, options)).dispose(),
    () => NET,
    shape3,
    () => ({ accuracy: "strict", profile: true }),
  ],
  conv2d: [
    ({ backend }, x, weight, options) => core.conv2d(backend, x, weight, options),
    tensor,
    () => core.zeros([1, 1, 4, 4]),
    () => ({ stride: 1, padding: 1, groups: 1, bias: new Float32Array(1), activation: "relu", accuracy: "fast" }),
  ],
  "model.run": [({ model }, x, options) => model.run(x, options), tensor, () => ({ into: core.zeros([1, 1, 4, 4]) })],
  "backend.upload": [({ backend }, x, target) => void backend.upload(x, target)?.dispose(), tensor, none],
  "backend.allocate": [({ backend }, shape) => backend.allocate(shape).dispose(), shape4],
  "backend.allocateShared": [
    ({ backend }, one) => backend.allocateShared([one]).forEach((each) => each.dispose()),
    () => ({ shape: [1, 1, 2, 2], from: 0, to: 1 }),
  ],
  "backend.allocateShared of none": [({ backend }, list) => void backend.allocateShared(list), () => []],
  "prepare by name": [
    async ({ backend }, layers, shapes) => (await core.prepare(backend, layers, shapes)).dispose(),
    () => GRAPH,
    () => ({ x: [1, 1, 4, 4], y: [1, 1, 4, 4] }),
  ],
  "model.run by name": [
    async ({ backend }, inputs) => {
      const model = await core.prepare(backend, GRAPH, { x: [1, 1, 4, 4], y: [1, 1, 4, 4] });
      await model.run(inputs).finally(() => model.dispose());
    },
    () => ({ x: core.zeros([1, 1, 4, 4]), y: core.zeros([1, 1, 4, 4]) }),
  ],
  "backend.prepareOperation": [
    async ({ backend }, problem, parameters) => (await backend.prepareOperation(problem, parameters)).dispose(),
    () => core.operationProblem({ kind: "prelu", c: 2, h: 1 }),
    () => ({ slope: new Float32Array(2) }),
  ],
  "operation.run": [
    async ({ backend, x, y }, second, inputs) => {
      const plan = await backend.prepareOperation(core.operationProblem({ kind: "add", c: 1, h: 4 }));
      try {
        plan.run(inputs ?? [x, second ?? x], y);
      } finally {
        plan.dispose();
      }
    },
    none,
    none,
  ],
  "backend.prepareConv2d": [
    async ({ backend }, problem, weights, options) =>
      (await backend.prepareConv2d(problem, weights, options)).dispose(),
    () => PROBLEM,
    () => WEIGHTS,
    () => ({ accuracy: "strict" }),
  ],
  "backend.read": [
    ({ backend, x }, tensorOrNone, options) => backend.read(tensorOrNone ?? x, options),
    none,
    () => ({ layout: "nhwc", into: core.zeros([1, 1, 4, 4], { layout: "nhwc" }) }),
  ],
  "plan.run": [({ plan, x, y }, input, output) => plan.run(input ?? x, output ?? y), none, none],
};

describe("a method of a backend, model or plan rejects only with ConveneError, for any value", () => {
  it.each(Object.entries(OF_A_BACKEND))("%s", async (name, [call, ...goods]) => {
    const plain = plainBackend();
    const { backend } = plain;
    const world: World = {
      backend,
      model: await core.prepare(backend, NET, [1, 1, 4, 4]),
      plan: await backend.prepareConv2d(PROBLEM, WEIGHTS),
      x: backend.upload(core.zeros([1, 1, 4, 4])),
      y: backend.allocate([1, 1, 4, 4]),
    };
    const before = plain.live();
    await call(world, ...(goods.map((good) => good()) as never[]));
    await fc.assert(
      fc.asyncProperty(recipes(goods.length), async (given) => {
        try {
          await call(world, ...makeAll(goods, given));
        } catch (error) {
          expectOurs(error, name);
        }
        const after = plain.live();
        if (!isDeepStrictEqual(after, before)) {
          throw new Error(`${name} left ${JSON.stringify(after)}; expected ${JSON.stringify(before)}`);
        }
      }),
      { numRuns: RUNS },
    );
    // The backend still works.
    expect((await backend.read(world.x)).data).toHaveLength(16);
  });

  it.each(HOSTILE.map((_, at) => at))("prepare, with the value %d of HOSTILE as the backend", async (at) => {
    const opened = core.prepare(HOSTILE[at]!() as core.Backend, CONV, [1, 1, 1, 1]);
    expectOurs(
      await opened.then(
        () => undefined,
        (error: unknown) => error,
      ),
      "prepare",
    );
  });
});

/** The backend over an engine without a graphics processor, so that everything that the engine is asked for can be seen. */

import {
  type Backend,
  Conv2d,
  ConveneError,
  inputShape,
  network,
  outputShape,
  parseOperation,
  parseProblem,
  prepare,
  randomUniform,
  tensor,
  weightShape,
} from "@convene/core";
import { defineBackend, OPERATION_KINDS } from "@convene/core/backend";
import { describe, expect, it } from "vitest";
import { gpuImplementation } from "./backend.js";
import type { Engine } from "./engines/engine.js";
import { openHost } from "./engines/host.js";

type Handle = ReturnType<ReturnType<typeof openHost>["allocate"]>;

function watched(changes: Partial<Engine<Handle>> = {}) {
  const engine = openHost("cpu");
  const calls: string[] = [];
  const live = new Set<object>();
  const backend: Backend = defineBackend(
    gpuImplementation<Handle>(
      {
        ...engine,
        async compile(...args) {
          calls.push("compile");
          const kernel = await engine.compile(...args);
          const destroy = kernel.destroy.bind(kernel);
          return Object.assign(kernel, {
            destroy() {
              calls.push("destroy");
              destroy();
            },
          });
        },
        ready(handle) {
          calls.push("ready");
          return engine.ready(handle);
        },
        allocate(planes) {
          calls.push("allocate");
          const handle = engine.allocate(planes);
          live.add(handle);
          return handle;
        },
        view(handle, planes) {
          const own = engine.view(handle, planes);
          live.add(own);
          return own;
        },
        free: (handle) => void live.delete(handle),
        ...changes,
      },
      { nonFinite: true, subnormals: true, operations: OPERATION_KINDS },
    ),
  );
  return { backend, live, calls: (name: string) => calls.filter((call) => call === name).length };
}

const PROBLEM = parseProblem("ic4_ih6_oc4_kh3_ph1_nobias");
const WEIGHTS = { weight: randomUniform(weightShape(PROBLEM), { seed: 1 }).data };
const X = randomUniform(inputShape(PROBLEM), { seed: 2 });
const OUT_OF_MEMORY = new ConveneError("ERR_OUT_OF_MEMORY", "gpu: the device has no memory for 64 bytes");

describe("memory", () => {
  it("is allocated by prepare, shared by tensors with separate lifetimes, and freed by dispose", async () => {
    const { backend, live, calls } = watched();
    const layer = (seed: number) => new Conv2d({ inChannels: 4, outChannels: 4, kernelSize: 1 }, { seed });
    const model = await prepare(backend, network(...[1, 2, 3, 4, 5, 6].map(layer)), X.shape);
    // Six layers' weights, and two objects that seven values take in turn.
    expect(calls("allocate")).toBe(6 + 2);
    const first = await model.run(X);
    const [second, third] = await Promise.all([model.run(X), model.run(X)]);
    expect([second!.data, third!.data]).toEqual([first.data, first.data]);
    expect(calls("allocate")).toBe(6 + 2);
    // Asked once of the weights, and once of each value.
    expect(calls("ready")).toBe(6 + 7);
    model.dispose();
    await backend.sync();
    expect(live.size).toBe(0);
    await backend.dispose();
  });

  it("for shared tensors is freed if the second of two allocations fails", async () => {
    const host = openHost("cpu");
    let left = 1;
    const { backend } = watched({
      allocate(planes) {
        if (left-- === 0) throw OUT_OF_MEMORY;
        freed.set(planes.width, false);
        return Object.assign(host.allocate(planes), { width: planes.width });
      },
      free: (handle) => void freed.set((handle as unknown as { width: number }).width, true),
    });
    const freed = new Map<number, boolean>();
    const lifetimes = [8, 7].map((w) => ({ shape: [1, 4, 1, w], from: 0, to: 1 }) as const);
    expect(() => backend.allocateShared(lifetimes)).toThrow(/no memory for 64 bytes/);
    expect([...freed]).toEqual([[8, true]]);
    await backend.dispose();
  });

  it("that is missing in prepare fails that prepare only", async () => {
    let full = true;
    const { backend, live } = watched({
      ready: async () => {
        if (full) throw OUT_OF_MEMORY;
      },
    });
    await expect(backend.prepareConv2d(PROBLEM, WEIGHTS)).rejects.toMatchObject({ code: "ERR_OUT_OF_MEMORY" });
    expect(live.size).toBe(0);
    full = false;
    const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    const output = backend.allocate(outputShape(PROBLEM));
    plan.run(backend.upload(X), output);
    await backend.read(output);
    await backend.dispose();
  });

  it("that is missing in a run makes every later call fail, and dispose still frees plans and tensors", async () => {
    let full = false;
    const { backend, live } = watched({
      ready: async () => {
        if (full) throw OUT_OF_MEMORY;
      },
    });
    const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
    const [input, output] = [backend.upload(X), backend.allocate(outputShape(PROBLEM))];
    await backend.sync();
    full = true;
    plan.run(input, output);
    const final = { code: "ERR_EXECUTION", message: expect.stringMatching(/no memory for 64 bytes/) };
    await expect(backend.sync()).rejects.toMatchObject(final);
    expect(() => backend.upload(X)).toThrow(/no memory for 64 bytes/);
    for (const each of [plan, input, output]) each.dispose();
    await expect(backend.sync()).rejects.toMatchObject(final);
    await new Promise((resolve) => setTimeout(resolve));
    expect(live.size).toBe(0);
    await backend.dispose();
  });
});

describe("a plan of several kernels", () => {
  const problem = parseOperation("softmax_c5_h1_w2");
  const shape = [1, 5, 1, 2] as const;
  const source = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], shape);

  it("has its own memory between the kernels, and shares the kernels with the next plan for the problem", async () => {
    const { backend, live, calls } = watched();
    const [first, second] = [await backend.prepareOperation(problem), await backend.prepareOperation(problem)];
    expect([calls("compile"), calls("allocate"), live.size]).toEqual([2, 2, 2]);
    const input = backend.upload(source);
    const outputs = [first, second].map((plan) => {
      const output = backend.allocate(shape);
      plan.run([input], output);
      return output;
    });
    const [a, b] = [await backend.read(outputs[0]!), await backend.read(outputs[1]!)];
    expect(b.data).toEqual(a.data);
    expect(a.data[8]! + a.data[6]!).toBeGreaterThan(0.9);
    for (const each of [first, second, input, ...outputs]) each.dispose();
    await backend.sync();
    expect(live.size).toBe(0);
    await backend.dispose();
  });

  it("frees its first allocations if there is no memory for the others, and can be prepared later", async () => {
    let full = true;
    const { backend, live, calls } = watched({
      ready: async () => {
        if (full) throw OUT_OF_MEMORY;
      },
    });
    await expect(backend.prepareOperation(problem)).rejects.toMatchObject({ code: "ERR_OUT_OF_MEMORY" });
    expect(live.size).toBe(0);
    full = false;
    (await backend.prepareOperation(problem)).dispose();
    expect(calls("compile")).toBe(2);
    await backend.dispose();
  });
});

it("keeps 64 unused kernels for later plans, for any number of kernels in use", async () => {
  const { backend, calls } = watched();
  const prepareOne = (bound: number) =>
    backend.prepareConv2d(parseProblem(`ic1_ih1_oc1_kh1_nobias_clamp0:${bound}`), { weight: Float32Array.of(1) });
  const used = await Promise.all(Array.from({ length: 70 }, (_, i) => prepareOne(i + 1)));
  for (let i = 0; i < 5; i++) (await prepareOne(1000)).dispose();
  expect([calls("compile"), calls("destroy")]).toEqual([71, 0]);
  for (const each of used) each.dispose();
  await backend.sync();
  expect(calls("destroy")).toBe(71 - 64);
  // The oldest has gone by now, the latest has not.
  (await prepareOne(70)).dispose();
  expect(calls("compile")).toBe(71);
  (await prepareOne(1)).dispose();
  expect(calls("compile")).toBe(72);
  await backend.dispose();
});

it("refuses problems that the engine refuses, and keeps working", async () => {
  const { backend } = watched({ refuse: ({ planes }) => (planes > 3 ? "takes 4 planes" : undefined) });
  const refused = async (text: string, reason: RegExp): Promise<void> => {
    const problem = parseProblem(text);
    await expect(backend.prepareConv2d(problem, { weight: randomUniform(weightShape(problem)).data })).rejects.toThrow(
      expect.objectContaining({ code: "ERR_UNSUPPORTED", message: expect.stringMatching(reason) }),
    );
  };
  await refused("ic16_ih1_oc1_kh1_nobias", /gpu: the input \(1 x 16 x 1 x 1\) takes 4 planes/);
  await refused("ic1_ih1_oc16_kh1_nobias", /gpu: the weight tensor takes 4 planes/);
  expect(() => backend.allocate([4, 1, 1, 1])).toThrow(/a tensor of 4 x 1 x 1 x 1 takes 4 planes/);
  await backend.sync();
  await backend.dispose();
});

it("refuses taps whose coordinates float32 cannot count, and is right for the largest coordinates below", async () => {
  const { backend } = watched();
  const weights = { weight: Float32Array.of(1, 2) };
  for (const far of [
    "ic1_ih1_iw5_oc1_kh1_kw2_pl500000000_dw500000000_nobias",
    "ic1_ih5_iw1_oc1_kh2_kw1_pt500000000_dh500000000_nobias",
    "ic1_ih1_iw5_oc1_kh1_kw2_sw16777217_pl16777217_nobias",
  ]) {
    await expect(backend.prepareConv2d(parseProblem(far), weights)).rejects.toThrow(
      expect.objectContaining({
        code: "ERR_UNSUPPORTED",
        message: expect.stringMatching(/gpu: taps reach coordinate \d+ of the padded input: .*float32/),
      }),
    );
  }
  // 4 + 16777212 is 2^24.
  const near = parseProblem("ic1_ih1_iw5_oc1_kh1_kw2_pl16777212_dw16777212_nobias");
  const plan = await backend.prepareConv2d(near, weights);
  const output = backend.allocate(outputShape(near));
  plan.run(backend.upload(tensor([1, 2, 3, 4, 5], inputShape(near))), output);
  expect([...(await backend.read(output)).data]).toEqual([2, 4, 6, 8, 10]);
  await backend.dispose();
});

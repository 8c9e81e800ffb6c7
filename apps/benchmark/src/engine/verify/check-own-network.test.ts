import { referenceBackend } from "@convene/conformance";
import { Conv2d, network, prepare, type Shape4, tensor } from "@convene/core";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../compare-report.js";
import type { OpenBackend } from "../open-backends.js";
import type { PrepareNetwork } from "../own-network.js";
import { checkOwnNetworks, compareOutputs } from "./check-own-network.js";

const shape: Shape4 = [1, 2, 5, 5];
const layers = [
  new Conv2d({ inChannels: 2, outChannels: 4, kernelSize: 3, padding: 1, activation: "relu6" }, { seed: 1 }),
  new Conv2d({ inChannels: 4, outChannels: 3, kernelSize: 1 }, { seed: 2 }),
] as const;
const chain = { network: network(...layers), inputShapes: { input: shape } };
const right: PrepareNetwork = async (backend) => prepare(backend, chain.network, chain.inputShapes);

async function verdictsOf(prepareNetwork?: PrepareNetwork): Promise<readonly Verdict[]> {
  const backend = await referenceBackend();
  const open: OpenBackend = {
    name: "own",
    asked: "own",
    backend,
    start: 0,
    another: referenceBackend,
    ...(prepareNetwork && { prepareNetwork }),
  };
  const verdicts: Verdict[] = [];
  await checkOwnNetworks("net", chain, [open], {
    waiting: { signal: new AbortController().signal, onIdle: () => () => undefined },
    onVerdict: (verdict) => verdicts.push(verdict),
    onProblem: () => undefined,
  });
  return verdicts;
}

describe("checkOwnNetworks", () => {
  it("compares a whole network of a library with the reference, end to end", async () => {
    const [verdict, ...others] = await verdictsOf(right);
    expect(others).toEqual([]);
    expect(verdict).toMatchObject({ workload: "net", problem: "end to end", a: "own", status: "agrees" });
    expect(verdict!.errorOverBound).toBeLessThan(0.01);
  });

  it("ignores backends that run layer by layer", async () => {
    expect(await verdictsOf()).toEqual([]);
    expect(await verdictsOf(async () => undefined)).toEqual([]);
  });

  it("finds one wrong element", async () => {
    const [verdict] = await verdictsOf(async (...given) => {
      const model = (await right(...given))!;
      return {
        dispose: () => model.dispose(),
        run: async (inputs) => {
          const { output } = await model.run(inputs);
          output!.data[7]! += 0.01;
          return { output: output! };
        },
      };
    });
    expect(verdict).toMatchObject({ status: "disagrees" });
    expect(verdict!.message).toMatch(/^element 7 of the output output is .+; expected .+, and at most 0\.0001/);
    expect(verdict!.errorOverBound).toBeGreaterThan(1);
  });

  it("reports an error", async () => {
    const [verdict] = await verdictsOf(() => Promise.reject(new Error("no such file")));
    expect(verdict).toMatchObject({ status: "failed", message: "no such file" });
  });
});

describe("compareOutputs", () => {
  const expected = new Map([["y", Float32Array.of(0, 1)]]);

  it("takes zeros for zeros where all outputs are zero, and nothing else", () => {
    const zeros = new Map([["y", new Float32Array(3)]]);
    expect(compareOutputs(zeros, { y: tensor([0, -0, 0], [1, 3, 1, 1]) })).toEqual({
      status: "agrees",
      errorOverBound: 0,
    });
    expect(compareOutputs(zeros, { y: tensor([0, 1e-9, 0], [1, 3, 1, 1]) }).status).toBe("disagrees");
    const floors = new Map([["y", 1e-8]]);
    expect(compareOutputs(zeros, { y: tensor([0, 1e-9, 0], [1, 3, 1, 1]) }, floors).status).toBe("agrees");
  });

  it("finds an output that is missing, too short, or NaN", () => {
    const of = (...data: number[]) => ({ y: tensor(Float32Array.from(data), [1, 1, 1, data.length]) });
    expect(compareOutputs(expected, {}).message).toBe("the output y is missing; expected 2 elements");
    expect(compareOutputs(expected, of(0)).message).toBe("the output y is of 1 elements; expected 2 elements");
    expect(compareOutputs(expected, of(0, NaN))).toMatchObject({ status: "disagrees" });
    expect(compareOutputs(expected, of(0, 1))).toEqual({ status: "agrees", errorOverBound: 0 });
  });
});

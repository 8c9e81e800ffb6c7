import { readFileSync } from "node:fs";
import { referenceBackend } from "@convene/conformance";
import { Conv2d, graph, prepare, reshape, type Tensor, tensor } from "@convene/core";
import { expect, it } from "vitest";
import type { OpenBackend } from "../open-backends.js";
import { onnxWorkload } from "../workloads/onnx-workload.js";
import { checkOutputs, type Dense, hasFile, type OnnxRuntime } from "./check-outputs.js";
import { createTallies } from "./tally.js";

const FILE = new URL("../../../../../packages/onnx/test-files/torch/squeezenet.onnx", import.meta.url);
const { chain } = onnxWorkload("squeezenet.onnx", new Uint8Array(readFileSync(FILE)));
if (!hasFile(chain)) throw new Error("a workload from a file has none");
const [output] = chain.network.outputs;

/** The reference in the place of ONNX Runtime. `change` makes the two differ. */
function runtimeThat(change: (data: Float32Array) => void): OnnxRuntime & { readonly feeds: Record<string, Dense>[] } {
  const feeds: Record<string, Dense>[] = [];
  return {
    name: "a runtime",
    feeds,
    async run(_file, inputs) {
      feeds.push({ ...inputs });
      const backend = await referenceBackend();
      const model = await prepare(backend, chain!.network, chain!.inputShapes);
      const given: Record<string, Tensor> = {};
      for (const [name, { data }] of Object.entries(inputs)) given[name] = tensor(data, chain!.inputShapes[name]!);
      const answer = (await model.run(given))[output!.name]!;
      await backend.dispose();
      const data = new Float32Array(answer.data);
      change(data);
      return { [output!.name]: data };
    },
  };
}

const spread = (data: Float32Array): number => Math.max(...data) - Math.min(...data);

async function resultOf(runtime: OnnxRuntime, network = chain) {
  const backend = await referenceBackend();
  const open: OpenBackend = { name: "one", asked: "one", backend, start: 0, another: referenceBackend };
  const tallies = createTallies();
  const waiting = { signal: new AbortController().signal, onIdle: () => () => undefined };
  if (!hasFile(network)) throw new Error("a workload from a file has none");
  await checkOutputs(network, [open], tallies, waiting, { runtime, label: "net", seed: 1, rerun: () => "again" });
  return tallies.results()[0]!;
}

it("compares a network's outputs with those of ONNX Runtime, on inputs with the file's dimensions", async () => {
  const runtime = runtimeThat(() => undefined);
  const { check, against, counts, worstRatio } = await resultOf(runtime);
  expect({ check, against }).toEqual({ check: "net, outputs", against: "ONNX Runtime" });
  expect(counts).toMatchObject({ passed: 1, failed: 0 });
  expect(worstRatio).toBe(0);
  expect(Object.values(runtime.feeds[0]!)[0]!.dims).toEqual([1, 3, 37, 37]);
});

it("skips a network that amplifies rounding so much that ONNX Runtime is further from the reference than the backend", async () => {
  const { counts, skipped } = await resultOf(runtimeThat((data) => void (data[5]! += 5e-4 * spread(data))));
  expect(counts).toMatchObject({ passed: 0, failed: 0, skipped: 1 });
  expect(skipped[0]!.reason).toMatch(/a runtime is 0\.000\d+ off the float64 reference, and one 0\.0$/);
});

/** A network with the inputs of the file, whose output is a sigmoid far below zero. */
const small = {
  ...chain,
  network: graph({
    inputs: chain.network.inputs,
    layers: [
      {
        conv: new Conv2d(
          { inChannels: 3, outChannels: 3, kernelSize: 1, groups: 3, activation: "sigmoid" },
          { weight: new Float32Array(3), bias: new Float32Array(3).fill(-30) },
        ),
      },
      { op: reshape([1, -1, 1, 1]) },
    ],
    outputs: { y: 1 },
  }),
};

it("allows four roundings of 1 in a sigmoid that is zero in float32, where all outputs are smaller", async () => {
  const run = async (offset: number) => {
    const runtime = { name: "a runtime", run: async () => ({ y: new Float32Array(3 * 37 * 37).fill(offset) }) };
    return (await resultOf(runtime, small)).counts;
  };
  expect(await run(1.5e-7)).toMatchObject({ passed: 1 });
  expect(await run(1e-3)).toMatchObject({ failed: 1 });
});

it("names the output and the element that differ", async () => {
  const { counts, failures } = await resultOf(runtimeThat((data) => void (data[5]! += 1)));
  expect(counts.failed).toBe(1);
  expect(failures[0]!.message).toMatch(new RegExp(`^element 5 of the output ${output!.name} is`));
});

it.each([
  ["does not take the file", () => Promise.reject(new Error("no kernel for Foo")), "no kernel for Foo"],
  ["gives other outputs", async () => ({ other: new Float32Array(1) }), `there is no output ${output!.name}`],
])("skips the check where ONNX Runtime %s, and says so", async (_, run, reason) => {
  const { counts, skipped } = await resultOf({ name: "a runtime", run });
  expect(counts).toMatchObject({ passed: 0, failed: 0, skipped: 1 });
  expect(skipped[0]!.reason).toContain(reason);
});

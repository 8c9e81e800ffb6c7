/** MobileNet V1 runs on the device from its image to its classes, and each layer is compared with cpu. */

import { checkAgreement, transformedBound } from "@convene/conformance";
import {
  type Backend,
  type Conv2d,
  type Conv2dProblem,
  type DeviceTensor,
  prepare,
  randomUniform,
  type ResolvedConv2d,
  type Tensor,
  tensor,
} from "@convene/core";
import { cpu } from "@convene/cpu";
import { gpu } from "@convene/gpu";
import { expect, it, vi } from "vitest";
import { mobilenetV1 } from "../../engine/workloads/mobilenet-v1.js";

const missing = await gpu().then(
  async (backend) => void (await backend.dispose()),
  (error: Error) => error.message,
);

it.skipIf(missing !== undefined && !process.env["CI"])(
  "takes one upload and one read, and is within twice the bound of cpu, layer by layer",
  { timeout: 600_000 },
  async () => {
    // A smaller image, which a driver in software computes in a fifth of the time.
    const { network, inputShapes } = mobilenetV1(96).chain!;
    const inputShape = inputShapes["input"]!;
    const layers = network.layers as readonly ResolvedConv2d[];
    const problems = network.problems(inputShape) as readonly Conv2dProblem[];
    const x = randomUniform(inputShape, { seed: 1 });
    const [device, host] = [await gpu(), await cpu()];
    try {
      const model = await prepare(device, network, inputShape);
      const [upload, read] = [vi.spyOn(device, "upload"), vi.spyOn(device, "read")];
      const result = await model.run(x);
      expect([upload.mock.calls.length, read.mock.calls.length]).toEqual([1, 1]);
      model.dispose();

      // A second run reads the values between the layers. Its final result must have the same bits.
      const between = await layerByLayer(device, x);
      expect(Buffer.from(between.at(-1)!.data.buffer).equals(Buffer.from(result.data.buffer))).toBe(true);
      for (const [index, problem] of problems.entries()) {
        const { name, conv } = layers[index]!;
        const input = index === 0 ? x : between[index - 1]!;
        const alone = await prepare(host, conv, input.shape);
        const there = await alone.run(input);
        const operands = { input: input.data, ...conv.weights };
        const magnitude = await magnitudeOf(host, problem, conv, input);
        const isTransformed = alone.layers[0]!.arithmetic === "transformed";
        const bounds = isTransformed ? { b: transformedBound(problem, operands) } : {};
        const { ok, ratio } = checkAgreement(between[index]!.data, there.data, magnitude, problem, bounds);
        expect(ok, `${name}: ${ratio} of twice the bound`).toBe(true);
      }
    } finally {
      await device.dispose();
      await host.dispose();
    }

    async function layerByLayer(backend: Backend, image: Tensor): Promise<readonly Tensor[]> {
      const results: Tensor[] = [];
      let input: DeviceTensor = backend.upload(image);
      for (const [index, problem] of problems.entries()) {
        const plan = await backend.prepareConv2d(problem, layers[index]!.conv.weights);
        const output = backend.allocate([problem.n, problem.oc, problem.oh, problem.ow]);
        plan.run(input, output);
        results.push(await backend.read(output));
        plan.dispose();
        input.dispose();
        input = output;
      }
      return results;
    }
  },
);

/**
 * The sum of the absolute products of each element, by a backend in float32. The reference would take seconds for a whole network in
 * float64, and its last digits do not matter for a bound.
 */
async function magnitudeOf(
  backend: Backend,
  problem: Conv2dProblem,
  conv: Conv2d,
  input: Tensor,
): Promise<Float32Array> {
  const { weight, bias } = conv.weights;
  // All layers end in no activation or in ReLU, which does not change a sum of absolute values.
  const plan = await backend.prepareConv2d(
    problem,
    { weight: weight.map(Math.abs), bias: bias?.map(Math.abs) },
    { accuracy: "strict" },
  );
  const absolute = backend.upload(tensor(input.data.map(Math.abs), input.shape));
  const output = backend.allocate([problem.n, problem.oc, problem.oh, problem.ow]);
  plan.run(absolute, output);
  const { data } = await backend.read(output);
  for (const each of [plan, absolute, output]) each.dispose();
  return data;
}

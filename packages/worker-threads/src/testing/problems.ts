/** Random convolutions and networks, run on any backend, for tests that compare bits. */

import { makeOperands, randomProblem } from "@convene/conformance";
import {
  type Backend,
  Conv2d,
  type Conv2dProblem,
  inputShape,
  type Network,
  network,
  outputShape,
  prepare,
  randomUniform,
  type Tensor,
  tensor,
} from "@convene/core";

/** A computation with an output; `name` is for the message of a failure. */
export interface Example {
  readonly name: string;
  /** The number of convolutions. */
  readonly count: number;
  /** The bits of the output. All tensors and plans are disposed while the run is in flight. */
  bits(backend: Backend): Promise<Int32Array>;
}

/** One convolution of real values. */
export function problemExample(name: string, problem: Conv2dProblem, seed: number): Example {
  return {
    name,
    count: 1,
    async bits(backend) {
      const { input, weight, bias, residual } = makeOperands(problem, "real", seed);
      const plan = await backend.prepareConv2d(problem, { weight, bias });
      const x = backend.upload(tensor(input, inputShape(problem)));
      const r = residual && backend.upload(tensor(residual, outputShape(problem)));
      // An element that nobody writes stays NaN.
      const { n, oc, oh, ow } = problem;
      const y = backend.upload(tensor(new Float32Array(n * oc * oh * ow).fill(NaN), outputShape(problem)));
      plan.run(x, y, r);
      const reading = backend.read(y);
      for (const each of [plan, x, r, y]) each?.dispose();
      return new Int32Array((await reading).data.buffer);
    },
  };
}

/** @param random numbers in `[0, 1)` */
export function randomProblemExample(name: string, random: () => number): Example {
  return problemExample(name, randomProblem(random), 1 + Math.floor(random() * 1e6));
}

/** A chain of `count` layers that keep the shape. Each layer has several jobs, and each step reads the output of the step before. */
export function randomNetworkExample(name: string, random: () => number, count: number): Example {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const channels = pick([12, 16, 24]);
  const size = pick([9, 12, 16]);
  const seed = 1 + Math.floor(random() * 1e6);
  const layers = Array.from({ length: count }, (_, at) => ({
    conv: new Conv2d(
      {
        inChannels: channels,
        outChannels: channels,
        kernelSize: pick([1, 3, 3, 5]),
        groups: pick([1, 1, channels, 4]),
        padding: "same",
        paddingMode: pick(["zeros", "zeros", "zeros", "circular"]),
      },
      { seed: seed + at },
    ),
    ...(at > 1 && random() < 0.3 ? { residual: at - 2 } : {}),
  }));
  const x = randomUniform([pick([1, 2]), channels, size, size], { seed });
  return networkExample(name, network(...layers), x);
}

/** A chain of 3x3 layers, each large enough to wake several workers for. */
export function largeNetworkExample(name: string, seed: number, count: number): Example {
  const layers = Array.from(
    { length: count },
    (_, at) => new Conv2d({ inChannels: 16, outChannels: 16, kernelSize: 3, padding: 1 }, { seed: seed + at }),
  );
  return networkExample(name, network(...layers), randomUniform([1, 16, 64, 64], { seed }));
}

function networkExample(name: string, net: Network, x: Tensor): Example {
  return {
    name,
    count: net.layers.length,
    async bits(backend) {
      const model = await prepare(backend, net, x.shape);
      const running = model.run(x);
      model.dispose();
      return new Int32Array((await running).data.buffer);
    },
  };
}

/** Whether both have the same bits. */
export function sameBits(a: Int32Array, b: Int32Array): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}

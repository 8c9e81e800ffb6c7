/**
 * A backend with two faults: standard convolutions go to one faulty backend, and grouped convolutions go to another. A real backend
 * may have a kernel for each, and both may be wrong.
 */

import { type Backend, inputShape, outputShape, tensor, toLayout, zeros } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { FAULTS } from "../faulty-backends/index.js";

/** Pairs of names: the fault of standard convolutions, and the fault of grouped convolutions. */
export const PAIRS: readonly (readonly [standard: string, grouped: string])[] = [
  ["weights-as-iohw", "bias-of-the-first-group"],
  ["weights-as-hwio", "depthwise-weights-of-tensorflow"],
  ["kernel-flipped", "groups-swapped"],
  ["pad-off-by-one", "last-group-one-early"],
  ["right-pad-for-left", "residual-after-clamp"],
  ["stride-swapped", "bias-from-every-group"],
  ["dilation-ignored-in-one-axis", "clamp-before-bias"],
  ["kernel-row-of-the-height", "tail-not-written"],
  ["residual-subtracted", "second-image-reads-the-first"],
  ["relu6-without-the-6", "replicate-as-zeros"],
  ["bias-dropped", "last-odd-column-missing"],
  ["circular-off-by-one", "residual-of-the-first-image"],
  ["reflect-doubles-the-edge", "multiplier-reads-channel-o-mod-ic"],
  ["output-rows-as-long-as-the-inputs", "pad-off-by-one"],
  ["rows-padded-to-4", "dilated-pad"],
  ["packed-for-the-wrong-tile", "residual-in-the-other-layout"],
  ["channel-tail-of-the-next-pixel", "stride-swapped"],
  ["pads-of-axes-swapped", "kernel-flipped"],
  ["tail-not-written", "pad-off-by-one"],
  ["last-odd-column-missing", "groups-swapped"],
];

type Storage = { data: Float32Array };

export async function twoFaults(standard: string, grouped: string): Promise<Backend> {
  const [one, other] = await Promise.all(
    [standard, grouped].map((name) => FAULTS.find((fault) => fault.name === name)!.backend()),
  );
  let last: Promise<unknown> = Promise.resolve();
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine;
    mine.catch(() => undefined);
    return mine;
  };
  return defineBackend<Storage>({
    name: "two faults",
    device: `${standard}, and ${grouped} with groups`,
    features: one!.features,
    allocate: (shape) => ({ data: zeros(shape).data }),
    free: () => undefined,
    upload(source, target) {
      const copy = toLayout(source, "nchw").data.slice();
      void queued(async () => target.data.set(copy));
    },
    read: (source, shape, layout) => queued(async () => toLayout(tensor(source.data.slice(), shape), layout)),
    async prepareConv2d(problem, weights, options) {
      const inner = problem.g > 1 ? other! : one!;
      const plan = await inner.prepareConv2d(problem, weights, options);
      return {
        algorithm: plan.algorithm,
        run(input, output, residual) {
          void queued(async () => {
            const shape = outputShape(problem);
            const tensors = [
              inner.upload(tensor(input.data, inputShape(problem))),
              inner.upload(tensor(output.data, shape)),
              ...(residual ? [inner.upload(tensor(residual.data, shape))] : []),
            ] as const;
            plan.run(tensors[0], tensors[1]!, tensors[2]);
            output.data.set((await inner.read(tensors[1]!)).data);
            for (const each of tensors) each.dispose();
          });
        },
        dispose: () => void queued(async () => plan.dispose()),
      };
    },
    sync: () => queued(async () => undefined),
    async dispose() {
      await last.catch(() => undefined);
      await Promise.all([one!.dispose(), other!.dispose()]);
    },
  });
}

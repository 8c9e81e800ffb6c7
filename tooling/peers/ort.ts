/**
 * ONNX Runtime behind the Backend interface, for any of its builds. Each plan has a session with a model of one convolution. Sessions
 * run asynchronously, so work waits in a queue, in the order of calls.
 */

import { type Backend, type BackendFeatures, tensor, toLayout } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { INPUT, onnxModel, OUTPUT, RESIDUAL } from "./onnx.js";
import type { Ort, OrtSessionOptions, OrtTensor } from "./ort-types.js";

export interface OrtBackendOptions {
  readonly name: string;
  readonly device: string;
  readonly session: OrtSessionOptions;
  readonly features: BackendFeatures;
  /** Makes the model of a problem. Default: a model with the problem's explicit pads. */
  readonly model?: typeof onnxModel;
}

/** An uploaded tensor, or a result that the queue will compute. */
interface Result {
  tensor: OrtTensor | undefined;
}

/** A storage. It holds the latest result, because each run makes a new tensor. */
interface Holder {
  result: Result | undefined;
}

export function ortBackend(
  ort: Ort,
  { name, device, session: options, features, model = onnxModel }: OrtBackendOptions,
): Backend {
  const plans = new Set<{ dispose(): void }>();
  let queue = Promise.resolve();
  const enqueue = (step: () => Promise<void>): void => {
    queue = queue.then(step);
    // The next read or sync awaits the queue, and rejects. Until then the rejection must not count as unhandled.
    queue.catch(() => undefined);
  };
  const settled = (): Promise<void> => queue.catch(() => undefined);
  const released: Promise<void>[] = [];

  return defineBackend<Holder>({
    name,
    device,
    features,
    allocate: () => ({ result: undefined }),
    free(holder) {
      holder.result = undefined;
    },
    upload(source, target) {
      // The array is copied, because ONNX Runtime reads it later, when it runs.
      target.result = { tensor: new ort.Tensor("float32", toLayout(source, "nchw").data.slice(), source.shape) };
    },
    async read({ result }, shape, layout) {
      await queue;
      if (!result?.tensor) throw new Error("read before anything was written");
      return toLayout(tensor(result.tensor.data.slice(), shape, { layout: "nchw" }), layout);
    },
    async prepareConv2d(problem, weights) {
      const session = await ort.InferenceSession.create(model(problem, weights), options);
      const plan = {
        algorithm: "Conv",
        run(input: Holder, output: Holder, residual: Holder | undefined) {
          const [x, r] = [input.result, residual?.result];
          const y: Result = { tensor: undefined };
          output.result = y;
          enqueue(async () => {
            y.tensor = (await session.run({ [INPUT]: x!.tensor!, ...(r ? { [RESIDUAL]: r.tensor! } : {}) }))[OUTPUT]!;
          });
        },
        dispose() {
          plans.delete(plan);
          released.push(settled().then(() => session.release()));
        },
      };
      plans.add(plan);
      return plan;
    },
    sync: () => queue,
    async dispose() {
      for (const plan of plans) plan.dispose();
      await settled();
      await Promise.all(released);
    },
  });
}

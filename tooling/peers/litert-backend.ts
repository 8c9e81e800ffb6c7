/**
 * LiteRT.js behind the Backend interface. Each plan has a compiled model. Models run asynchronously, so work waits in a queue,
 * in the order of calls.
 */

import { type Backend, type BackendFeatures, type Conv2dProblem, type Support, tensor, toLayout } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import type { LiteRt, LiteRtAccelerator, LiteRtModel, LiteRtTensor } from "./litert-types.js";
import { createPendingReads } from "./pending-reads.js";
import { isDepthwise, nhwcShape, tfliteModel } from "./tflite.js";

export interface LitertOptions {
  readonly name: string;
  readonly lib: LiteRt;
  readonly device: string;
  readonly features: Pick<BackendFeatures, "nonFinite" | "subnormals">;
  /** The problems that this accelerator does not compute, beside those that LiteRT does not compute at all. */
  readonly supports?: (problem: Conv2dProblem) => Support;
  /**
   * Throws the errors that LiteRT only printed. LiteRT itself throws nothing, and continues with the old content of its memory.
   */
  readonly check: () => void | Promise<void>;
}

/** An uploaded tensor, or a result that the queue will compute. */
interface Result {
  tensor: LiteRtTensor | undefined;
}

/** A storage. It holds the latest result, because each run makes a new tensor. */
interface Holder {
  result: Result | undefined;
}

/** @param accelerator the one of LiteRT's accelerators that runs the models */
export function litertBackend(
  { name, lib, device, features, supports: also = () => true, check }: LitertOptions,
  accelerator: LiteRtAccelerator = "wasm",
): Backend {
  const results = new Set<Result>();
  const plans = new Set<{ dispose(): void }>();
  const reads = createPendingReads();
  let queue = Promise.resolve();
  const enqueue = (step: () => void | Promise<void>): void => {
    queue = queue.then(step);
    // The next read or sync awaits the queue, and rejects. Until then the rejection must not count as unhandled.
    queue.catch(() => undefined);
  };
  /** Replaces the result of a storage. The old result is deleted through the queue, after the work that reads it. */
  const replace = (holder: Holder, next: Result | undefined): void => {
    const before = holder.result;
    holder.result = next;
    if (next) results.add(next);
    if (!before) return;
    enqueue(() => {
      results.delete(before);
      before.tensor?.delete();
    });
  };
  const compile = async (file: Uint8Array): Promise<LiteRtModel> => {
    try {
      return await lib.loadAndCompile(file, { accelerator });
    } finally {
      // If it throws, it may also have printed errors. They belong to this call, and not to the next.
      await check();
    }
  };
  return defineBackend<Holder>({
    name,
    device,
    features: {
      ...features,
      supports(problem) {
        const support = supports(problem);
        return support === true ? also(problem) : support;
      },
    },
    allocate: () => ({ result: undefined }),
    free: (holder) => replace(holder, undefined),
    upload(source, target) {
      replace(target, { tensor: new lib.Tensor(toLayout(source, "nhwc").data, nhwcShape(source.shape)) });
    },
    async read({ result }, shape, layout) {
      const whenWritten = async (): Promise<Float32Array> => {
        if (!result?.tensor) throw new Error("read before anything was written");
        const values = await dataOf(result.tensor);
        await check();
        return values;
      };
      // The check is a part of the read, so that a later `sync` waits for it.
      const data = await reads.add(queue.then(whenWritten));
      return toLayout(tensor(data, shape, { layout: "nhwc" }), layout);
    },
    async prepareConv2d(problem, weights) {
      const model = await compile(tfliteModel(problem, weights));
      if (model.options.accelerator !== accelerator) {
        throw new Error(`LiteRT.js compiled the model for ${model.options.accelerator}; expected ${accelerator}`);
      }
      const plan = {
        algorithm: isDepthwise(problem) ? "DEPTHWISE_CONV_2D" : "CONV_2D",
        run(input: Holder, output: Holder, residual: Holder | undefined) {
          const inputs = residual ? [input.result!, residual.result!] : [input.result!];
          const y: Result = { tensor: undefined };
          enqueue(async () => {
            y.tensor = (await model.run(inputs.map((each) => each.tensor!)))[0]!;
            await check();
          });
          replace(output, y);
        },
        dispose() {
          if (plans.delete(plan)) enqueue(() => model.delete());
        },
      };
      plans.add(plan);
      return plan;
    },
    async sync() {
      await queue;
      await reads.settled();
    },
    async dispose() {
      for (const plan of plans) plan.dispose();
      await queue.catch(() => undefined);
      for (const result of results) result.tensor?.delete();
    },
  });
}

function supports(p: Conv2dProblem): Support {
  if (p.paddingMode !== "zeros" && p.paddingMode !== "reflect" && p.pt + p.pl + p.pb + p.pr > 0) {
    return { reason: `paddingMode "${p.paddingMode}": TensorFlow Lite pads with zeros or by reflection` };
  }
  return true;
}

/** The values of a tensor. A tensor in a graphics processor's memory is copied to WebAssembly's memory first. */
async function dataOf(held: LiteRtTensor): Promise<Float32Array> {
  if (held.accelerator === "wasm") return held.toTypedArray();
  const copy = await held.copyTo("wasm");
  const data = copy.toTypedArray();
  copy.delete();
  return data;
}

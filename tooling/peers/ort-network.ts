/** A whole network in one session of ONNX Runtime: the network's own file, or a file that is written for it. */

import { isOperationProblem, operationOutputShape, outputShape, tensor, toLayout } from "@convene/core";
import type { PrepareNetwork } from "../../apps/benchmark/src/engine/own-network.js";
import { onnxNetwork } from "./onnx.js";
import type { Ort, OrtSessionOptions, OrtTensor } from "./ort-types.js";

export function ortNetwork(ort: Ort, options: OrtSessionOptions): PrepareNetwork {
  return async (_backend, { network, inputShapes, onnx }) => {
    const bytes = onnx?.bytes ?? onnxNetwork(network, inputShapes);
    if (!bytes) return undefined;
    const session = await ort.InferenceSession.create(bytes, { ...options, externalData: externalOf(onnx?.external) });
    const problems = network.problems(inputShapes);
    const shapeOf = (value: number) => {
      const problem = problems[value]!;
      return isOperationProblem(problem) ? operationOutputShape(problem) : outputShape(problem);
    };
    return {
      async run(inputs) {
        const feeds: Record<string, OrtTensor> = {};
        for (const [name, given] of Object.entries(inputs)) {
          const { layout = "nchw", dims } = onnx?.inputs[name] ?? {};
          const [n, c, h, w] = given.shape;
          const sizes = layout === "nhwc" ? [n, h, w, c] : [n, c, h, w];
          const rank = dims?.length ?? sizes.length;
          feeds[name] = new ort.Tensor("float32", toLayout(given, layout).data, sizes.slice(0, rank));
        }
        const answer = await session.run(feeds);
        return Object.fromEntries(
          network.outputs.map(({ name, value, layout = "nchw" }) => {
            const found = answer[name];
            if (!found) throw new Error(`ONNX Runtime gives no output ${name}`);
            return [name, tensor(found.data, shapeOf(value), { layout })];
          }),
        );
      },
      dispose: () => void session.release(),
    };
  };
}

/** Files that have weights, as ONNX Runtime takes them. */
export function externalOf(
  files: Readonly<Record<string, Uint8Array>> = {},
): NonNullable<OrtSessionOptions["externalData"]> {
  return Object.entries(files).map(([path, data]) => ({ path, data }));
}

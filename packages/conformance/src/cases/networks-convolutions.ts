/** Networks of convolutions alone. All networks of the suite are such networks. */

import { type Conv2dProblem, isOperationProblem, type Network, type ResolvedConv2d, type Shape4 } from "@convene/core";

/** The network's layers. @throws Error if a layer is another operation */
export function convolutionsOf({ layers }: Network): readonly ResolvedConv2d[] {
  return layers.map((layer) => {
    if (layer.kind === "conv2d") return layer;
    throw new Error(`layer ${layer.name} (${layer.operation.kind}) is no convolution`);
  });
}

/** The problem of each layer. @throws Error if a layer is another operation */
export function convolutionProblems(net: Network, shape: Shape4): readonly Conv2dProblem[] {
  return net.problems(shape).map((problem) => {
    if (!isOperationProblem(problem)) return problem;
    throw new Error(`${problem.kind} is no convolution`);
  });
}

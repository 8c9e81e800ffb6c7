/** lifecycle, an empty batch: the backend takes it, gives an empty result of the right shape, and does not change other tensors. */

import {
  conv2dProblem,
  formatProblem,
  inputShape,
  outputShape,
  parseProblem,
  type Shape4,
  type Tensor,
  zeros,
} from "@convene/core";
import type { ConformanceCase } from "../case.js";
import { benchCase, expectRight, fail, integers, type Workbench } from "./lifecycle-workbench.js";

export function emptyCases(text: string): readonly ConformanceCase[] {
  const problem = parseProblem(text);
  const empty = conv2dProblem({ ...problem, n: 0 });
  const use = async (bench: Workbench): Promise<void> => {
    const { backend } = bench;
    const operands = integers(problem, 1);
    const full = await bench.prepare(problem, operands);
    const [fed, fullOutput] = [full.feed(operands), full.output()];
    const none = await bench.prepare(empty, { ...operands, input: new Float32Array(0), residual: undefined });
    const [shape, of] = [outputShape(empty), inputShape(empty)];
    const residual = empty.residual ? bench.keep(backend.allocate(shape)) : undefined;
    const [input, output] = [bench.keep(backend.upload(zeros(of))), bench.keep(backend.allocate(shape))];
    full.run(fed, fullOutput);
    none.run({ input, residual }, output);
    for (const layout of ["nchw", "nhwc"] as const) {
      expectEmpty(await backend.read(output, { layout }), shape, layout);
      const into = zeros(shape, { layout });
      if ((await backend.read(output, { into })) !== into) fail("a read into a tensor did not give that tensor");
    }
    await backend.sync();
    expectRight(full.plan, operands, await bench.read(fullOutput), "the run beside it");
  };
  return [benchCase(`${formatProblem(empty)}: an empty batch gives an empty result`, use, { problems: [problem] })];
}

function expectEmpty({ shape, layout, data }: Tensor, expected: Shape4, asked: string): void {
  if (shape.join() !== expected.join())
    fail(`a read gave a tensor of ${shape.join(" x ")}; expected ${expected.join(" x ")}`);
  if (layout !== asked) fail(`a read in ${asked} gave a tensor in ${layout}`);
  if (data.length !== 0) fail(`a read of an empty batch gave ${data.length} elements`);
}

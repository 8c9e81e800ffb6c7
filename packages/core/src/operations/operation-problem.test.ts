import { describe, expect, it } from "vitest";
import { expectError } from "../testing/expect-error.js";
import { isDeeplyFrozen } from "../testing/is-deeply-frozen.js";
import {
  isOperationProblem,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  operationProblem,
  type OperationProblemSpec,
} from "./operation-problem.js";
import { parseOperation } from "./operation-string.js";
import { parseProblem } from "../problem-string.js";

describe("an operation's shapes", () => {
  it.each([
    ["activation_silu_n2_c3_h4_w5", [[2, 3, 4, 5]], [2, 3, 4, 5]],
    ["maxPool2d_c64_ih112_kh3_sh2_pt1_pl1_pb1_pr1", [[1, 64, 112, 112]], [1, 64, 56, 56]],
    // torch: MaxPool2d(2, ceil_mode=True) on 5 x 5
    ["maxPool2d_c1_ih5_kh2_sh2_ceilMode", [[1, 1, 5, 5]], [1, 1, 3, 3]],
    ["maxPool2d_c1_ih5_kh2_sh2", [[1, 1, 5, 5]], [1, 1, 2, 2]],
    // The third window would begin at row 6 of 5 and a padding of 1: it is left out.
    ["maxPool2d_c1_ih5_kh2_sh3_pt1_pl1_pb1_pr1_ceilMode", [[1, 1, 5, 5]], [1, 1, 2, 2]],
    ["maxPool2d_c1_ih7_kh3_dh2_dw3", [[1, 1, 7, 7]], [1, 1, 3, 1]],
    ["avgPool2d_c8_ih7_kh7", [[1, 8, 7, 7]], [1, 8, 1, 1]],
    ["multiply_c8_h7_perChannel", [[1, 8, 7, 7], [1, 8, 1, 1]], [1, 8, 7, 7]], // prettier-ignore
    ["add_c8_h7", [[1, 8, 7, 7], [1, 8, 7, 7]], [1, 8, 7, 7]], // prettier-ignore
    ["concat_n2_channels1:4_h3_w2", [[2, 1, 3, 2], [2, 4, 3, 2]], [2, 5, 3, 2]], // prettier-ignore
    ["slice_c8_ih7_oc4_oh3_ow2_fc4_fh1_sh2", [[1, 8, 7, 7]], [1, 4, 3, 2]],
    ["channelShuffle_g2_c6_h1", [[1, 6, 1, 1]], [1, 6, 1, 1]],
    ["groupNorm_n2_g3_c6_h4_w5", [[2, 6, 4, 5]], [2, 6, 4, 5]],
    ["layerNorm_n2_c6_h4_w5_eps0.25", [[2, 6, 4, 5]], [2, 6, 4, 5]],
    ["pad_c3_ih4_pf1_pk2_pt1_pl2_pb3_pr4", [[1, 3, 4, 4]], [1, 6, 8, 10]],
    ["upsample_c3_ih4_oh8_ow9_nearest", [[1, 3, 4, 4]], [1, 3, 8, 9]],
    ["pixelShuffle_ic12_ih4_rh2_rw3", [[1, 12, 4, 4]], [1, 2, 8, 12]],
    ["reshape_n2_ic3_ih4_iw5_oc60_oh1", [[2, 3, 4, 5]], [2, 60, 1, 1]],
  ])("%s", (text, inputs, output) => {
    const problem = parseOperation(text);
    expect(operationInputShapes(problem)).toEqual(inputs);
    expect(operationOutputShape(problem)).toEqual(output);
  });
});

describe("operationProblem", () => {
  it("gives a frozen problem that it takes again", () => {
    const problem = operationProblem({ kind: "avgPool2d", c: 3, ih: 9, kh: 3 });
    expect(Object.isFrozen(problem)).toBe(true);
    expect(operationProblem(problem)).toBe(problem);
    expect(problem).toMatchObject({ n: 1, iw: 9, kw: 3, sh: 1, countIncludePad: true, oh: 7, ow: 7 });
  });

  it.each<OperationProblem>([
    operationProblem({ kind: "concat", channels: [1, 2], h: 3 }),
    operationProblem({ kind: "activation", c: 1, h: 1, activation: { clamp: [0, 1] } }),
    operationProblem({ kind: "activation", c: 1, h: 1, activation: { leakyRelu: 0.5 } }),
    operationProblem({ kind: "activation", c: 1, h: 1, activation: { hardSigmoid: [0.5, 0.25] } }),
  ])("gives a problem whose lists and numbers nobody can change: $kind", (problem) => {
    expect(problem).toSatisfy(isDeeplyFrozen);
  });

  it("checks a copy of a problem that it gave, because the copy can be wrong", () => {
    const problem = operationProblem({ kind: "softmax", c: 2, h: 1 });
    for (const copy of [{ ...problem, c: 0 }, Object.create(problem, { c: { value: 0, enumerable: true } })]) {
      expectError(() => operationProblem(copy), "ERR_INVALID_OPTION", "c (0) must be an integer");
    }
  });

  it.each<[string, OperationProblemSpec, "ERR_SHAPE" | "ERR_INVALID_OPTION", string]>([
    [
      "a kind that is none",
      { kind: "dropout" } as never,
      "ERR_INVALID_OPTION",
      'kind ("dropout") must be one of "activation"',
    ],
    ["a key that is none", { kind: "softmax", c: 1, h: 1, axis: 1 } as never, "ERR_INVALID_OPTION", 'no key "axis"'],
    ["a size of 0", { kind: "softmax", c: 0, h: 1 }, "ERR_INVALID_OPTION", "c (0) must be an integer"],
    [
      "a window beyond the input",
      { kind: "maxPool2d", c: 1, ih: 2, kh: 3 },
      "ERR_SHAPE",
      "window's height (3) must fit in the padded input (2)",
    ],
    [
      "padding as large as the window",
      { kind: "maxPool2d", c: 1, ih: 9, kh: 2, pt: 2 },
      "ERR_SHAPE",
      "padding (2) must be less than the pooling window's height (2)",
    ],
    [
      "a slice beyond the channels",
      { kind: "slice", c: 4, ih: 1, oc: 3, fc: 2 },
      "ERR_SHAPE",
      "channels 5 must end within the input's 4",
    ],
    [
      "groups that do not divide",
      { kind: "channelShuffle", g: 4, c: 6, h: 1 },
      "ERR_INVALID_OPTION",
      "groups (4) must divide the channels (6)",
    ],
    [
      "a factor that does not divide",
      { kind: "pixelShuffle", ic: 6, ih: 1, rh: 2 },
      "ERR_SHAPE",
      "needs channels that 4 divides; the input has 6",
    ],
    [
      "another number of elements",
      { kind: "reshape", ic: 6, ih: 1, oc: 5, oh: 1 },
      "ERR_SHAPE",
      "must keep the elements",
    ],
    [
      "no channels to concatenate",
      { kind: "concat", channels: [], h: 1 },
      "ERR_INVALID_OPTION",
      "channels must have at least one entry",
    ],
    [
      "a value that is no number",
      { kind: "pad", c: 1, ih: 1, value: NaN },
      "ERR_INVALID_OPTION",
      "value (NaN) must be a number",
    ],
    [
      "a negative scale",
      { kind: "upsample", c: 1, ih: 1, oh: 1, mode: "nearest", scaleH: -1 },
      "ERR_INVALID_OPTION",
      "scaleH (-1) must be a number of at least 0",
    ],
    ["an output too large", { kind: "upsample", c: 1, ih: 1, oh: 65536, mode: "nearest" }, "ERR_SHAPE", "output"],
    [
      "an activation that is none",
      { kind: "add", c: 1, h: 1, activation: "silu" as never },
      "ERR_INVALID_OPTION",
      'must be "relu", "relu6"',
    ],
  ])("refuses %s", (_, spec, code, words) => {
    expectError(() => operationProblem(spec), code, words);
  });

  it("is distinguished from a convolution's problem by isOperationProblem", () => {
    expect(isOperationProblem(parseOperation("softmax_c3_h1"))).toBe(true);
    expect(isOperationProblem(parseProblem("ic1_ih1_oc1_kh1"))).toBe(false);
  });
});

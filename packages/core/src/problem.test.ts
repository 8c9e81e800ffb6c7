import { describe, expect, it } from "vitest";
import {
  checkGroups,
  type Conv2dProblem,
  conv2dProblem,
  type Conv2dProblemSpec,
  inputShape,
  outputShape,
  readProblem,
  weightShape,
} from "./problem.js";
import { problemCost } from "./cost.js";
import { expectError } from "./testing/expect-error.js";
import { isDeeplyFrozen } from "./testing/is-deeply-frozen.js";

const SMALL: Conv2dProblemSpec = { ic: 4, ih: 8, oc: 6, kh: 3 };

describe("conv2dProblem", () => {
  it("fills in PyTorch's defaults", () => {
    expect(conv2dProblem(SMALL)).toEqual({
      n: 1,
      g: 1,
      ic: 4,
      ih: 8,
      iw: 8,
      oc: 6,
      oh: 6,
      ow: 6,
      kh: 3,
      kw: 3,
      sh: 1,
      sw: 1,
      pt: 0,
      pl: 0,
      pb: 0,
      pr: 0,
      dh: 1,
      dw: 1,
      paddingMode: "zeros",
      bias: true,
      residual: false,
      activation: undefined,
    });
  });

  it("lets each width follow its height", () => {
    expect(conv2dProblem({ ic: 1, ih: 20, oc: 1, kh: 2, sh: 3, dh: 4 })).toMatchObject({ iw: 20, kw: 2, sw: 3, dw: 4 });
    expect(conv2dProblem({ ic: 1, ih: 20, iw: 30, oc: 1, kh: 2, kw: 1, sh: 3, sw: 1, dh: 4, dw: 2 })).toMatchObject({
      iw: 30,
      kw: 1,
      sw: 1,
      dw: 2,
    });
  });

  it("gives a frozen problem, and gives an equal problem for that problem", () => {
    const problem = conv2dProblem({
      ...SMALL,
      n: 2,
      g: 2,
      pt: 1,
      activation: { clamp: [0, 1] },
      residual: true,
      bias: false,
    });
    expect(problem).toSatisfy(isDeeplyFrozen);
    expect(conv2dProblem(problem)).toBe(problem);
  });

  it("checks a copy of a problem that it gave, because the copy can be wrong", () => {
    const problem = conv2dProblem(SMALL);
    for (const copy of [{ ...problem, ic: 0 }, Object.create(problem, { ic: { value: 0, enumerable: true } })]) {
      expectError(() => conv2dProblem(copy), "ERR_INVALID_OPTION", "inChannels (0) must be an integer");
    }
  });

  it("refuses a problem whose cost was computed, if no tensor can be that large", () => {
    const huge = readProblem({ ic: 1, ih: 2 ** 20, oc: 1, kh: 1 });
    expect(problemCost(huge).macs).toBe(2 ** 40);
    expectError(() => conv2dProblem(huge), "ERR_SHAPE", "input");
  });

  it("computes the output's size itself", () => {
    expect(conv2dProblem({ ...conv2dProblem(SMALL), oh: 99 } as Conv2dProblem).oh).toBe(6);
  });

  it("gives the shapes of input, weight and output", () => {
    const problem = conv2dProblem({ n: 5, g: 2, ic: 4, ih: 8, iw: 9, oc: 6, kh: 3, kw: 2 });
    expect(inputShape(problem)).toEqual([5, 4, 8, 9]);
    expect(weightShape(problem)).toEqual([6, 2, 3, 2]);
    expect(outputShape(problem)).toEqual([5, 6, 6, 8]);
  });
});

describe("the output's size", () => {
  it.each<[string, Partial<Conv2dProblemSpec>, [oh: number, ow: number]]>([
    ["torch.nn.Conv2d's first example", { ih: 50, iw: 100, kh: 3, sh: 2 }, [24, 49]],
    [
      "its second: unequal kernel, stride and padding",
      { ih: 50, iw: 100, kh: 3, kw: 5, sh: 2, sw: 1, pt: 4, pb: 4, pl: 2, pr: 2 },
      [28, 100],
    ],
    [
      "its third: and dilation",
      { ih: 50, iw: 100, kh: 3, kw: 5, sh: 2, sw: 1, pt: 4, pb: 4, pl: 2, pr: 2, dh: 3, dw: 1 },
      [26, 100],
    ],
    ["torch.nn.functional.conv2d's example", { ih: 5, kh: 3, pt: 1, pl: 1, pb: 1, pr: 1 }, [5, 5]],
    ["AlexNet's first layer", { ih: 224, kh: 11, sh: 4, pt: 2, pl: 2, pb: 2, pr: 2 }, [55, 55]],
    ["ResNet's first layer", { ih: 224, kh: 7, sh: 2, pt: 3, pl: 3, pb: 3, pr: 3 }, [112, 112]],
    ["MobileNet's first layer, padded as TensorFlow does", { ih: 224, kh: 3, sh: 2, pb: 1, pr: 1 }, [112, 112]],
    ["a pixel", { ih: 1, kh: 1 }, [1, 1]],
    ["a kernel as large as the input", { ih: 7, kh: 7 }, [1, 1]],
    ["a kernel as large as the padded input", { ih: 1, kh: 3, pt: 2, pl: 1, pr: 1 }, [1, 1]],
    ["a stride beyond the input", { ih: 3, kh: 1, sh: 10 }, [1, 1]],
    ["a stride that leaves a remainder", { ih: 8, kh: 3, sh: 3 }, [2, 2]],
    ["dilation that just fits", { ih: 9, kh: 3, dh: 4 }, [1, 1]],
    ["padding at one edge only", { ih: 4, kh: 2, pl: 3 }, [3, 6]],
  ])("of %s", (_, spec, [oh, ow]) => {
    const problem = conv2dProblem({ ic: 1, oc: 1, ih: 1, kh: 1, ...spec });
    expect([problem.oh, problem.ow]).toEqual([oh, ow]);
  });
});

describe("conv2dProblem refuses", () => {
  const WRONG: readonly unknown[] = ["3", null, NaN, Infinity, -1, 1.5, 2 ** 31, [3], true, 3n];

  const NAMES = {
    n: "n",
    g: "groups",
    ic: "inChannels",
    ih: "ih",
    iw: "iw",
    oc: "outChannels",
    kh: "kh",
    kw: "kw",
    sh: "sh",
    sw: "sw",
    dh: "dh",
    dw: "dw",
    pt: "padding.top",
    pl: "padding.left",
    pb: "padding.bottom",
    pr: "padding.right",
  } as const satisfies Partial<Record<keyof Conv2dProblemSpec, string>>;

  it.each(Object.entries(NAMES))("a wrong %s, which the error calls %s", (key, name) => {
    const least = key.startsWith("p") || key === "n" ? 0 : 1;
    for (const value of least === 0 ? WRONG : [...WRONG, 0]) {
      expectError(
        () => conv2dProblem({ ...SMALL, [key]: value }),
        "ERR_INVALID_OPTION",
        `${name} (`,
        `must be an integer from ${least} to 2^31 - 1`,
      );
    }
  });

  it.each(["ic", "ih", "oc", "kh"])("a problem without %s", (key) => {
    expectError(
      () => conv2dProblem({ ...SMALL, [key]: undefined }),
      "ERR_INVALID_OPTION",
      "(undefined) must be an integer",
    );
  });

  it.each<[unknown, string]>([
    [
      { ...SMALL, paddingMode: "zero" },
      'paddingMode ("zero") must be one of "zeros", "reflect", "replicate", "circular"',
    ],
    [{ ...SMALL, paddingMode: null }, "paddingMode (null) must be one of"],
    [{ ...SMALL, bias: null }, "bias (null) must be true or false"],
    [{ ...SMALL, bias: 1 }, "bias (1) must be true or false"],
    [{ ...SMALL, residual: "yes" }, 'residual ("yes") must be true or false'],
    [{ ...SMALL, activation: "gelu" }, 'activation ("gelu") must be'],
    [{ ...SMALL, stride: 2 }, 'problem has no key "stride"; its keys are n, g, ic'],
    [null, "problem (null) must be an object"],
    [undefined, "problem (undefined) must be an object"],
    ["ic4_ih8_oc6_kh3", 'problem ("ic4_ih8_oc6_kh3") must be an object'],
  ])("%o", (spec, words) => {
    expectError(() => conv2dProblem(spec as Conv2dProblemSpec), "ERR_INVALID_OPTION", words);
  });

  it.each([
    [2, 3, 4, "groups (2) must divide inChannels (3)"],
    [2, 4, 3, "groups (2) must divide outChannels (3)"],
    [8, 4, 8, "groups (8) must divide inChannels (4)"],
  ])("%d groups of %d and %d channels", (g, ic, oc, words) => {
    expectError(() => conv2dProblem({ ...SMALL, g, ic, oc }), "ERR_INVALID_OPTION", words);
    expectError(() => checkGroups(g, ic, oc), "ERR_INVALID_OPTION", words);
  });

  it.each<[Partial<Conv2dProblemSpec>, string]>([
    [{ ih: 2 }, "kernelSize (3 x 3) must fit in the padded input (2 x 2)"],
    [{ ih: 1, pt: 1 }, "kernelSize (3 x 3) must fit in the padded input (2 x 1)"],
    [{ iw: 2 }, "kernelSize (3 x 3) must fit in the padded input (8 x 2)"],
    [{ ih: 8, dh: 4 }, "kernelSize (3 x 3, 9 x 9 when dilated) must fit in the padded input (8 x 8)"],
    [{ ih: 8, kw: 1, dh: 4 }, "kernelSize (3 x 1, 9 x 1 when dilated) must fit in the padded input (8 x 8)"],
    [{ kh: 9, kw: 3, dh: 2, dw: 1 }, "kernelSize (9 x 3, 17 x 3 when dilated) must fit in the padded input (8 x 8)"],
    [{ kh: 3, kw: 9, dw: 2 }, "kernelSize (3 x 9, 3 x 17 when dilated) must fit in the padded input (8 x 8)"],
    [{ kh: 12, kw: 3, pt: 1, pb: 2 }, "kernelSize (12 x 3) must fit in the padded input (11 x 8)"],
    [{ kh: 3, kw: 20, pl: 3, pr: 4 }, "kernelSize (3 x 20) must fit in the padded input (8 x 15)"],
    [{ kh: 2 ** 31 - 1, dh: 2 ** 31 - 1 }, "must fit in the padded input (8 x 8)"],
  ])("a kernel larger than the padded input: %o", (spec, words) => {
    expectError(() => conv2dProblem({ ...SMALL, ...spec }), "ERR_SHAPE", words);
  });

  it.each<[Partial<Conv2dProblemSpec>, string]>([
    [
      { ih: 3, iw: 9, pt: 3, paddingMode: "reflect" },
      'padding (3) must be at most 2 where paddingMode is "reflect" and the input\'s height is 3',
    ],
    [
      { ih: 9, iw: 3, pr: 3, paddingMode: "reflect" },
      'padding (3) must be at most 2 where paddingMode is "reflect" and the input\'s width is 3',
    ],
    [{ ih: 1, kh: 1, pb: 1, paddingMode: "reflect" }, "padding (1) must be at most 0"],
    [
      { ih: 3, iw: 9, pb: 4, paddingMode: "circular" },
      'padding (4) must be at most 3 where paddingMode is "circular" and the input\'s height is 3',
    ],
    [
      { ih: 9, iw: 3, pl: 4, paddingMode: "circular" },
      'padding (4) must be at most 3 where paddingMode is "circular" and the input\'s width is 3',
    ],
  ])("padding larger than its mode allows: %o", (spec, words) => {
    expectError(() => conv2dProblem({ ...SMALL, ...spec }), "ERR_SHAPE", words);
  });

  it.each<[Partial<Conv2dProblemSpec>]>([
    [{ ih: 3, pt: 2, pb: 2, paddingMode: "reflect" }],
    [{ ih: 3, pt: 3, pb: 3, paddingMode: "circular" }],
    [{ ih: 3, pt: 100, paddingMode: "replicate" }],
    [{ ih: 3, pt: 100 }],
  ])("no padding of the largest size that its mode allows: %o", (spec) => {
    expect(conv2dProblem({ ...SMALL, ...spec }).oh).toBe(1 + (spec.pt ?? 0) + (spec.pb ?? 0));
  });

  it.each<[Partial<Conv2dProblemSpec>, string]>([
    [{ n: 2 ** 20, ih: 64 }, "input ([1048576, 4, 64, 64]) has 17179869184 elements; the most is 2^31 - 1"],
    [{ pt: 2 ** 31 - 1 }, "padded input ([1, 4, 2147483655, 8]) has"],
    [{ ic: 65536, oc: 65536, ih: 3 }, "weight ([65536, 65536, 3, 3]) has"],
    [{ ic: 1, oc: 2 ** 20, kh: 1, ih: 64 }, "output ([1, 1048576, 64, 64]) has"],
  ])("a tensor of more than 2^31 - 1 elements: %o", (spec, words) => {
    expectError(() => conv2dProblem({ ...SMALL, ...spec }), "ERR_SHAPE", words);
  });

  it("an input that is too large without padding, and the error calls it input and not padded input", () => {
    expect(() => conv2dProblem({ ...SMALL, n: 2 ** 20, ih: 64, pt: 1 })).toThrow(/^input \(/);
  });
});

import { cpu } from "@convene/cpu";
import { type Backend, network, prepare, randomUniform } from "@convene/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ourCode, torchCode } from "./code.js";
import { featuresOf, filterLayers, FILTERS, filterWeights, isColour, kernelsOf } from "./filters.js";
import { box } from "./kernels.js";
import { LEARNT_COUNT, learnFilters, type LearntFilters } from "./learn-filters.js";
import { FILTER_IDS, type FilterId, type FilterSettings, KERNEL_SIZES, PADDINGS } from "./settings.js";

const base: FilterSettings = {
  filter: "gaussian",
  kernel: 3,
  stride: 1,
  dilation: 1,
  padding: "reflect",
  groups: 3,
  custom: box(3),
  seed: 7,
};
const FIXED = FILTER_IDS.filter((id) => id !== "separable" && id !== "learnt");
const photo = randomUniform([1, 3, 24, 20], { seed: 2 });
const pixels = { width: 20, height: 24, data: randomUniform([1, 3, 24, 20], { seed: 2, layout: "nhwc" }).data };

let backend: Backend;
beforeAll(async () => {
  backend = await cpu();
});
afterAll(async () => {
  await backend.dispose();
});

/** A cache, because learning is slow and depends only on the size. */
const learntBySize = new Map<number, LearntFilters>();
const learnOnce = (size: number): LearntFilters => {
  const found = learntBySize.get(size) ?? learnFilters(pixels, size);
  learntBySize.set(size, found);
  return found;
};

const run = async (settings: FilterSettings): Promise<Float32Array> => {
  const learnt = settings.filter === "learnt" ? learnOnce(settings.kernel) : undefined;
  const model = await prepare(backend, network(...filterLayers(settings, learnt)), photo.shape);
  const { data, shape } = await model.run(photo);
  expect(shape[1]).toBe(featuresOf(settings, learnt) * (isColour(settings) ? 3 : 1));
  model.dispose();
  return data;
};

test.each(FILTER_IDS)("%s runs with every kernel, padding and groups", async (filter) => {
  for (const kernel of KERNEL_SIZES) {
    for (const groups of [1, 3] as const) {
      const custom = box(kernel);
      for (const padding of PADDINGS) {
        const data = await run({ ...base, filter, kernel, groups, padding, custom });
        expect(data.every(Number.isFinite)).toBe(true);
      }
      const { length } = await run({ ...base, filter, kernel, groups, custom, stride: 2, dilation: 2 });
      expect(length).toBeGreaterThan(0);
    }
  }
});

test("with padding the picture keeps its size; without padding it becomes smaller by the kernel's reach", () => {
  const settings = { ...base, kernel: 5, dilation: 3 } as const;
  expect(filterLayers(settings)[0]!.outputShape(photo.shape)).toEqual([1, 3, 24, 20]);
  expect(filterLayers({ ...settings, padding: "none" })[0]!.outputShape(photo.shape)).toEqual([1, 3, 12, 8]);
});

test.each(FIXED.filter((id) => FILTERS[id].spread === "same"))(
  "%s: one group gives the same picture as three, for three times the multiplications",
  async (filter) => {
    const three = { ...base, filter };
    const one = { ...three, groups: 1 } as const;
    const [a, b] = [await run(three), await run(one)];
    for (const [at, value] of a.entries()) expect(value).toBeCloseTo(b[at]!, 5);
    const [few, many] = [three, one].map((each) => filterLayers(each)[0]!.cost(photo.shape).macs);
    expect(many).toBe(3 * few!);
  },
);

test("a depthwise filter is depthwise", () => {
  const [layer] = filterLayers(base);
  expect(layer!.problem(photo.shape)).toMatchObject({ g: 3, ic: 3, oc: 3, kh: 3, pt: 1, paddingMode: "reflect" });
});

test("a learnt filter without a photo to learn from is an error", () => {
  expect(() => filterLayers({ ...base, filter: "learnt" })).toThrow("learnt from a photo");
});

describe("code", () => {
  const weightOf = (code: string): Float32Array => {
    const body = code.split("\n").filter((line) => !line.startsWith("import"));
    const upTo = body.findIndex((line) => line.startsWith("const layers"));
    // A reader would run the code of the page, so the test runs it.
    // eslint-disable-next-line no-new-func
    return new Function(`${body.slice(0, upTo).join("\n")}\nreturn weight;`)() as Float32Array;
  };

  test.each(FIXED)("%s: Convene's code has the weights of the run", (filter: FilterId) => {
    for (const kernel of KERNEL_SIZES) {
      for (const groups of [1, 3] as const) {
        const settings = {
          ...base,
          filter,
          kernel,
          groups,
          custom: Array.from({ length: kernel ** 2 }, (_, at) => at / 7),
        };
        const channels = kernelsOf(settings).length * (isColour(settings) ? 3 : 1);
        const written = weightOf(ourCode(settings, channels));
        const expected = filterWeights(settings);
        expect(written).toHaveLength(expected.length);
        for (const [at, value] of expected.entries()) expect(written[at]).toBeCloseTo(value, 7);
      }
    }
  });

  test("PyTorch's call has all settings", () => {
    const settings = { ...base, stride: 2, dilation: 3, filter: "box", kernel: 5, padding: "circular" } as const;
    const code = torchCode(settings, 3);
    expect(code).toContain(
      'nn.Conv2d(3, 3, 5, stride=2, padding=6, dilation=3, groups=3, padding_mode="circular", bias=False)',
    );
    expect(code).toContain("    [1, 1, 1, 1, 1],\n  ]) / 25,\n]).float()");
    expect(torchCode({ ...settings, filter: "sobel", groups: 1 }, 2)).toContain("nn.Conv2d(3, 2, 5, stride=2");
    expect(torchCode({ ...settings, filter: "separable" }, 3)).toContain("torch.manual_seed(8)");
    expect(torchCode({ ...settings, filter: "learnt" }, 12)).toContain("nn.Conv2d(3, 12, 5,");
  });
});

describe("learnFilters", () => {
  test("the same photo and seed give the same weights, and another seed gives others", () => {
    const one = learnFilters(pixels, 3);
    expect(learnFilters(pixels, 3)).toEqual(one);
    expect(learnFilters(pixels, 3, 2).weight).not.toEqual(one.weight);
    expect(one.weight).toHaveLength(LEARNT_COUNT * 27);
  });

  test("from vertical stripes it learns filters that do not change downwards", () => {
    const data = new Float32Array(64 * 64 * 3);
    for (let at = 0; at < 64 * 64; at++) data.fill(Math.sin((at % 64) ** 2 / 90) * 0.5 + 0.5, at * 3, at * 3 + 3);
    const { weight } = learnFilters({ width: 64, height: 64, data }, 3);
    let [across, down] = [0, 0];
    for (let at = 0; at < weight.length; at += 9) {
      across += Math.abs(weight[at + 3]! - weight[at + 4]!);
      down += Math.abs(weight[at + 1]! - weight[at + 4]!);
    }
    expect(across).toBeGreaterThan(100 * down);
  });

  test("a flat photo gives weights without NaN; one smaller than a patch is refused", () => {
    const flat = learnFilters({ width: 8, height: 8, data: new Float32Array(192).fill(0.5) }, 3);
    expect(flat.weight.every(Number.isFinite)).toBe(true);
    expect(() => learnFilters({ width: 2, height: 9, data: new Float32Array(54) }, 3)).toThrow("no patch of 3 x 3");
  });
});

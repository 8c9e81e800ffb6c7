/** The tables have the counts of the papers, and of torchvision 0.14's models, which hooks counted layer by layer. */

import { problemCost, totalCost } from "@convene/core";
import { describe, expect, it } from "vitest";
import { distinctLayers, layerCount, type Workload } from "./index.js";
import { mobilenetV1 } from "./mobilenet-v1.js";
import { mobilenetV2 } from "./mobilenet-v2.js";
import { resnext50 } from "./resnext50.js";
import { yardstick } from "./yardstick.js";

/** Counts without global average pooling, because others do not count it as a convolution. */
function count(workload: Workload): { macs: number; weights: number; biases: number } {
  const problems = workload.layers.filter(({ name }) => name !== "pool").map(({ problem }) => problem);
  const { macs, parameters } = totalCost(problems.map(problemCost));
  const biases = problems.reduce((sum, { bias, oc }) => sum + (bias ? oc : 0), 0);
  return { macs, weights: parameters - biases, biases };
}

describe("mobilenet-v1", () => {
  it("has the paper's 569 million multiply-adds and 4.2 million parameters", () => {
    const { macs, weights, biases } = count(mobilenetV1());
    expect(macs).toBe(568_740_352);
    expect(weights + biases).toBe(4_221_032);
  });

  it("is one network with the stem, 13 pairs, the pooling and the classifier", () => {
    const workload = mobilenetV1();
    expect(layerCount(workload)).toBe(1 + 2 * 13 + 2);
    expect(distinctLayers(workload.layers)).toHaveLength(21);
    expect(workload.chain!.network.outputShape(workload.chain!.inputShapes)).toEqual([1, 1000, 1, 1]);
  });
});

describe("mobilenet-v2", () => {
  it("has torchvision's counts: 300.8 million MACs; 3,504,872 parameters with batch normalisation's scale", () => {
    const { macs, weights, biases } = count(mobilenetV2());
    expect(macs).toBe(300_774_272);
    expect(weights).toBe(3_469_760);
    // torchvision has a scale beside each convolution's shift. The classifier has only a bias.
    expect(weights + 2 * (biases - 1000) + 1000).toBe(3_504_872);
  });

  it("has a residual in each block that keeps its shape", () => {
    const { layers, chain } = mobilenetV2();
    expect(layers.filter(({ problem }) => problem.residual).map(({ name }) => name)).toEqual(
      [3, 5, 6, 8, 9, 10, 12, 13, 15, 16].map((block) => `project${block}`),
    );
    expect(chain!.network.outputShape(chain!.inputShapes)).toEqual([1, 1000, 1, 1]);
  });
});

describe("resnext50", () => {
  it("has torchvision's counts: 4.23 billion MACs; 25,028,904 parameters with batch normalisation's scale", () => {
    const { macs, weights, biases } = count(resnext50());
    expect(macs).toBe(4_230_479_872);
    expect(weights).toBe(24_959_680);
    expect(weights + 2 * (biases - 1000) + 1000).toBe(25_028_904);
  });

  it("is a list of layers, because max-pooling is no convolution", () => {
    const workload = resnext50();
    expect(workload.chain).toBeUndefined();
    expect(workload.layers.filter(({ problem }) => problem.g === 32)).toHaveLength(16);
    expect(workload.layers.filter(({ name }) => name.endsWith("shortcut"))).toHaveLength(4);
  });
});

describe("yardstick", () => {
  it("has twelve layers, each once", () => {
    expect(distinctLayers(yardstick().layers)).toHaveLength(12);
  });
});

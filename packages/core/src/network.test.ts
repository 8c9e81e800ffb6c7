import { describe, expect, it } from "vitest";
import { Conv2d } from "./conv2d.js";
import { type LayerRef, network, type NetworkLayer } from "./network.js";
import type { Conv2dProblem } from "./problem.js";
import { expectError } from "./testing/expect-error.js";

const pointwise = (inChannels: number, outChannels: number): Conv2d =>
  new Conv2d({ inChannels, outChannels, kernelSize: 1 });
const up = pointwise(2, 4);
const same = pointwise(4, 4);
const down = pointwise(4, 2);

describe("network", () => {
  it("feeds each layer from the one before it, and the first from the input", () => {
    expect(network(up, same, { conv: down, name: "last" }).layers).toEqual([
      { kind: "conv2d", conv: up, name: "0", input: -1, residual: undefined },
      { kind: "conv2d", conv: same, name: "1", input: 0, residual: undefined },
      { kind: "conv2d", conv: down, name: "last", input: 1, residual: undefined },
    ]);
  });

  it.each<[string, LayerRef, number]>([
    ["the input by its name", "input", -1],
    ["the input by its name", "input", -1],
    ["a layer by its name", "expand", 0],
    ["a layer by its index", 1, 1],
  ])("finds %s", (_, ref, index) => {
    const net = network({ conv: same, name: "expand" }, same, { conv: same, input: ref, residual: ref });
    expect(net.layers[2]).toMatchObject({ input: index, residual: index });
  });

  it("prefers a given name to an index of the same text", () => {
    const net = network({ conv: up, name: "1" }, same, { conv: same, input: "1" });
    expect(net.layers[2]).toMatchObject({ input: 0 });
  });

  it("cannot be changed once it is made", () => {
    const net = network(up);
    expect(Object.isFrozen(net)).toBe(true);
    expect(Object.isFrozen(net.layers)).toBe(true);
  });

  it.each<[string, unknown[], string]>([
    ["nothing", [], "a network needs at least one layer"],
    ["null", [up, null], "layer 1 (null) must be an object"],
    ["a layer without a conv", [{ name: "a" }], "layer 0: conv (undefined) must be a Conv2d"],
    ["options in place of a Conv2d", [{ conv: { inChannels: 1 } }], "layer 0: conv ({ inChannels }) must be a Conv2d"],
    [
      "an unknown key",
      [{ conv: up, skip: "input" }],
      'layer 0 has no key "skip"; its keys are conv, op, name, input, inputs, residual',
    ],
    ["an empty name", [{ conv: up, name: "" }], 'layer 0: name ("") must be a string that is not empty'],
    ["a name that is no string", [{ conv: up, name: 3 }], "layer 0: name (3) must be a string"],
    [
      "a name used twice",
      [
        { conv: same, name: "a" },
        { conv: same, name: "a" },
      ],
      'layer 1: the name "a" is taken',
    ],
    ["the name of the input", [{ conv: up, name: "input" }], 'layer 0: the name "input" is taken'],
    ["an index before the first", [up, { conv: same, input: -1 }], 'layer 1: input (-1) must be "input", or'],
    ["an index in words", [up, { conv: same, input: "0" }], 'layer 1: input ("0") must be "input", or the name'],
    [
      "an unknown name",
      [up, { conv: same, name: "b", input: "a" }],
      'layer b: input ("a") must be "input", or the name or index of an earlier layer',
    ],
    [
      "a later layer's name",
      [
        { conv: same, residual: "b" },
        { conv: same, name: "b" },
      ],
      'layer 0: residual ("b") must be',
    ],
    ["itself by name", [{ conv: same, name: "a", input: "a" }], 'layer a: input ("a") must be'],
    ["itself by index", [up, { conv: same, residual: 1 }], "layer 1: residual (1) must be"],
    ["an index below the input", [{ conv: same, input: -2 }], "layer 0: input (-2) must be"],
    ["a fraction", [up, { conv: same, input: 0.5 }], "layer 1: input (0.5) must be"],
    ["NaN", [up, { conv: same, input: NaN }], "layer 1: input (NaN) must be"],
    ["null for a reference", [up, { conv: same, residual: null }], "layer 1: residual (null) must be"],
    ["a Conv2d for a reference", [up, { conv: same, residual: up }], "layer 1: residual (a Conv2d) must be"],
  ])("refuses %s", (_, entries, words) => {
    expectError(() => network(...(entries as NetworkLayer[])), "ERR_INVALID_OPTION", words);
  });
});

describe("network of lists", () => {
  const layer = new Conv2d({ inChannels: 2, outChannels: 2, kernelSize: 1 });
  const names = (net: { readonly layers: readonly { readonly name: string }[] }) => net.layers.map(({ name }) => name);

  it("takes an array of layers as the only argument, or beside other arguments", () => {
    expect(names(network([layer, { conv: layer, name: "b" }, layer]))).toEqual(["0", "b", "2"]);
    expect(names(network(layer, [layer, { conv: layer, name: "b" }], layer))).toEqual(["0", "1", "b", "3"]);
    expect(network([layer, layer]).outputShape([1, 2, 5, 5])).toEqual([1, 2, 5, 5]);
  });

  it("counts layers in an array like layers as arguments", () => {
    const [, , last] = network([layer, layer], { conv: layer, residual: 0 }).layers;
    expect(last).toMatchObject({ input: 1, residual: 0 });
  });

  it.each<[unknown[], string]>([
    [[[]], "a network needs at least one layer"],
    [[[layer, [layer]]], "layer 1 ([a Conv2d]) must be an object"],
    [[[layer, undefined]], "layer 1 (undefined) must be an object"],
  ])("refuses %o", (entries, words) => {
    expectError(() => network(...(entries as NetworkLayer[])), "ERR_INVALID_OPTION", words);
  });
});

describe("network.problems", () => {
  it("follows the references from shape to shape", () => {
    const net = network(
      { conv: up, name: "expand" },
      { conv: new Conv2d({ inChannels: 4, outChannels: 4, kernelSize: 3, groups: 4, stride: 2 }) },
      { conv: down, input: "expand", residual: "input" },
    );
    const problems = net.problems([1, 2, 7, 9]) as readonly Conv2dProblem[];
    expect(problems.map(({ ic, ih, iw, oc, oh, ow, residual }) => [ic, ih, iw, oc, oh, ow, residual])).toEqual([
      [2, 7, 9, 4, 7, 9, false],
      [4, 7, 9, 4, 3, 4, false],
      [4, 7, 9, 2, 7, 9, true],
    ]);
    expect(net.outputShape([1, 2, 7, 9])).toEqual([1, 2, 7, 9]);
  });

  it("adds up the cost of its layers", () => {
    // 7 * 9 * (2 * 4 + 4 * 2); 8 + 4 and 8 + 2 parameters
    expect(network(up, down).cost([1, 2, 7, 9])).toMatchObject({ macs: 1008, parameters: 22 });
  });

  it.each<[string, readonly (Conv2d | NetworkLayer)[], string]>([
    [
      "channels",
      [up, { conv: up, name: "again" }],
      "layer again: input ([1, 4, 5, 5]) has 4 channels; expected inChannels (2)",
    ],
    ["channels of an unnamed layer", [up, up], "layer 1: input ([1, 4, 5, 5]) has 4 channels"],
    [
      "a kernel",
      [up, { conv: new Conv2d({ inChannels: 4, outChannels: 4, kernelSize: 7 }), name: "big" }],
      "layer big: kernelSize (7 x 7) must fit in the padded input (5 x 5)",
    ],
    [
      "a residual",
      [up, { conv: same, name: "sum", residual: "input" }],
      "layer sum: residual ([1, 2, 5, 5]) must have the output's shape ([1, 4, 5, 5])",
    ],
  ])("names the layer with %s that does not fit", (_, entries, words) => {
    expectError(() => network(...entries).problems([1, 2, 5, 5]), "ERR_SHAPE", words);
    expectError(() => network(...entries).outputShape([1, 2, 5, 5]), "ERR_SHAPE", words);
    expectError(() => network(...entries).cost([1, 2, 5, 5]), "ERR_SHAPE", words);
  });

  it("names no layer if there is only one", () => {
    expect(() => network(down).problems([1, 2, 5, 5])).toThrow(/^input \(\[1, 2, 5, 5\]\) has 2 channels/);
  });

  it("refuses an input that is no shape", () => {
    expectError(() => network(up, down).problems([5, 5] as never), "ERR_SHAPE", "input ([5, 5]) must be [n, c, h, w]");
    const sizes = Int32Array.of(1, 2, 5, 5) as never;
    expectError(() => network(up, down).problems(sizes), "ERR_SHAPE", "input (an Int32Array of 16 bytes) must be [n");
  });
});

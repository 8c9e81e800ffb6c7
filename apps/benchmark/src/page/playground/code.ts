/** A filter as code to copy, for PyTorch and for Convene. Pure. */

import { BLOCK_MULTIPLIER, COLOURS, FILTERS, GREY, isColour, kernelsOf, paddingOf } from "./filters.js";
import { sumOf } from "./kernels.js";
import type { FilterSettings } from "./settings.js";

/** A number with nine digits, which are enough for a float32. */
const shown = (value: number): string => String(Number(value.toPrecision(9)));

/** A kernel as rows of numbers in brackets. If possible, a factor makes the numbers whole. */
function rows(kernel: readonly number[], size: number): { readonly list: readonly string[]; readonly factor: string } {
  const whole = kernel.map((each) => each * size ** 2);
  const isMean = whole.every((each) => Math.abs(each - 1) < 1e-9) && Math.abs(sumOf(kernel) - 1) < 1e-9;
  const values = isMean ? whole.map(Math.round) : kernel;
  const list = Array.from({ length: size }, (_, row) =>
    values
      .slice(row * size, (row + 1) * size)
      .map(shown)
      .join(", "),
  );
  return { list, factor: isMean ? ` / ${size ** 2}` : "" };
}

/** PyTorch's options of the convolution, without the channels. */
function torchOptions(settings: FilterSettings): string {
  const { kernel, stride, dilation, groups } = settings;
  const { padding, paddingMode } = paddingOf(settings);
  return [
    String(kernel),
    ...(stride === 1 ? [] : [`stride=${stride}`]),
    ...(padding === 0 ? [] : [`padding=${padding}`]),
    ...(dilation === 1 ? [] : [`dilation=${dilation}`]),
    ...(settings.filter === "separable" || groups === 1 ? [] : [`groups=${groups}`]),
    ...(paddingMode === "zeros" ? [] : [`padding_mode="${paddingMode}"`]),
  ].join(", ");
}

/** The call of PyTorch that computes the same result. */
export function torchCode(settings: FilterSettings, channels: number): string {
  const { filter, kernel, seed, groups } = settings;
  const head = ["import torch", "from torch import nn", ""];
  if (filter === "separable") {
    const middle = COLOURS * BLOCK_MULTIPLIER;
    return [
      ...head,
      `torch.manual_seed(${seed})`,
      `depthwise = nn.Conv2d(${COLOURS}, ${middle}, ${torchOptions(settings)}, groups=${COLOURS})`,
      `torch.manual_seed(${seed + 1})`,
      `pointwise = nn.Conv2d(${middle}, ${COLOURS}, 1)`,
      `block = nn.Sequential(depthwise, nn.ReLU6(), pointwise, nn.ReLU6())`,
      `y = block(x)  # x: [1, 3, h, w], from 0 to 1`,
    ].join("\n");
  }
  if (filter === "learnt") {
    return [
      ...head,
      "# weight and bias: learnt from this photo by k-means over whitened patches",
      `conv = nn.Conv2d(${COLOURS}, ${channels}, ${torchOptions({ ...settings, groups: 1 })})`,
      `conv.weight.data, conv.bias.data = weight, bias`,
      `y = conv(x)  # x: [1, 3, h, w], from 0 to 1`,
    ].join("\n");
  }
  const kernels = kernelsOf(settings).map((each) => rows(each, kernel));
  const tensors = kernels.map(
    ({ list, factor }) => `  torch.tensor([\n    [${list.join("],\n    [")}],\n  ])${factor},`,
  );
  const first = `kernels = torch.stack([\n${tensors.join("\n")}\n]).float()`;
  return [
    ...head,
    first,
    `conv = nn.Conv2d(${COLOURS}, ${channels}, ${torchOptions(settings)}, bias=False)`,
    ...torchWeights(settings, groups),
    `y = conv(x)  # x: [1, 3, h, w], from 0 to 1`,
  ].join("\n");
}

function torchWeights(settings: FilterSettings, groups: number): readonly string[] {
  if (groups === COLOURS) return ["conv.weight.data = kernels[:, None].repeat(3, 1, 1, 1)"];
  if (isColour(settings)) {
    return [
      "# between two colours: zeros, which are multiplied all the same",
      "conv.weight.data = torch.eye(3)[:, :, None, None] * kernels",
    ];
  }
  return [
    "# the colours, weighed to a grey",
    `conv.weight.data = kernels[:, None] * torch.tensor([${GREY.join(", ")}])[:, None, None]`,
  ];
}

/** Convene's call. Its `weight` has the weights that the playground uses. */
export function ourCode(settings: FilterSettings, channels: number): string {
  const { filter, kernel, stride, dilation, groups, seed } = settings;
  const { padding, paddingMode } = paddingOf(settings);
  const options = [
    `inChannels: ${COLOURS}`,
    `outChannels: ${channels}`,
    `kernelSize: ${kernel}`,
    ...(stride === 1 ? [] : [`stride: ${stride}`]),
    ...(padding === 0 ? [] : [`padding: ${padding}`]),
    ...(paddingMode === "zeros" ? [] : [`paddingMode: "${paddingMode}"`]),
    ...(dilation === 1 ? [] : [`dilation: ${dilation}`]),
  ];
  const end = [
    "const model = await prepare(await cpu(), layers, x.shape); // x: [1, 3, h, w]",
    "const y = await model.run(x);",
  ];
  const imports = (names: string): string =>
    `import { ${names} } from "@convene/core";\nimport { cpu } from "@convene/cpu";\n`;
  if (filter === "separable") {
    const seeds = `{ depthwise: { seed: ${seed} }, pointwise: { seed: ${seed + 1} } }`;
    return [
      imports("depthwiseSeparable, network, prepare"),
      `const options = { ${[...options, `multiplier: ${BLOCK_MULTIPLIER}`, 'activation: "relu6"'].join(", ")} };`,
      `const layers = network(...depthwiseSeparable(options, ${seeds}));`,
      ...end,
    ].join("\n");
  }
  if (filter === "learnt") {
    return [
      imports("Conv2d, prepare"),
      "// weight and bias: learnt from this photo by k-means over whitened patches",
      `const layers = new Conv2d({ ${options.join(", ")} }, { weight, bias });`,
      ...end,
    ].join("\n");
  }
  const kernels = kernelsOf(settings).map((each) => {
    const { list, factor } = rows(each, kernel);
    return `  [${list.join(",\n   ")}]${factor && `.map((each) => each${factor})`},`;
  });
  const grouped = groups === 1 ? options : [...options, `groups: ${groups}`];
  return [
    imports("Conv2d, prepare"),
    `const kernels = [\n${kernels.join("\n")}\n];`,
    `const weight = Float32Array.from(${ourWeights(settings)});`,
    `const layers = new Conv2d({ ${[...grouped, "bias: false"].join(", ")} }, { weight });`,
    ...end,
  ].join("\n");
}

function ourWeights(settings: FilterSettings): string {
  if (settings.groups === COLOURS) return "[0, 1, 2].flatMap(() => kernels.flat())";
  if (FILTERS[settings.filter].spread === "grey") {
    return `kernels.flatMap((kernel) => [${GREY.join(", ")}].flatMap((share) => kernel.map((each) => each * share)))`;
  }
  return "[0, 1, 2].flatMap((to) => [0, 1, 2].flatMap((from) => kernels[0].map((each) => (from === to ? each : 0))))";
}

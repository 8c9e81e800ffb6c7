/** The same layer as code, for torch and for Convene. Pure. */

import type { Conv2dProblem } from "@convene/core";

const one = ([h, w]: readonly number[]): string => (h === w ? String(h) : `(${h}, ${w})`);
const ours = ([h, w]: readonly number[]): string => (h === w ? String(h) : `[${h}, ${w}]`);

/** Whether torch's option can express the pads: they must be the same before and after. */
const even = ({ pt, pb, pl, pr }: Conv2dProblem): boolean => pt === pb && pl === pr;

function torchLayer(p: Conv2dProblem): readonly string[] {
  const words = [String(p.ic), String(p.oc), `kernel_size=${one([p.kh, p.kw])}`];
  if (p.sh !== 1 || p.sw !== 1) words.push(`stride=${one([p.sh, p.sw])}`);
  if (even(p) && (p.pt > 0 || p.pl > 0)) words.push(`padding=${one([p.pt, p.pl])}`);
  if (p.dh !== 1 || p.dw !== 1) words.push(`dilation=${one([p.dh, p.dw])}`);
  if (p.g !== 1) words.push(`groups=${p.g}`);
  if (!p.bias) words.push("bias=False");
  if (even(p) && p.paddingMode !== "zeros") words.push(`padding_mode="${p.paddingMode}"`);
  const lines = [`nn.Conv2d(${words.join(", ")})`];
  if (!even(p)) lines.unshift(torchPad(p));
  if (p.activation === "relu") lines.push("nn.ReLU()");
  else if (p.activation === "relu6") lines.push("nn.ReLU6()");
  else if (p.activation) lines.push(`nn.Hardtanh(${p.activation.clamp.map(pythonNumber).join(", ")})`);
  return lines;
}

/** The padding module for pads that differ between edges, because torch.nn.Conv2d has no such pads. */
function torchPad({ pl, pr, pt, pb, paddingMode }: Conv2dProblem): string {
  const names = {
    zeros: "ZeroPad2d",
    reflect: "ReflectionPad2d",
    replicate: "ReplicationPad2d",
    circular: "CircularPad2d",
  };
  return `nn.${names[paddingMode]}((${pl}, ${pr}, ${pt}, ${pb}))`;
}

function pythonNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : `float("${value < 0 ? "-" : ""}inf")`;
}

/** Complete code, which runs if torch is installed. */
export function torchCode(stages: readonly Conv2dProblem[]): string {
  const { n, ic, ih, iw } = stages[0]!;
  const lines = stages.flatMap(torchLayer);
  const layer = lines.length === 1 ? lines[0]! : `nn.Sequential(\n${lines.map((each) => `    ${each},\n`).join("")})`;
  return `import torch
from torch import nn

torch.manual_seed(0)
layer = ${layer}
y = layer(torch.rand(${n}, ${ic}, ${ih}, ${iw}))
print(y.shape)`;
}

function conveneLayer(p: Conv2dProblem, seed: number): string {
  const options = [`inChannels: ${p.ic}`, `outChannels: ${p.oc}`, `kernelSize: ${ours([p.kh, p.kw])}`];
  if (p.sh !== 1 || p.sw !== 1) options.push(`stride: ${ours([p.sh, p.sw])}`);
  if (!even(p)) options.push(`padding: { top: ${p.pt}, left: ${p.pl}, bottom: ${p.pb}, right: ${p.pr} }`);
  else if (p.pt > 0 || p.pl > 0) options.push(`padding: ${ours([p.pt, p.pl])}`);
  if (p.dh !== 1 || p.dw !== 1) options.push(`dilation: ${ours([p.dh, p.dw])}`);
  if (p.g !== 1) options.push(`groups: ${p.g}`);
  if (!p.bias) options.push("bias: false");
  if (p.paddingMode !== "zeros") options.push(`paddingMode: "${p.paddingMode}"`);
  if (typeof p.activation === "string") options.push(`activation: "${p.activation}"`);
  else if (p.activation) options.push(`activation: { clamp: [${p.activation.clamp.join(", ")}] }`);
  return `new Conv2d({ ${options.join(", ")} }${seed === 0 ? "" : `, { seed: ${seed} }`})`;
}

/** Complete code, which runs if `@convene/core` and `@convene/cpu` are installed. */
export function conveneCode(stages: readonly Conv2dProblem[]): string {
  const { n, ic, ih, iw } = stages[0]!;
  const layers = stages.map(conveneLayer);
  const several = layers.length > 1;
  const layer = several ? `network(\n${layers.map((each) => `  ${each},\n`).join("")})` : layers[0]!;
  const shape = `[${n}, ${ic}, ${ih}, ${iw}]`;
  return `import { Conv2d,${several ? " network," : ""} prepare, randomUniform } from "@convene/core";
import { cpu } from "@convene/cpu";

const layer = ${layer};
const model = await prepare(await cpu(), layer, ${shape});
const y = await model.run(randomUniform(${shape}));
console.log(y.shape);`;
}

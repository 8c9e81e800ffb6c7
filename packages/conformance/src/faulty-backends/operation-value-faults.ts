/** Faults of operations that compute: activations, prelu, add, multiply, softmax. */

import { type Activation, operationProblem } from "@convene/core";
import type { Fault } from "./faulty-backend.js";
import { askedOtherwise, faultyKinds, faultyResults, operationFault, rightResult } from "./faulty-operation.js";

type Backends = (name: string) => Fault["backend"];

/** Another function in place of an activation. For `undefined` the activation stays as it is. */
const otherActivation =
  (change: (activation: Activation) => Activation | undefined): Backends =>
  (name) =>
    askedOtherwise(name, ["activation"], (p, operands) => [
      { ...p, activation: change(p.activation) ?? p.activation },
      operands,
    ]);

/** One function with another computation. `compute` rounds to float32 itself. */
const otherFunction =
  (activation: Activation, compute: (x: number) => number): Backends =>
  (name) =>
    faultyResults(name, ["activation"], ({ at }, p, { inputs }, result) =>
      p.activation === activation ? compute(inputs[0]![at]!) : result[at],
    );

const ACTIVATION = ["activation"] as const;
const BINARY = ["add", "multiply"] as const;
const r = Math.fround;
const exp = (x: number): number => r(Math.exp(x));

export const OPERATION_VALUE_FAULTS: readonly Fault[] = [
  operationFault(
    {
      name: "gelu-by-tanh",
      about: "GELU is computed by its approximation with tanh, even if the exact form was requested.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_gelu_c5_h4", right: "activation_geluTanh_c5_h4" },
    },
    otherActivation((activation) => (activation === "gelu" ? "geluTanh" : undefined)),
  ),
  operationFault(
    {
      name: "gelu-by-erf",
      about: "GELU is always exact, because `approximate` is not read.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_geluTanh_c5_h4", right: "activation_gelu_c5_h4" },
    },
    otherActivation((activation) => (activation === "geluTanh" ? "gelu" : undefined)),
  ),
  operationFault(
    {
      name: "gelu-by-a-short-polynomial",
      about: "GELU is computed as x·sigmoid(1.702·x), an approximation from a paper on training.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_gelu_c5_h4", right: "activation_silu_c5_h4" },
    },
    otherFunction("gelu", (x) => x / (1 + Math.exp(-1.702 * x))),
  ),
  operationFault(
    {
      name: "silu-as-sigmoid",
      about: "The factor x of SiLU is forgotten.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_silu_c5_h4", right: "activation_sigmoid_c5_h4" },
    },
    otherActivation((activation) => (activation === "silu" ? "sigmoid" : undefined)),
  ),
  operationFault(
    {
      name: "silu-from-a-half-of-tanh",
      about: "sigmoid(x) is computed as (1 + tanh(x/2))/2 in float32, which loses all digits for large negative x.",
      kinds: ACTIVATION,
    },
    otherFunction("silu", (x) => r(x * r(0.5 * r(1 + r(Math.tanh(x / 2)))))),
  ),
  operationFault(
    {
      name: "leaky-slope-is-the-default",
      about: "The slope is ignored, and PyTorch's default is used.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_leakyRelu0.3_c5_h4", right: "activation_leakyRelu0.01_c5_h4" },
    },
    otherActivation((activation) =>
      typeof activation === "object" && "leakyRelu" in activation ? { leakyRelu: 0.01 } : undefined,
    ),
  ),
  operationFault(
    {
      name: "leaky-as-a-maximum",
      about: "The function is max(x, slope·x), which is right only for slopes below 1.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_leakyRelu1.75_c5_h4", right: "activation_leakyRelu0.3_c5_h4" },
    },
    (name) =>
      faultyResults(name, ACTIVATION, ({ at }, { activation }, { inputs }, result) => {
        const x = inputs[0]![at]!;
        const isLeaky = typeof activation === "object" && "leakyRelu" in activation;
        return isLeaky ? Math.max(x, activation.leakyRelu * x) : result[at];
      }),
  ),
  operationFault(
    {
      name: "hard-swish-without-clamp",
      about: "The function is x·(x + 3)/6 everywhere, without the clamp between the two factors.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_hardSwish_c5_h4", right: "activation_hardSigmoid_c5_h4" },
    },
    otherFunction("hardSwish", (x) => (x * (x + 3)) / 6),
  ),
  operationFault(
    {
      name: "hard-sigmoid-of-another-framework",
      about: "hardSigmoid is clamp(0.2·x + 0.5, 0, 1), the default of Keras and ONNX, instead of PyTorch's function.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_hardSigmoid_c5_h4", right: "activation_hardSigmoid0.2:0.5_c5_h4" },
    },
    otherActivation((activation) => (activation === "hardSigmoid" ? { hardSigmoid: [0.2, 0.5] } : undefined)),
  ),
  operationFault(
    {
      name: "hard-sigmoid-numbers-exchanged",
      about: "alpha and beta are exchanged.",
      kinds: ACTIVATION,
      problems: { wrong: "activation_hardSigmoid0.2:0.5_c5_h4", right: "activation_hardSigmoid0.25:0.25_c5_h4" },
    },
    otherActivation((activation) => {
      if (typeof activation !== "object" || !("hardSigmoid" in activation)) return undefined;
      const [alpha, beta] = activation.hardSigmoid;
      return { hardSigmoid: [beta, alpha] };
    }),
  ),
  operationFault(
    { name: "relu-loses-nan", about: "relu is computed as `x > 0 ? x : 0`, which gives 0 for NaN.", kinds: ACTIVATION },
    otherFunction("relu", (x) => (x > 0 ? x : 0)),
  ),
  operationFault(
    {
      name: "sigmoid-overflows",
      about: "sigmoid is computed as exp(x)/(1 + exp(x)) in float32, which is infinity / infinity from x = 89 on.",
      kinds: ACTIVATION,
    },
    otherFunction("sigmoid", (x) => r(exp(x) / r(1 + exp(x)))),
  ),
  operationFault(
    {
      name: "tanh-cancels-near-zero",
      about:
        "tanh is computed as 1 − 2/(exp(2x) + 1) in float32. For small x this is a difference of nearly equal numbers.",
      kinds: ACTIVATION,
    },
    otherFunction("tanh", (x) => r(1 - r(2 / r(exp(2 * x) + 1)))),
  ),
  operationFault(
    {
      name: "no-clamp-after-add",
      about: "The activation of an addition is missing, because only convolutions have code for an activation.",
      kinds: ["add"],
      problems: { wrong: "add_c5_h4_relu", right: "add_c5_h4" },
    },
    (name) => askedOtherwise(name, ["add"], (p, operands) => [{ ...p, activation: undefined }, operands]),
  ),
  operationFault(
    {
      name: "clamp-before-add",
      about: "The clamp is applied to the first input, and the second input is added afterwards.",
      kinds: ["add"],
      problems: { wrong: "add_c5_h4_relu", right: "add_c5_h4" },
    },
    (name) =>
      faultyResults(name, ["add"], ({ at, image, c }, p, { inputs }, result) => {
        if (p.activation === undefined) return result[at];
        const b = inputs[1]![p.perChannel ? image * p.c + c : at]!;
        const { h, w, n, activation } = p;
        const clamped = operationProblem({ kind: "activation", activation, n, c: p.c, h, w });
        return rightResult(clamped, { inputs: [inputs[0]!.slice()] })[at]! + b;
      }),
  ),
  operationFault(
    {
      name: "per-channel-along-rows",
      about: "The second input is broadcast along rows, as NumPy broadcasts an array of one dimension.",
      kinds: BINARY,
      problems: { wrong: "multiply_c4_h4_perChannel", right: "multiply_c4_h4" },
    },
    (name) =>
      faultyResults(name, BINARY, ({ image, x, at }, p, { inputs }, result) => {
        if (!p.perChannel || p.activation !== undefined) return result[at];
        const b = inputs[1]![image * p.c + (x % p.c)]!;
        return p.kind === "add" ? inputs[0]![at]! + b : inputs[0]![at]! * b;
      }),
  ),
  operationFault(
    {
      name: "per-channel-of-the-first-image",
      about: "The batch of the second input is ignored, so every image gets the factors of the first image.",
      kinds: BINARY,
      problems: { wrong: "multiply_n2_c5_h4_perChannel", right: "multiply_c5_h4_perChannel" },
    },
    (name) =>
      askedOtherwise(name, BINARY, (p, { inputs }) => [
        p,
        { inputs: p.perChannel ? [inputs[0]!, inputs[1]!.map((_, at) => inputs[1]![at % p.c]!)] : inputs },
      ]),
  ),
  operationFault(
    {
      name: "add-in-half-precision",
      about: "Sums are rounded to float16, which has eleven significant bits.",
      kinds: ["add"],
      problems: { wrong: "add_c5_h4", right: "multiply_c5_h4" },
    },
    (name) =>
      faultyResults(name, ["add"], ({ at }, _p, _operands, result) => {
        const y = result[at]!;
        const unit = 2 ** (Math.floor(Math.log2(Math.abs(y))) - 10);
        return y === 0 || !Number.isFinite(y) ? y : Math.round(y / unit) * unit;
      }),
  ),
  operationFault(
    {
      name: "prelu-of-one-slope",
      about: "All channels get the slope of the first channel, because PReLU() has one parameter by default.",
      kinds: ["prelu"],
      problems: { wrong: "prelu_c5_h4", right: "prelu_c1_h4" },
    },
    (name) =>
      askedOtherwise(name, ["prelu"], (p, { inputs, slope }) => [p, { inputs, slope: slope!.map(() => slope![0]!) }]),
  ),
  operationFault(
    {
      name: "prelu-slopes-in-reverse",
      about: "Slopes are packed in reverse, for a kernel that counts channels down.",
      kinds: ["prelu"],
      problems: { wrong: "prelu_c5_h4", right: "prelu_c1_h4" },
    },
    (name) =>
      askedOtherwise(name, ["prelu"], (p, { inputs, slope }) => [p, { inputs, slope: slope!.slice().reverse() }]),
  ),
  operationFault(
    {
      name: "softmax-over-the-width",
      about: "The softmax is over the last axis instead of over channels.",
      kinds: ["softmax"],
      problems: { wrong: "softmax_c5_h3", right: "add_c5_h3" },
    },
    (name) =>
      faultyResults(name, ["softmax"], ({ image, c, y, x }, p, { inputs }) => {
        const row = inputs[0]!.slice(((image * p.c + c) * p.h + y) * p.w).subarray(0, p.w);
        const max = row.reduce((most, each) => Math.max(most, each));
        return Math.exp(row[x]! - max) / row.reduce((sum, each) => sum + Math.exp(each - max), 0);
      }),
  ),
  operationFault(
    {
      name: "softmax-without-the-maximum",
      about: "exp is computed without subtracting the maximum, so it overflows float32 from 89 on.",
      kinds: ["softmax"],
    },
    (name) =>
      faultyResults(name, ["softmax"], ({ image, y, x, at }, p, { inputs }) => {
        let sum = 0;
        for (let c = 0; c < p.c; c++) sum = r(sum + exp(inputs[0]![((image * p.c + c) * p.h + y) * p.w + x]!));
        return r(exp(inputs[0]![at]!) / sum);
      }),
  ),
  operationFault(
    {
      name: "softmax-of-one-maximum",
      about: "One maximum of all pixels is subtracted. So pixels far below it become 0/0.",
      kinds: ["softmax"],
    },
    (name) =>
      faultyKinds(name, ["softmax"], (p, { inputs }, output) => {
        const max = inputs[0]!.reduce((most, each) => Math.max(most, each));
        const plane = p.h * p.w;
        for (let at = 0; at < output.length; at++) {
          const first = Math.floor(at / (p.c * plane)) * p.c * plane + (at % plane);
          let sum = 0;
          for (let c = 0; c < p.c; c++) sum = r(sum + exp(r(inputs[0]![first + c * plane]! - max)));
          output[at] = exp(r(inputs[0]![at]! - max)) / sum;
        }
      }),
  ),
  operationFault(
    {
      name: "products-below-normal-are-zero",
      about: "Small products are flushed to zero, but features.subnormals says that subnormals are kept.",
      kinds: ["multiply"],
    },
    (name) =>
      faultyResults(name, ["multiply"], ({ at }, _p, _operands, result) =>
        Math.abs(result[at]!) < 2 ** -126 ? 0 : result[at],
      ),
  ),
];

/**
 * The file that the Python program of `docs/guide/weights.md` writes: the state of ResNet's block, an input, and the block's output.
 * PyTorch is not needed here: plain loops compute the output in float64, layer by layer, without any folding.
 */

import { randomUniform } from "@convene/core";

/** `[n, c, h, w]` of one image, or OIHW. */
type Shape4 = readonly [number, number, number, number];

interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const EPSILON = 1e-5;

/** The bytes of the safetensors file. */
export function resnetBlock(): Uint8Array {
  const state = new Map<string, Values>();
  /** Adds a tensor of float32 numbers in a range. */
  const add = (name: string, shape: readonly number[], min: number, max: number): Values => {
    const count = shape.reduce((product, each) => product * each, 1);
    const { data } = randomUniform([1, 1, 1, count], { seed: state.size + 1, min, max });
    const values = { shape, data: Float64Array.from(data) };
    state.set(name, values);
    return values;
  };
  const conv = (name: string, shape: Shape4) => add(`${name}.weight`, shape, -0.3, 0.3);
  const norm = (name: string): readonly Values[] => [
    add(`${name}.weight`, [16], 0.5, 1.5),
    add(`${name}.bias`, [16], -0.5, 0.5),
    add(`${name}.running_mean`, [16], -0.5, 0.5),
    add(`${name}.running_var`, [16], 0.5, 2),
  ];

  const x = add("test.input", [1, 8, 13, 13], -1, 1);
  const first = normalised(convolved(x, conv("conv1", [16, 8, 3, 3]), 2, 1), norm("bn1"));
  const second = normalised(convolved(relu(first), conv("conv2", [16, 16, 3, 3]), 1, 1), norm("bn2"));
  const shortcut = normalised(convolved(x, conv("downsample.0", [16, 8, 1, 1]), 2, 0), norm("downsample.1"));
  const sum = { shape: second.shape, data: second.data.map((value, at) => value + shortcut.data[at]!) };
  state.set("test.output", relu(sum));
  return fileOf(state);
}

function convolved({ shape, data }: Values, weight: Values, stride: number, padding: number): Values {
  const [, ic, ih, iw] = shape as Shape4;
  const [oc, , kh, kw] = weight.shape as Shape4;
  const [oh, ow] = [ih, iw].map((size) => Math.floor((size + 2 * padding - kh) / stride) + 1) as [number, number];
  const out = new Float64Array(oc * oh * ow);
  for (let at = 0; at < out.length; at++) {
    const [o, y, x] = [Math.floor(at / (oh * ow)), Math.floor(at / ow) % oh, at % ow];
    for (let tap = 0; tap < ic * kh * kw; tap++) {
      const [i, ky, kx] = [Math.floor(tap / (kh * kw)), Math.floor(tap / kw) % kh, tap % kw];
      const [row, column] = [y * stride + ky - padding, x * stride + kx - padding];
      if (row < 0 || row >= ih || column < 0 || column >= iw) continue;
      out[at]! += data[(i * ih + row) * iw + column]! * weight.data[o * ic * kh * kw + tap]!;
    }
  }
  return { shape: [1, oc, oh, ow], data: out };
}

function normalised({ shape, data }: Values, parameters: readonly Values[]): Values {
  const each = data.length / shape[1]!;
  const values = data.map((value, at) => {
    const [gamma, beta, mean, variance] = parameters.map((parameter) => parameter.data[Math.floor(at / each)]!);
    return ((value - mean!) / Math.sqrt(variance! + EPSILON)) * gamma! + beta!;
  });
  return { shape, data: values };
}

function relu({ shape, data }: Values): Values {
  return { shape, data: data.map((value) => Math.max(value, 0)) };
}

function fileOf(state: ReadonlyMap<string, Values>): Uint8Array {
  let end = 0;
  const entries = [...state].map(([name, { shape, data }]) => {
    const begin = end;
    end += data.length * 4;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const numbers = [...state.values()].map(({ data }) => Buffer.from(Float32Array.from(data).buffer));
  return Buffer.concat([length, header, ...numbers]);
}

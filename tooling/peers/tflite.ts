/**
 * Makes a TensorFlow Lite model of a problem: one CONV_2D or DEPTHWISE_CONV_2D, with PAD or MIRROR_PAD before it if its own padding is
 * not enough, and ADD, MAXIMUM and MINIMUM after it. Field numbers and enumerations are those of
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs.
 */

import type { Conv2dProblem, Conv2dWeights, Shape4 } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import { byte, bytes, type Field, flatbuffer, int, ints, littleEndian, table, tables, text } from "./flatbuffer.js";
import type { Node } from "./flatbuffer.js";

const SCHEMA_VERSION = 3;

/** A value of TensorType. */
const FLOAT32 = 0;
const INT32 = 2;

/** A BuiltinOperator, and the number and fields of its BuiltinOptions. */
interface Operation {
  readonly code: number;
  readonly version?: number;
  readonly optionsType: number;
  readonly options: readonly Field[];
}

/** Values of Padding. */
const PADDING = { same: 0, valid: 1 } as const;
/** Values of ActivationFunctionType. */
const FUSED = { none: 0, relu: 1, relu6: 3 } as const;

const PAD: Operation = { code: 34, optionsType: 22, options: [] };
const REFLECT: Operation = { code: 100, optionsType: 77, options: [byte(0)] };
const MAXIMUM: Operation = { code: 55, optionsType: 39, options: [] };
const MINIMUM: Operation = { code: 57, optionsType: 39, options: [] };

/** The names of a model's inputs, in this order, and of its output. */
const NAMES = { input: "x", residual: "residual", output: "y" } as const;

/** Whether the problem is a depthwise convolution: one input channel in each group, and more than one group. */
export function isDepthwise({ g, ic }: Conv2dProblem): boolean {
  return g > 1 && g === ic;
}

/** The model. It takes the input, and the residual if the problem has one, and gives one output. All are in NHWC. */
export function tfliteModel(p: Conv2dProblem, { weight, bias }: Conv2dWeights): Uint8Array {
  const graph = createGraph();
  const x = graph.tensor(NAMES.input, [p.n, p.ih, p.iw, p.ic]);
  const outputShape = [p.n, p.oh, p.ow, p.oc];
  const inputs = [x];
  const residual = p.residual ? graph.tensor(NAMES.residual, outputShape) : undefined;
  if (residual !== undefined) inputs.push(residual);

  let last = x;
  const same = isSame(p);
  if (!same && isPadded(p)) {
    const pads = graph.constant("pads", [4, 2], INT32, littleEndian([0, 0, p.pt, p.pb, p.pl, p.pr, 0, 0]));
    const padded = graph.tensor("padded", [p.n, p.ih + p.pt + p.pb, p.iw + p.pl + p.pr, p.ic]);
    graph.operator(p.paddingMode === "reflect" ? REFLECT : PAD, [last, pads], padded);
    last = padded;
  }

  const filter = graph.constant("weight", filterShape(p), FLOAT32, floats(packFilter(p, weight)));
  // CONV_2D must have a bias. A bias of zeros changes nothing.
  const biases = graph.constant("bias", [p.oc], FLOAT32, floats(bias ?? new Float32Array(p.oc)));
  const fused = typeof p.activation === "string" ? FUSED[p.activation] : FUSED.none;
  const convolution = convolve(p, same ? PADDING.same : PADDING.valid, p.residual ? FUSED.none : fused);
  const then: { readonly operation: Operation; readonly operand: number }[] = [];
  if (residual !== undefined) {
    then.push({ operation: { code: 0, optionsType: 11, options: [byte(fused)] }, operand: residual });
  }
  if (typeof p.activation === "object") {
    const [min, max] = activationRange(p.activation);
    if (min > -Infinity) then.push({ operation: MAXIMUM, operand: graph.number("min", min) });
    if (max < Infinity) then.push({ operation: MINIMUM, operand: graph.number("max", max) });
  }
  const result = (index: number): number =>
    graph.tensor(index === then.length ? NAMES.output : `result ${index}`, outputShape);
  const convolved = result(0);
  graph.operator(convolution, [last, filter, biases], convolved);
  last = convolved;
  for (const [index, { operation, operand }] of then.entries()) {
    const next = result(index + 1);
    graph.operator(operation, [last, operand], next);
    last = next;
  }
  return graph.finish(inputs, last);
}

function convolve(p: Conv2dProblem, padding: number, fused: number): Operation {
  const strides = [int(p.sw), int(p.sh)];
  const rest = [byte(fused), int(p.dw), int(p.dh)];
  return isDepthwise(p)
    ? { code: 4, version: 2, optionsType: 2, options: [byte(padding), ...strides, int(p.oc / p.ic), ...rest] }
    : { code: 3, version: p.g > 1 ? 6 : 2, optionsType: 1, options: [byte(padding), ...strides, ...rest] };
}

function isPadded(p: Conv2dProblem): boolean {
  return p.pt + p.pl + p.pb + p.pr > 0;
}

/** Whether SAME gives the problem's zero padding: ceil(input / stride) outputs, with an odd pad at the end. */
function isSame(p: Conv2dProblem): boolean {
  if (!isPadded(p) || p.paddingMode !== "zeros") return false;
  const pads = (input: number, kernel: number, stride: number, dilation: number): readonly [number, number] => {
    const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + (kernel - 1) * dilation + 1 - input);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const [top, bottom] = pads(p.ih, p.kh, p.sh, p.dh);
  const [left, right] = pads(p.iw, p.kw, p.sw, p.dw);
  return p.pt === top && p.pb === bottom && p.pl === left && p.pr === right;
}

function filterShape(p: Conv2dProblem): readonly number[] {
  return isDepthwise(p) ? [1, p.kh, p.kw, p.oc] : [p.oc, p.kh, p.kw, p.ic / p.g];
}

/** Converts weights from OIHW to OHWI, or to HWO for a depthwise convolution. */
function packFilter(p: Conv2dProblem, weight: Float32Array): Float32Array {
  const packed = new Float32Array(weight.length);
  const channels = p.ic / p.g;
  const taps = p.kh * p.kw;
  for (let o = 0; o < p.oc; o++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < taps; tap++) {
        const to = isDepthwise(p) ? tap * p.oc + o : (o * taps + tap) * channels + c;
        packed[to] = weight[(o * channels + c) * taps + tap]!;
      }
    }
  }
  return packed;
}

/** The bytes of float32 numbers, lowest byte first. All supported machines use this order. */
function floats(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

interface Graph {
  tensor(name: string, shape: readonly number[]): number;
  constant(name: string, shape: readonly number[], type: number, content: Uint8Array): number;
  number(name: string, value: number): number;
  operator(operation: Operation, inputs: readonly number[], output: number): void;
  finish(inputs: readonly number[], output: number): Uint8Array;
}

function createGraph(): Graph {
  const tensors: Node[] = [];
  // The first buffer is empty. Every tensor that is no constant uses it.
  const buffers: Node[] = [table([])];
  const codes: Node[] = [];
  const operators: Node[] = [];
  const add = (name: string, shape: readonly number[], type: number, buffer: number): number =>
    tensors.push(table([ints(shape), byte(type), int(buffer), text(name)])) - 1;
  const graph: Graph = {
    tensor: (name, shape) => add(name, shape, FLOAT32, 0),
    constant: (name, shape, type, content) => add(name, shape, type, buffers.push(table([bytes(content)])) - 1),
    number: (name, value) => graph.constant(name, [], FLOAT32, floats(Float32Array.of(value))),
    operator({ code, version = 1, optionsType, options }, inputs, output) {
      // The first field is older, when codes were bytes. Codes below 127 must be in both fields.
      const index = codes.push(table([byte(code), undefined, int(version), int(code)])) - 1;
      operators.push(table([int(index), ints(inputs), ints([output]), byte(optionsType), table(options)]));
    },
    finish(inputs, output) {
      const subgraph = table([tables(tensors), ints(inputs), ints([output]), tables(operators), text("main")]);
      return flatbuffer(
        table([int(SCHEMA_VERSION), tables(codes), tables([subgraph]), text("convolution"), tables(buffers)]),
        "TFL3",
      );
    },
  };
  return graph;
}

/** The NHWC shape of a model's input or output. */
export function nhwcShape([n, c, h, w]: Shape4): readonly number[] {
  return [n, h, w, c];
}

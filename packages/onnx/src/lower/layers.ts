/** A network at known sizes as plain data: the result of lowering nodes, before layers are fused. */

import {
  type Activation,
  conv2dProblem,
  operationOutputShape,
  type OperationProblem,
  operationProblem,
  type OperationProblemSpec,
  outputShape,
  type PaddingMode,
  type Shape4,
} from "@convene/core";
import type { Feature } from "./feature.js";

interface Common {
  /** The name of the node from which the layer comes. */
  readonly name: string;
  /** The values that the layer reads: a layer's index, or −1 − i for input i. */
  readonly inputs: readonly number[];
  readonly shape: Shape4;
}

/** `[top, left, bottom, right]`. */
export type Edges = readonly [top: number, left: number, bottom: number, right: number];
export type Pair = readonly [h: number, w: number];

/** Per output channel `y·scale + shift`, in float64; folded into the weights at the end. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

export interface ConvLayer extends Common {
  readonly kind: "conv";
  /** OIHW. */
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly affine: Affine | undefined;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pads: Edges;
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  readonly activation: Activation | undefined;
  readonly residual: number | undefined;
}

export interface TransposedLayer extends Common {
  readonly kind: "convTranspose";
  /** `[ic, oc / groups, kh, kw]`. */
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly affine: Affine | undefined;
  readonly ic: number;
  readonly oc: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Edges;
  readonly outputPadding: Pair;
  readonly groups: number;
  readonly activation: Activation | undefined;
}

export interface AffineLayer extends Common {
  readonly kind: "affine";
  readonly affine: Affine;
}

export interface PadLayer extends Common {
  readonly kind: "pad";
  readonly channels: readonly [front: number, back: number];
  readonly edges: Edges;
  readonly mode: PaddingMode;
  readonly value: number;
}

export interface OperationLayer extends Common {
  readonly kind: "operation";
  readonly problem: OperationProblem;
  readonly slope: Float32Array | undefined;
}

export type Layer = ConvLayer | TransposedLayer | AffineLayer | PadLayer | OperationLayer;

/** A layer's value: its index and its shape. */
export interface Tensor4 {
  readonly value: number;
  readonly shape: Shape4;
}

export type ConvSpec = Pick<ConvLayer, "weight" | "kernel"> &
  Partial<Pick<ConvLayer, "bias" | "stride" | "dilation" | "pads" | "groups" | "paddingMode">> & {
    readonly oc: number;
  };

type OperationSpec = OperationProblemSpec extends infer S
  ? S extends OperationProblemSpec
    ? Omit<S, "n">
    : never
  : never;

/** Appends layers, with every size checked by core. */
export class LayerList {
  readonly layers: Layer[] = [];
  /** Values that were moved onto whole axes, by their old value and the axes, so that a value with many readers is moved once. */
  readonly placed = new WeakMap<Feature, Map<string, Feature | undefined>>();
  /** The node that is being lowered. */
  node = "";

  conv(x: Tensor4, spec: ConvSpec): Tensor4 {
    const { weight, kernel, oc, stride = [1, 1], dilation = [1, 1], pads = [0, 0, 0, 0], groups = 1 } = spec;
    const { paddingMode = "zeros", bias } = spec;
    const [n, ic, ih, iw] = x.shape;
    const [[kh, kw], [sh, sw], [dh, dw], [pt, pl, pb, pr]] = [kernel, stride, dilation, pads];
    const sizes = { n, g: groups, ic, ih, iw, oc, kh, kw, sh, sw, dh, dw, pt, pl, pb, pr, paddingMode };
    const shape = outputShape(conv2dProblem(sizes));
    const made = { weight, bias, kernel, stride, dilation, pads, groups, paddingMode };
    const none = { affine: undefined, activation: undefined, residual: undefined };
    return this.#push({ kind: "conv", name: this.node, inputs: [x.value], shape, ...made, ...none });
  }

  convTranspose(
    x: Tensor4,
    shape: Shape4,
    spec: Omit<TransposedLayer, keyof Common | "kind" | "affine" | "activation">,
  ): Tensor4 {
    const none = { affine: undefined, activation: undefined };
    return this.#push({ kind: "convTranspose", name: this.node, inputs: [x.value], shape, ...spec, ...none });
  }

  /** No layer for a scale of 1 and a shift of 0, which exporters write where a normalisation has no parameters. */
  affine(x: Tensor4, affine: Affine): Tensor4 {
    if (affine.scale.every((each) => each === 1) && affine.shift.every((each) => each === 0)) return x;
    return this.#push({ kind: "affine", name: this.node, inputs: [x.value], shape: x.shape, affine });
  }

  pad(x: Tensor4, spec: Partial<Pick<PadLayer, "channels" | "edges" | "mode" | "value">>): Tensor4 {
    const { channels = [0, 0], edges = [0, 0, 0, 0], mode = "zeros", value = 0 } = spec;
    const [n, c, ih, iw] = x.shape;
    const [pt, pl, pb, pr] = edges;
    const [pf, pk] = channels;
    if (mode !== "zeros") {
      // conv2dProblem checks the limit of the padding mode. If no convolution follows, the padding becomes a depthwise convolution.
      conv2dProblem({ n, g: c, ic: c, ih, iw, oc: c, kh: 1, kw: 1, pt, pl, pb, pr, paddingMode: mode });
    }
    const shape = operationOutputShape(operationProblem({ kind: "pad", n, c, ih, iw, pf, pk, pt, pl, pb, pr }));
    return this.#push({ kind: "pad", name: this.node, inputs: [x.value], shape, channels, edges, mode, value });
  }

  operation(inputs: readonly Tensor4[], spec: OperationSpec, slope?: Float32Array): Tensor4 {
    const [n] = inputs[0]!.shape;
    const problem = operationProblem({ ...spec, n } as OperationProblemSpec) as OperationProblem;
    const shape = operationOutputShape(problem);
    const values = inputs.map(({ value }) => value);
    return this.#push({ kind: "operation", name: this.node, inputs: values, shape, problem, slope });
  }

  #push(layer: Layer): Tensor4 {
    this.layers.push(layer);
    return { value: this.layers.length - 1, shape: layer.shape };
  }
}

/**
 * @convene/core: tensors, convolutions, networks, problems, and the interface of a backend for its callers. It imports
 * nothing, and names no backend. `@convene/core/backend` has the parts that only the author of a backend needs.
 *
 * @packageDocumentation
 */

export type { Activation, Clamp } from "./activation.js";
export type {
  Arithmetic,
  Backend,
  BackendFeatures,
  Conv2dPlan,
  DeviceTensor,
  Lifetime,
  MemoryUse,
  OperationPlan,
  PrepareOptions,
  ReadOptions,
  Support,
} from "./backend.js";
export { type BatchNorm, foldBatchNorm } from "./batch-norm.js";
export { ConvTranspose2d, type ConvTranspose2dOptions } from "./conv-transpose2d.js";
export { Conv2d, type Conv2dOptions, type Conv2dWeights, depthwiseSeparable } from "./conv2d.js";
export { type Cost, problemCost, totalCost } from "./cost.js";
export { BackendUnavailableError, ConveneError, type ConveneErrorCode } from "./errors.js";
export { conv2d, type Conv2dFunctionOptions } from "./functional.js";
export { fromImageData, type ImageDataOrPixels, type Pixels, toImageData } from "./image-data.js";
export { linear, type LinearOptions } from "./linear.js";
export type { Model, ModelLayer, ModelOptions, NamedModel, OutputTensor, RunOptions } from "./model.js";
export {
  graph,
  type GraphOptions,
  type GraphOutput,
  type InputShapes,
  type LayerRef,
  type Network,
  network,
  type NetworkEntry,
  type NetworkLayer,
  type ResolvedConv2d,
  type ResolvedLayer,
  type ResolvedOperation,
  type ResolvedOutput,
} from "./network.js";
export type { NetworkSource } from "./network-source.js";
export {
  activation,
  add,
  avgPool2d,
  type AvgPool2dOptions,
  type BinaryOptions,
  channelShuffle,
  concat,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  multiply,
  pad,
  type PadOptions,
  pixelShuffle,
  type Pool2dOptions,
  prelu,
  type Range,
  reshape,
  slice,
  type SliceOptions,
  softmax,
  upsample,
  type UpsampleOptions,
} from "./operations/layers.js";
export { groupNorm, instanceNorm2d, layerNorm, type NormOptions } from "./operations/normalizations.js";
export type { Operation } from "./operations/operation.js";
export {
  type ActivationProblem,
  type BinaryProblem,
  type ChannelShuffleProblem,
  type ConcatProblem,
  type GroupNormProblem,
  isOperationProblem,
  type LayerNormProblem,
  operationInputShapes,
  type OperationKind,
  operationOutputShape,
  type OperationParameters,
  type OperationProblem,
  operationProblem,
  type OperationProblemSpec,
  type PadProblem,
  type PixelShuffleProblem,
  type Pool2dProblem,
  type PreluProblem,
  type Problem,
  type ReshapeProblem,
  type SliceProblem,
  type SoftmaxProblem,
  type UpsampleProblem,
} from "./operations/operation-problem.js";
export { formatOperation, isOperationString, parseOperation } from "./operations/operation-string.js";
export type { Padding, Pads, Same } from "./padding.js";
export { type Preparable, prepare } from "./prepare.js";
export {
  type Conv2dProblem,
  conv2dProblem,
  type Conv2dProblemSpec,
  inputShape,
  outputShape,
  type PaddingMode,
  weightShape,
} from "./problem.js";
export { formatProblem, parseProblem } from "./problem-string.js";
export type { Shape, Shape3, Shape4 } from "./shape.js";
export { type Layout, randomUniform, type Tensor, tensor, toLayout, zeros } from "./tensor.js";
export type { NestedNumbers } from "./to-float32.js";

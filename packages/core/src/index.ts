/**
 * @convene/core: tensors, convolutions, networks, problems and the contract with backends. It imports nothing, and names
 * no backend.
 *
 * @packageDocumentation
 */

export { type Activation, activationRange, type Clamp, isClamp } from "./activation.js";
export type {
  Arithmetic,
  Backend,
  BackendFeatures,
  BackendImplementation,
  Conv2dPlan,
  DeviceTensor,
  Lifetime,
  MemoryUse,
  OperationPlan,
  OperationPlanImplementation,
  PlanImplementation,
  PrepareOptions,
  ReadOptions,
  Support,
} from "./backend.js";
// For the factories of backends, so that theirs refuse bad options with the same words.
export { checkBoolean, checkInteger, checkKeys, checkOneOf } from "./check.js";
export { Conv2d, type Conv2dOptions, type Conv2dWeights, depthwiseSeparable } from "./conv2d.js";
export { type Cost, problemCost, totalCost } from "./cost.js";
export { defineBackend } from "./define-backend.js";
export { BackendUnavailableError, ConveneError, type ConveneErrorCode } from "./errors.js";
export { conv2d, type Conv2dFunctionOptions } from "./functional.js";
export { type MemoryPlan, planMemory, type SizedLifetime } from "./memory-plan.js";
export type { Model, ModelLayer, ModelOptions, RunOptions } from "./model.js";
export { type LayerRef, type Network, network, type NetworkLayer, type ResolvedLayer } from "./network.js";
// For the factories of backends too: opening that waits for something ends.
export { limitOpening, OPENING_LIMIT } from "./opening-limit.js";
export {
  type ActivationProblem,
  type BinaryProblem,
  type ChannelShuffleProblem,
  type ConcatProblem,
  OPERATION_KINDS,
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
  type ReshapeProblem,
  type SliceProblem,
  type SoftmaxProblem,
  type UpsampleProblem,
} from "./operations/operation-problem.js";
export { formatOperation, isOperationString, parseOperation } from "./operations/operation-string.js";
export { type UpsampleSources, upsampleSources } from "./operations/upsample-sources.js";
export type { Padding, Pads, Same } from "./padding.js";
export { prepare } from "./prepare.js";
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
export {
  fromImageData,
  type Layout,
  randomUniform,
  type Tensor,
  tensor,
  toLayout,
  transpose,
  zeros,
} from "./tensor.js";
export type { NestedNumbers } from "./to-float32.js";

/**
 * The parameters of operations as the kernels read them: one 32-bit field after the other, in this order. The classes of the same name in
 * assembly/operation-params.ts say what each means.
 */

/** `elementwise`: a function of each element, or of each pair of elements of two operands. */
export const ELEMENTWISE_PARAMS = [
  "code",
  "operand",
  "alpha",
  "beta",
  "scale",
  "min",
  "max",
  "count",
  "run",
  "repeat",
  "chunkRuns",
  "chunks",
  "operandRun",
  "inputImage",
  "operandImage",
  "outputImage",
] as const;

/** `pool`: the maximum or the average of windows. */
export const POOL_PARAMS = [
  "average",
  "rows",
  "columns",
  "oh",
  "ow",
  "channels",
  "tapRow",
  "tapColumn",
  "block",
  "chunkChannels",
  "chunks",
  "inputImage",
  "outputImage",
] as const;

/** `copyRuns`: copies of runs of numbers, from a row of the input to a row of the output. */
export const COPY_RUNS_PARAMS = [
  "rows",
  "oh",
  "outputRow",
  "runs",
  "runCount",
  "chunkRuns",
  "chunks",
  "value",
  "inputImage",
  "outputImage",
] as const;

/** `transposes`: the transpose of each of several matrices. */
export const TRANSPOSES_PARAMS = [
  "matrices",
  "rows",
  "columns",
  "fromRow",
  "toRow",
  "fromMatrix",
  "toMatrix",
  "chunkMatrices",
  "chunks",
  "blockColumns",
  "blocks",
  "inputImage",
  "outputImage",
] as const;

/** `bilinear`: each output pixel from four input pixels. */
export const BILINEAR_PARAMS = ["rows", "columns", "oh", "ow", "channels", "inputImage", "outputImage"] as const;

/** `softmax`: over the channels of each pixel. */
export const SOFTMAX_PARAMS = ["pixels", "channels", "chunkPixels", "chunks", "inputImage", "outputImage"] as const;

/** `groupNorm`: over a group of channels of all pixels. */
export const GROUP_NORM_PARAMS = [
  "pixels",
  "block",
  "channels",
  "groupChannels",
  "size",
  "eps",
  "chunkChannels",
  "chunks",
  "list",
  "inputImage",
  "outputImage",
] as const;

/** `layerNorm`: over the channels of each pixel. */
export const LAYER_NORM_PARAMS = [
  "pixels",
  "channels",
  "eps",
  "chunkPixels",
  "chunks",
  "inputImage",
  "outputImage",
] as const;

/**
 * The parameters of the kernels of operations beside convolution: one 32-bit field after the other. src/operations/params.ts writes
 * them in the same order. Addresses and strides are in bytes, counts in elements.
 */

/** Parameters of functions of each element; see elementwise.ts. */
@unmanaged
export class ElementwiseParams {
  /** The code of the function. */
  code: i32;
  /** Address of the second operand. It is 0 if the second input is the operand, or if there is none. */
  operand: usize;
  /** The function's own numbers. */
  alpha: f32;
  beta: f32;
  scale: f32;
  min: f32;
  max: f32;
  /** The number of elements of an image. */
  count: i32;
  /** The number of elements of a run (the last run may be shorter), and how many times a run repeats the second operand. */
  run: i32;
  repeat: i32;
  /** The number of runs in a job, and of jobs in an image. */
  chunkRuns: i32;
  chunks: i32;
  /** Bytes from a run's second operand to that of the next run, or 0 if all runs have the same. */
  operandRun: i32;
  inputImage: i32;
  operandImage: i32;
  outputImage: i32;
}

/** Parameters of pooling; see pool.ts. */
@unmanaged
export class PoolParams {
  /** 1 for an average, 0 for a maximum. */
  average: i32;
  /** Addresses of tables with three integers for each output row, and each output column; see pool.ts. */
  rows: usize;
  columns: usize;
  oh: i32;
  ow: i32;
  channels: i32;
  /** Bytes from a tap to the tap below, and to the tap on its right. */
  tapRow: i32;
  tapColumn: i32;
  /** The number of elements after which an average begins another block. It is at least the side of a window that is shorter. */
  block: i32;
  /** The number of channels in a job, and of jobs that share a row. */
  chunkChannels: i32;
  chunks: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Parameters of copies; see copy-runs.ts. */
@unmanaged
export class CopyRunsParams {
  /** Address of a table: for each output row the bytes to the input row, or -1 if there is none. */
  rows: usize;
  oh: i32;
  outputRow: i32;
  /** Address of a table with three integers for each run; see copy-runs.ts. */
  runs: usize;
  runCount: i32;
  /** The number of runs in a job, and of jobs that share a row. */
  chunkRuns: i32;
  chunks: i32;
  /** The fill value of elements that come from no input. */
  value: f32;
  inputImage: i32;
  outputImage: i32;
}

/** Parameters of transposed matrices; see transposes.ts. */
@unmanaged
export class TransposesParams {
  /** The number of matrices in an image, and the rows and columns of a matrix before it is transposed. */
  matrices: i32;
  rows: i32;
  columns: i32;
  fromRow: i32;
  toRow: i32;
  fromMatrix: i32;
  toMatrix: i32;
  /** The number of matrices in a job, and of jobs that share an image's columns. */
  chunkMatrices: i32;
  chunks: i32;
  /** The number of columns in a job, and of jobs that share a matrix. */
  blockColumns: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Parameters of bilinear upsampling; see bilinear.ts. */
@unmanaged
export class BilinearParams {
  /** Addresses of tables with three numbers for each output row, and each output column; see bilinear.ts. */
  rows: usize;
  columns: usize;
  oh: i32;
  ow: i32;
  channels: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Parameters of softmax; see softmax.ts. */
@unmanaged
export class SoftmaxParams {
  pixels: i32;
  channels: i32;
  /** The number of pixels in a job, and of jobs in an image. */
  chunkPixels: i32;
  chunks: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Parameters of groups that are normalised; see normalize.ts. */
@unmanaged
export class GroupNormParams {
  pixels: i32;
  /** The number of pixels after which a sum begins another block. */
  block: i32;
  channels: i32;
  groupChannels: i32;
  /** The number of elements of a group. */
  size: f32;
  eps: f32;
  /** The number of channels in a job, and of jobs in an image. */
  chunkChannels: i32;
  chunks: i32;
  /** Bytes of a list with a number for each channel of a job, with the bytes that vectors write past its end. */
  list: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Parameters of pixels whose channels are normalised; see normalize.ts. */
@unmanaged
export class LayerNormParams {
  pixels: i32;
  channels: i32;
  eps: f32;
  /** The number of pixels in a job, and of jobs in an image. */
  chunkPixels: i32;
  chunks: i32;
  inputImage: i32;
  outputImage: i32;
}

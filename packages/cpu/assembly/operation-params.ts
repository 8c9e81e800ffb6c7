/**
 * What the kernels of operations beside convolution are told: one 32-bit field after the other, written by
 * src/operations/params.ts in the same order. Addresses and strides are in bytes, counts in elements.
 */

/** Of functions of each element; see elementwise.ts. */
@unmanaged
export class ElementwiseParams {
  /** Which function. */
  code: i32;
  /** Address of the second operand; 0 where it is the second input, or there is none. */
  operand: usize;
  /** Numbers of the function. */
  alpha: f32;
  beta: f32;
  scale: f32;
  min: f32;
  max: f32;
  /** Elements of an image. */
  count: i32;
  /** Elements of a run, the last of which may be shorter; how many times the second operand is repeated to make one. */
  run: i32;
  repeat: i32;
  /** Runs in a job, and jobs in an image. */
  chunkRuns: i32;
  chunks: i32;
  /** From a run's second operand to the next one's; 0 where all runs have the same. */
  operandRun: i32;
  inputImage: i32;
  operandImage: i32;
  outputImage: i32;
}

/** Of pooling; see pool.ts. */
@unmanaged
export class PoolParams {
  /** Whether it is an average, or a maximum. */
  average: i32;
  /** Addresses of tables with three integers for each output row, and each output column; see pool.ts. */
  rows: usize;
  columns: usize;
  oh: i32;
  ow: i32;
  channels: i32;
  /** From a tap to the one below, and to the one at its right. */
  tapRow: i32;
  tapColumn: i32;
  /** Channels in a job, and jobs that share a row. */
  chunkChannels: i32;
  chunks: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Of copies; see copy-runs.ts. */
@unmanaged
export class CopyRunsParams {
  /** Address of a table: for each output row the bytes to the input row, or -1 for none. */
  rows: usize;
  oh: i32;
  outputRow: i32;
  /** Address of a table with three integers for each run; see copy-runs.ts. */
  runs: usize;
  runCount: i32;
  /** Runs in a job, and jobs that share a row. */
  chunkRuns: i32;
  chunks: i32;
  /** What comes from no input. */
  value: f32;
  inputImage: i32;
  outputImage: i32;
}

/** Of transposed matrices; see transposes.ts. */
@unmanaged
export class TransposesParams {
  /** Matrices in an image, rows and columns of one before it is transposed. */
  matrices: i32;
  rows: i32;
  columns: i32;
  fromRow: i32;
  toRow: i32;
  fromMatrix: i32;
  toMatrix: i32;
  /** Matrices in a job, and jobs that share an image's columns. */
  chunkMatrices: i32;
  chunks: i32;
  /** Columns in a job, and jobs that share a matrix. */
  blockColumns: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
}

/** Of bilinear upsampling; see bilinear.ts. */
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

/** Of softmax; see softmax.ts. */
@unmanaged
export class SoftmaxParams {
  pixels: i32;
  channels: i32;
  /** Pixels in a job, and jobs in an image. */
  chunkPixels: i32;
  chunks: i32;
  inputImage: i32;
  outputImage: i32;
}

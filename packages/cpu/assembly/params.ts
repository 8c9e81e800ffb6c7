/**
 * The parameters of a kernel for a problem: one 32-bit field after the other. src/params.ts writes them in the same order.
 * Addresses and strides are in bytes.
 */

/** Parameters of the indirect GEMM; see igemm.ts. */
@unmanaged
export class IgemmParams {
  /** Addresses in the table, one for each output pixel. The last address is repeated, because a tile may read past the end. */
  positions: usize;
  weights: usize;
  /** The number of output pixels of one pass: of an image, or of the whole batch if tiles cross images. */
  pixels: i32;
  /** The number of output pixels of an image if tiles cross images; otherwise equal to `pixels`. */
  imagePixels: i32;
  kh: i32;
  kw: i32;
  /** Bytes in the table from a tap to the tap below, and to the tap on its right. */
  tapRow: i32;
  tapColumn: i32;
  groups: i32;
  icPerGroup: i32;
  ocPerGroup: i32;
  /** The number of panels of NR output channels in a group, and the bytes of a panel. */
  panels: i32;
  panelBytes: i32;
  /** The number of output pixels in a block, a multiple of MR, and of blocks in a pass. */
  blockPixels: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Parameters of depthwise convolution; see dwconv.ts. */
@unmanaged
export class DwconvParams {
  /** Address in the table of the first output pixel's first tap. */
  table: usize;
  weights: usize;
  oh: i32;
  ow: i32;
  channels: i32;
  kh: i32;
  kw: i32;
  /** Bytes in the table from an output row to the next, and from an output pixel to its neighbour. */
  pixelRow: i32;
  pixelColumn: i32;
  /** Bytes in the table from a tap to the tap below, and to the tap on its right. */
  tapRow: i32;
  tapColumn: i32;
  /** The bytes of a panel of channels (the last panel may be ragged), the number of panels in a job, and of jobs that share a pixel. */
  panelBytes: i32;
  chunkChannels: i32;
  chunks: i32;
  /** The number of output pixels in a job, and of jobs in a row. */
  blockPixels: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Parameters of groups of few channels; see grouped.ts. */
@unmanaged
export class GroupedParams {
  /** Address in the table of the first output pixel's first tap. */
  table: usize;
  weights: usize;
  oh: i32;
  ow: i32;
  kh: i32;
  groups: i32;
  icPerGroup: i32;
  ocPerGroup: i32;
  /** The number of panels of 4 output channels in a group, and the bytes of a panel. */
  panels: i32;
  panelBytes: i32;
  /** The number of groups in a job, and of jobs that share a row. */
  chunkGroups: i32;
  chunks: i32;
  /** Bytes in the table from an output row to the next, and from a tap to the tap below. */
  pixelRow: i32;
  tapRow: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Parameters of Winograd's minimal filtering; see winograd.ts. */
@unmanaged
export class WinogradParams {
  /** The number of outputs of a tile in one dimension: 2 or 4. */
  m: i32;
  /** Bytes of a row of the table of one image's padded pixels, which has all pixels that the tiles read. */
  tableRow: i32;
  /**
   * Addresses of three numbers for each row of tiles, and for each column: the place of its first pixel in the table (for a row its address,
   * for a column bytes), the bytes to its first output, and the number of its outputs.
   */
  rows: usize;
  columns: usize;
  /** For each group, panel and product: NR zeros, then NR weights for each input channel. */
  weights: usize;
  /** For each group and panel: NR biases. */
  bias: usize;
  /** Address of the IgemmParams of one product: a pointwise convolution whose pixels are tiles. */
  gemm: usize;
  channels: i32;
  groups: i32;
  ocPerGroup: i32;
  panels: i32;
  panelBytes: i32;
  /** The number of tiles of the batch, of an image and of a row of an image, of tiles in a block, and of blocks. */
  tiles: i32;
  imageTiles: i32;
  rowTiles: i32;
  blockTiles: i32;
  blocks: i32;
  /** Bytes in the transformed input from a tile to the next, from a product to the next, and of a block. */
  uTile: i32;
  uStep: i32;
  uBlock: i32;
  /** Bytes in a worker's products from one product to the next. */
  pStep: i32;
  inputImage: i32;
  outputImage: i32;
  /** Bytes from an output of a tile to the output below, and to the output on the right. */
  outputRow: i32;
  outputColumn: i32;
  min: f32;
  max: f32;
}

/** A flag in the first position of a tile. It says that each row of taps of each of the tile's pixels is one run of memory. */
export const RUN: usize = 1;

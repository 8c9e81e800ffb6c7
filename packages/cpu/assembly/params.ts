/**
 * What a kernel is told of a problem: one 32-bit field after the other, written by src/params.ts in the same order.
 * Addresses and strides are in bytes.
 */

/** Of the indirect GEMM; see igemm.ts. */
@unmanaged
export class IgemmParams {
  /** Addresses in the table, one an output pixel, the last one repeated for as many as a tile may read past it. */
  positions: usize;
  weights: usize;
  /** Output pixels of one pass: of an image, or of the whole batch where tiles cross images. */
  pixels: i32;
  /** Output pixels of an image, where tiles cross images; otherwise as many as `pixels`. */
  imagePixels: i32;
  kh: i32;
  kw: i32;
  /** In the table, from a tap to the one below, and to the one at its right. */
  tapRow: i32;
  tapColumn: i32;
  groups: i32;
  icPerGroup: i32;
  ocPerGroup: i32;
  /** Panels of NR output channels in a group, and bytes of one. */
  panels: i32;
  panelBytes: i32;
  /** Output pixels in a block, a multiple of MR, and blocks in a pass. */
  blockPixels: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Of depthwise convolution; see dwconv.ts. */
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
  /** In the table, from an output row to the next, and from an output pixel to its neighbour. */
  pixelRow: i32;
  pixelColumn: i32;
  /** In the table, from a tap to the one below, and to the one at its right. */
  tapRow: i32;
  tapColumn: i32;
  /** Panels of channels, the last of which may be ragged; panels in a job, and jobs that share a pixel. */
  panelBytes: i32;
  chunkChannels: i32;
  chunks: i32;
  /** Output pixels in a job, and jobs in a row. */
  blockPixels: i32;
  blocks: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Of groups of few channels; see grouped.ts. */
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
  /** Panels of 4 output channels in a group, and bytes of one. */
  panels: i32;
  panelBytes: i32;
  /** Groups in a job, and jobs that share a row. */
  chunkGroups: i32;
  chunks: i32;
  /** In the table, from an output row to the next, and from a tap to the one below. */
  pixelRow: i32;
  tapRow: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Of Winograd's minimal filtering; see winograd.ts. */
@unmanaged
export class WinogradParams {
  /** Outputs of a tile in one dimension: 2 or 4. */
  m: i32;
  /** Address of the table of one image's padded pixels, all that its tiles read, and bytes from a row to the one below. */
  table: usize;
  tableRow: i32;
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
  /** Tiles of the batch, of an image, of a row of an image; tiles in a block, and blocks. */
  tiles: i32;
  imageTiles: i32;
  rowTiles: i32;
  blockTiles: i32;
  blocks: i32;
  /** In transformed input, from a tile to the next, and from a product to the next; and bytes of a block. */
  uTile: i32;
  uStep: i32;
  uBlock: i32;
  /** In a worker's products, from one product to the next. */
  pStep: i32;
  oh: i32;
  ow: i32;
  inputImage: i32;
  outputImage: i32;
  outputPixel: i32;
  min: f32;
  max: f32;
}

/** Added to the first position of a tile: each row of taps of each of its pixels is one run of memory. */
export const RUN: usize = 1;

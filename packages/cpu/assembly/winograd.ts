/**
 * Winograd's minimal filtering of 3x3 kernels at stride 1, F(2x2, 3x3) and F(4x4, 3x3), after Lavin and Gray, "Fast Algorithms
 * for Convolutional Neural Networks" (2015). A tile of (m+2)x(m+2) input pixels is transformed into operands of (m+2)x(m+2)
 * *products*. Each product is a matrix product over the input channels, and its rows are tiles. The results are transformed into
 * m x m output pixels. (m+2)² multiplications do the work of 9m².
 *
 * With a dilation of d a tile has every d-th row and column. `rows` and `columns` hold three numbers for each row and each column of tiles:
 * the place in the table (for rows with the table's address), the bytes to the first output, and the number of outputs.
 *
 * A block has as many tiles as keep both transformed operands in cache. If there are enough blocks for all workers, one step computes
 * a block from end to end in the worker's own workspace. Otherwise a first step transforms the input into the shared workspace, and a
 * second step multiplies, panel by panel.
 */

import { rowsOf, tile, tilesOf } from "./igemm";
import { IgemmParams, WinogradParams } from "./params";
import { copyLanes } from "./simd";
import { winogradInput2x2, winogradOutput2x2 } from "./ukernels/f32-winograd-2x2";
import { winogradInput4x4, winogradOutput4x4 } from "./ukernels/f32-winograd-4x4";

/** Offsets in a worker's own part: a half transformed tile, then a tile of outputs and a tile of residuals, then products. */
const HALF_BYTES = 32 * 36;
const MOST_NR = 16;
const OUTPUT_BYTES = 4 * MOST_NR * 16;
const PRODUCTS = HALF_BYTES + 2 * OUTPUT_BYTES;

/** Step 1 of 2: computes the jobs `start` to `end` of tiles. */
export function winogradTransform(
  params: WinogradParams,
  input: usize,
  _output: usize,
  _residual: usize,
  shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  for (let job = start; job < end; job++) {
    const block = job / params.blockTiles;
    const u = shared + block * params.uBlock + (job - block * params.blockTiles) * params.uTile;
    transform(params, input, job, u, own);
  }
}

/** Transforms all channels of one tile. */
function transform(params: WinogradParams, input: usize, index: i32, u: usize, scratch: usize): void {
  const image = index / params.imageTiles;
  const inImage = index - image * params.imageTiles;
  const ty = inImage / params.rowTiles;
  const tx = inImage - ty * params.rowTiles;
  const base = input + image * params.inputImage;
  const table = load<usize>(params.rows + 12 * ty) + load<usize>(params.columns + 12 * tx);
  if (params.m == 4) winogradInput4x4(base, table, params.tableRow, params.channels, u, params.uStep, scratch);
  else winogradInput2x2(base, table, params.tableRow, params.channels, u, params.uStep, scratch);
}

/** Computes one block of tiles for one panel: all products, then the outputs. */
@inline
function multiply(
  MR: i32,
  NR: i32,
  params: WinogradParams,
  output: usize,
  residual: usize,
  block: i32,
  panelIndex: i32,
  u: usize,
  own: usize,
): void {
  const gemm = changetype<IgemmParams>(params.gemm);
  const m = params.m;
  const products = (m + 2) * (m + 2);
  const first = block * params.blockTiles;
  const count = min<i32>(params.blockTiles, params.tiles - first);
  const group = panelIndex / params.panels;
  const panel = panelIndex - group * params.panels;
  const pStep: usize = params.pStep;
  let w = params.weights + panelIndex * products * params.panelBytes;
  let a = u + ((group * gemm.icPerGroup) << 2);
  let p = own + PRODUCTS;
  for (let product = 0; product < products; product++) {
    let c = p;
    for (let row = 0; row < count;) {
      const rows = rowsOf(MR, count - row);
      // The last tile may have rows past the end of the block. There is room for them.
      const tiles = max<i32>(1, tilesOf(MR, rows, count - row));
      tile(NR, rows, MR, gemm, a, gemm.positions + (row << 2), w, c, NR << 2, 0, tiles);
      row += rows * tiles;
      c += rows * tiles * (NR << 2);
    }
    w += params.panelBytes;
    a += params.uStep;
    p += pStep;
  }

  const residualDelta = residual ? residual - output : 0;
  const nr = min<i32>(NR, params.ocPerGroup - panel * NR);
  const channel = (group * params.ocPerGroup + panel * NR) << 2;
  const bias = params.bias + ((panelIndex * NR) << 2);
  for (let index = 0; index < count; index++) {
    const at = first + index;
    const image = at / params.imageTiles;
    const inImage = at - image * params.imageTiles;
    const ty = inImage / params.rowTiles;
    const vertical = params.rows + 12 * ty;
    const horizontal = params.columns + 12 * (inImage - ty * params.rowTiles);
    const rows = load<i32>(vertical, 8);
    const columns = load<i32>(horizontal, 8);
    const from = own + PRODUCTS + index * (NR << 2);
    const c = output + image * params.outputImage + load<usize>(vertical, 4) + load<usize>(horizontal, 4) + channel;
    const rowBytes: usize = params.outputRow;
    if (rows == m && columns == m && nr == NR) {
      finish(NR, params, m, from, pStep, bias, c, rowBytes, params.outputColumn, residualDelta, own);
    } else {
      // Outputs past an edge of the image, or past the last channel, are computed in this worker's scratch memory, and stay there.
      const scratch = own + HALF_BYTES;
      const residualScratch: usize = residual ? OUTPUT_BYTES : 0;
      if (residual)
        copyTile(
          scratch + OUTPUT_BYTES,
          m * (NR << 2),
          NR << 2,
          c + residualDelta,
          rowBytes,
          params.outputColumn,
          rows,
          columns,
          nr,
        );
      finish(NR, params, m, from, pStep, bias, scratch, m * (NR << 2), NR << 2, residualScratch, own);
      copyTile(c, rowBytes, params.outputColumn, scratch, m * (NR << 2), NR << 2, rows, columns, nr);
    }
  }
}

@inline
function finish(
  NR: i32,
  params: WinogradParams,
  m: i32,
  p: usize,
  pStep: usize,
  bias: usize,
  c: usize,
  row: usize,
  step: usize,
  residual: usize,
  scratch: usize,
): void {
  if (m == 4) winogradOutput4x4(params, p, pStep, NR >> 3, bias, c, row, step, residual, scratch);
  else winogradOutput2x2(params, p, pStep, NR >> 3, bias, c, row, step, residual, scratch);
}

/** Copies `rows` by `columns` pixels of `lanes` channels. */
function copyTile(
  to: usize,
  toRow: usize,
  toStep: usize,
  from: usize,
  fromRow: usize,
  fromStep: usize,
  rows: i32,
  columns: i32,
  lanes: i32,
): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) copyLanes(to + x * toStep, from + x * fromStep, lanes);
    to += toRow;
    from += fromRow;
  }
}

/** Computes one block for one panel with a known tile. Each tile is compiled once, and both kinds of steps call it. */
@inline
function multiplyPanel(
  MR: i32,
  NR: i32,
  params: WinogradParams,
  output: usize,
  residual: usize,
  block: i32,
  panel: i32,
  u: usize,
  own: usize,
): void {
  if (NR == 16) multiply6x16(params, output, residual, block, panel, u, own);
  else if (MR == 6) multiply6x8(params, output, residual, block, panel, u, own);
  else multiply4x8(params, output, residual, block, panel, u, own);
}

function multiply4x8(
  params: WinogradParams,
  output: usize,
  residual: usize,
  block: i32,
  panel: i32,
  u: usize,
  own: usize,
): void {
  multiply(4, 8, params, output, residual, block, panel, u, own);
}

function multiply6x8(
  params: WinogradParams,
  output: usize,
  residual: usize,
  block: i32,
  panel: i32,
  u: usize,
  own: usize,
): void {
  multiply(6, 8, params, output, residual, block, panel, u, own);
}

function multiply6x16(
  params: WinogradParams,
  output: usize,
  residual: usize,
  block: i32,
  panel: i32,
  u: usize,
  own: usize,
): void {
  multiply(6, 16, params, output, residual, block, panel, u, own);
}

/** Step 2 of 2: computes the jobs `start` to `end` of blocks x groups x panels, panels innermost. */
@inline
function multiplyJobs(
  MR: i32,
  NR: i32,
  params: WinogradParams,
  output: usize,
  residual: usize,
  shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const panels = params.groups * params.panels;
  for (let job = start; job < end; job++) {
    const block = job / panels;
    multiplyPanel(MR, NR, params, output, residual, block, job - block * panels, shared + block * params.uBlock, own);
  }
}

/** The only step: computes the jobs `start` to `end` of blocks. */
@inline
function blockJobs(
  MR: i32,
  NR: i32,
  params: WinogradParams,
  input: usize,
  output: usize,
  residual: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  const products = (params.m + 2) * (params.m + 2);
  const u = own + PRODUCTS + products * params.pStep;
  for (let block = start; block < end; block++) {
    const first = block * params.blockTiles;
    const count = min<i32>(params.blockTiles, params.tiles - first);
    for (let index = 0; index < count; index++) {
      transform(params, input, first + index, u + index * params.uTile, own);
    }
    const panels = params.groups * params.panels;
    for (let panel = 0; panel < panels; panel++) multiplyPanel(MR, NR, params, output, residual, block, panel, u, own);
  }
}

export function winogradMultiply4x8(
  params: WinogradParams,
  _input: usize,
  output: usize,
  residual: usize,
  shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  multiplyJobs(4, 8, params, output, residual, shared, own, start, end);
}

export function winogradBlocks4x8(
  params: WinogradParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  blockJobs(4, 8, params, input, output, residual, own, start, end);
}

export function winogradMultiply6x8(
  params: WinogradParams,
  _input: usize,
  output: usize,
  residual: usize,
  shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  multiplyJobs(6, 8, params, output, residual, shared, own, start, end);
}

export function winogradBlocks6x8(
  params: WinogradParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  blockJobs(6, 8, params, input, output, residual, own, start, end);
}

export function winogradMultiply6x16(
  params: WinogradParams,
  _input: usize,
  output: usize,
  residual: usize,
  shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  multiplyJobs(6, 16, params, output, residual, shared, own, start, end);
}

export function winogradBlocks6x16(
  params: WinogradParams,
  input: usize,
  output: usize,
  residual: usize,
  _shared: usize,
  own: usize,
  start: i32,
  end: i32,
): void {
  blockJobs(6, 16, params, input, output, residual, own, start, end);
}

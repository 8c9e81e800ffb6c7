/**
 * assembly/igemm.ts in TypeScript, with a tile of 2x4: eight sums, about as many as a JavaScript engine keeps in
 * registers. Sums are float64, and rounded once when they are stored.
 */

import type { KernelMemory, RangeKernel } from "../kernel-set.js";
import { fieldIndices, IGEMM_PARAMS } from "../params.js";
import { put } from "./put.js";
import { viewsOf } from "./views.js";

export const IGEMM_MR = 2;
export const IGEMM_NR = 4;

const AT = fieldIndices(IGEMM_PARAMS);

export function igemmJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [positions, weights] = [field(AT.positions) >>> 2, field(AT.weights) >>> 2];
    const [pixels, imagePixels] = [field(AT.pixels), field(AT.imagePixels)];
    const [blocks, blockPixels] = [field(AT.blocks), field(AT.blockPixels)];
    const [groups, panels, panelSize] = [field(AT.groups), field(AT.panels), field(AT.panelBytes) >>> 2];
    const [icPerGroup, ocPerGroup] = [field(AT.icPerGroup), field(AT.ocPerGroup)];
    const [kh, kw, tapRow, tapColumn] = [field(AT.kh), field(AT.kw), field(AT.tapRow) >>> 2, field(AT.tapColumn) >>> 2];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];
    const outputPixel = field(AT.outputPixel) >>> 2;
    const [min, max] = [f32[p + AT.min]!, f32[p + AT.max]!];
    /** The distance of a pixel from the first pixel of the pass. */
    const outputAt = (pixel: number): number => {
      const image = Math.floor(pixel / imagePixels);
      return image * outputImage + (pixel - image * imagePixels) * outputPixel;
    };
    const residualDelta = residual === 0 ? 0 : (residual - output) / 4;

    for (let job = start; job < end; job++) {
      const panel = job % panels;
      const group = Math.floor(job / panels) % groups;
      const block = Math.floor(job / (panels * groups)) % blocks;
      const pass = Math.floor(job / (panels * groups * blocks));
      const base = (input >>> 2) + pass * inputImage + group * icPerGroup;
      const panelStart = weights + (group * panels + panel) * panelSize;
      const nr = Math.min(IGEMM_NR, ocPerGroup - panel * IGEMM_NR);
      const channel = (output >>> 2) + pass * outputImage + group * ocPerGroup + panel * IGEMM_NR;
      const last = Math.min((block + 1) * blockPixels, pixels);
      for (let pixel = block * blockPixels; pixel < last; pixel += IGEMM_MR) {
        let t0 = i32[positions + pixel]! >>> 2;
        let t1 = i32[positions + pixel + 1]! >>> 2;
        let w = panelStart;
        let c00 = f32[w]!,
          c01 = f32[w + 1]!,
          c02 = f32[w + 2]!,
          c03 = f32[w + 3]!;
        let c10 = c00,
          c11 = c01,
          c12 = c02,
          c13 = c03;
        w += 4;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const a0 = base + (i32[t0 + kx * tapColumn]! >> 2);
            const a1 = base + (i32[t1 + kx * tapColumn]! >> 2);
            for (let k = 0; k < icPerGroup; k++) {
              const x0 = f32[a0 + k]!,
                x1 = f32[a1 + k]!;
              const w0 = f32[w]!,
                w1 = f32[w + 1]!,
                w2 = f32[w + 2]!,
                w3 = f32[w + 3]!;
              c00 += x0 * w0;
              c01 += x0 * w1;
              c02 += x0 * w2;
              c03 += x0 * w3;
              c10 += x1 * w0;
              c11 += x1 * w1;
              c12 += x1 * w2;
              c13 += x1 * w3;
              w += 4;
            }
          }
          t0 += tapRow;
          t1 += tapRow;
        }
        store(f32, channel + outputAt(pixel), nr, c00, c01, c02, c03, residualDelta, min, max);
        // If the count is odd, the second row of the last tile repeats the first row. It is computed and not stored.
        if (pixel + 1 < last) {
          store(f32, channel + outputAt(pixel + 1), nr, c10, c11, c12, c13, residualDelta, min, max);
        }
      }
    }
  };
}

function store(
  f32: Float32Array,
  c: number,
  nr: number,
  y0: number,
  y1: number,
  y2: number,
  y3: number,
  residual: number,
  min: number,
  max: number,
): void {
  put(f32, c, y0, residual, min, max);
  if (nr > 1) put(f32, c + 1, y1, residual, min, max);
  if (nr > 2) put(f32, c + 2, y2, residual, min, max);
  if (nr > 3) put(f32, c + 3, y3, residual, min, max);
}

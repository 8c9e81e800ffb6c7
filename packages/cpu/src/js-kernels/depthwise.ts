/**
 * assembly/dwconv.ts in TypeScript, for any kernel, with sums in float64: one pixel and four channels at a time. With a single channel, as in a
 * blurred grey image, four pixels at a time, because three of four channels would be computed in vain.
 */

import type { KernelMemory, RangeKernel } from "../kernel-set.js";
import { DWCONV_PARAMS, fieldIndices } from "../params.js";
import { put } from "./put.js";
import { viewsOf } from "./views.js";

const AT = fieldIndices(DWCONV_PARAMS);

export function depthwiseJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [table, weights] = [field(AT.table) >>> 2, field(AT.weights) >>> 2];
    const [oh, ow, channels] = [field(AT.oh), field(AT.ow), field(AT.channels)];
    const [kh, kw, tapRow, tapColumn] = [field(AT.kh), field(AT.kw), field(AT.tapRow) >>> 2, field(AT.tapColumn) >>> 2];
    const [panelSize, chunkChannels, chunks] = [field(AT.panelBytes) >>> 2, field(AT.chunkChannels), field(AT.chunks)];
    const [blockPixels, blocks] = [field(AT.blockPixels), field(AT.blocks)];
    const [pixelRow, pixelColumn] = [field(AT.pixelRow) >>> 2, field(AT.pixelColumn) >>> 2];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];
    const outputPixel = field(AT.outputPixel) >>> 2;
    const [min, max] = [f32[p + AT.min]!, f32[p + AT.max]!];
    const residualDelta = residual === 0 ? 0 : (residual - output) / 4;

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const block = Math.floor(job / chunks) % blocks;
      const row = Math.floor(job / (chunks * blocks));
      const image = Math.floor(row / oh);
      const y = row % oh;
      const base = (input >>> 2) + image * inputImage;
      const firstChannel = chunk * chunkChannels;
      const lastChannel = Math.min(firstChannel + chunkChannels, channels);
      const lastPixel = block === blocks - 1 ? ow : (block + 1) * blockPixels;
      let x = block * blockPixels;
      const lastFour = channels === 1 ? lastPixel - 4 : -1;
      for (; x <= lastFour; x += 4) {
        const t0 = table + y * pixelRow + x * pixelColumn;
        const t1 = t0 + pixelColumn;
        const t2 = t1 + pixelColumn;
        const t3 = t2 + pixelColumn;
        let w = weights;
        let y0 = f32[w]!,
          y1 = y0,
          y2 = y0,
          y3 = y0;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            w += 4;
            const tap = ky * tapRow + kx * tapColumn;
            const weight = f32[w]!;
            y0 += f32[base + (i32[t0 + tap]! >> 2)]! * weight;
            y1 += f32[base + (i32[t1 + tap]! >> 2)]! * weight;
            y2 += f32[base + (i32[t2 + tap]! >> 2)]! * weight;
            y3 += f32[base + (i32[t3 + tap]! >> 2)]! * weight;
          }
        }
        const c = (output >>> 2) + image * outputImage + y * ow + x;
        put(f32, c, y0, residualDelta, min, max);
        put(f32, c + 1, y1, residualDelta, min, max);
        put(f32, c + 2, y2, residualDelta, min, max);
        put(f32, c + 3, y3, residualDelta, min, max);
      }
      for (; x < lastPixel; x++) {
        const first = table + y * pixelRow + x * pixelColumn;
        const c = (output >>> 2) + image * outputImage + (y * ow + x) * outputPixel;
        let w = weights + (firstChannel >>> 2) * panelSize;
        for (let channel = firstChannel; channel < lastChannel; channel += 4) {
          let y0 = f32[w]!,
            y1 = f32[w + 1]!,
            y2 = f32[w + 2]!,
            y3 = f32[w + 3]!;
          w += 4;
          for (let ky = 0; ky < kh; ky++) {
            for (let kx = 0; kx < kw; kx++) {
              const a = base + channel + (i32[first + ky * tapRow + kx * tapColumn]! >> 2);
              y0 += f32[a]! * f32[w]!;
              y1 += f32[a + 1]! * f32[w + 1]!;
              y2 += f32[a + 2]! * f32[w + 2]!;
              y3 += f32[a + 3]! * f32[w + 3]!;
              w += 4;
            }
          }
          const count = Math.min(4, channels - channel);
          const sums = c + channel;
          put(f32, sums, y0, residualDelta, min, max);
          if (count > 1) put(f32, sums + 1, y1, residualDelta, min, max);
          if (count > 2) put(f32, sums + 2, y2, residualDelta, min, max);
          if (count > 3) put(f32, sums + 3, y3, residualDelta, min, max);
        }
      }
    }
  };
}

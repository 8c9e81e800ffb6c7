/** assembly/softmax.ts in TypeScript; exponentials and their sum in float64. */

import type { KernelMemory, RangeKernel } from "../../kernel-set.js";
import { SOFTMAX_PARAMS } from "../../operations/params.js";
import { fieldIndices } from "../../params.js";
import { viewsOf } from "../views.js";

const AT = fieldIndices(SOFTMAX_PARAMS);

export function softmaxJs(memory: KernelMemory): RangeKernel {
  const views = viewsOf(memory);
  return (params, input, output, _residual, _shared, _own, start, end) => {
    const { f32, i32 } = views();
    const p = params >>> 2;
    const field = (index: number): number => i32[p + index]!;
    const [pixels, channels] = [field(AT.pixels), field(AT.channels)];
    const [chunkPixels, chunks] = [field(AT.chunkPixels), field(AT.chunks)];
    const [inputImage, outputImage] = [field(AT.inputImage) >>> 2, field(AT.outputImage) >>> 2];

    for (let job = start; job < end; job++) {
      const chunk = job % chunks;
      const image = Math.floor(job / chunks);
      const last = Math.min((chunk + 1) * chunkPixels, pixels);
      for (let pixel = chunk * chunkPixels; pixel < last; pixel++) {
        const from = (input >>> 2) + image * inputImage + pixel * channels;
        const to = (output >>> 2) + image * outputImage + pixel * channels;
        // The maximum of a NaN and any number must be NaN, as Math.max gives it.
        let most = -Infinity;
        for (let channel = 0; channel < channels; channel++) most = Math.max(most, f32[from + channel]!);
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) sum += Math.exp(f32[from + channel]! - most);
        for (let channel = 0; channel < channels; channel++) {
          f32[to + channel] = Math.exp(f32[from + channel]! - most) / sum;
        }
      }
    }
  };
}

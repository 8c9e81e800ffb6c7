/** Operations that move elements across rows or channels: channel shuffle, pixel shuffle, reshape. */

import type { ChannelShuffleProblem, PixelShuffleProblem, ReshapeProblem } from "@convene/core";
import type { OperationPlan, Step, Workplace } from "../algorithms/algorithm.js";
import { copyStep, type RowsOfRuns, runsOf } from "./copy-runs.js";
import { denseBytes, denseImages } from "./division.js";
import { copies, imagesOf } from "./moves.js";
import { transposeStep } from "./transposes.js";

/** Transposes the channels of each pixel, which are a matrix of groups by channels of a group. */
export function planChannelShuffle(place: Workplace, p: ChannelShuffleProblem): OperationPlan {
  const { n, inputImage, outputImage } = imagesOf(p);
  const columns = p.c / p.g;
  const step = transposeStep(place, { n, matrices: p.h * p.w, rows: p.g, columns, inputImage, outputImage });
  return { algorithm: "transpose", steps: [step], workspace: { shared: 0, own: 0 } };
}

/**
 * In the order `"dcr"` a row of the output consists of runs of `rw·oc` numbers of the input. An input in the order `"crd"` is brought into the
 * order `"dcr"` first, in the shared workspace.
 */
export function planPixelShuffle(place: Workplace, p: PixelShuffleProblem): OperationPlan {
  const { n, ic, ih, iw, rh, rw } = p;
  const images = imagesOf(p);
  const oc = ic / (rh * rw);
  const run = rw * oc;
  const rowsOfRuns = (inputImage: number): RowsOfRuns => ({
    ...images,
    inputImage,
    rows: Int32Array.from({ length: ih * rh }, (_, y) => Math.floor(y / rh) * iw * ic + (y % rh) * run),
    runs: runsOf(iw, (x) => ({ to: x * run, from: x * ic, count: run })),
  });
  if (p.order === "dcr" || oc === 1) return copies([copyStep(place, rowsOfRuns(images.inputImage))]);
  const elements = ic * ih * iw;
  const between = denseImages(elements).image;
  const sort = transposeStep(place, {
    n,
    matrices: ih * iw,
    rows: oc,
    columns: rh * rw,
    inputImage: images.inputImage,
    outputImage: between,
  });
  return throughShared("transpose, copy", sort, copyStep(place, rowsOfRuns(between)), n * elements);
}

/**
 * In NCHW order there are up to two transposes: from pixels in rows to channels in rows, and back in the new shape. A transpose is left out if it
 * changes nothing: with one channel, with one pixel, or if images keep their number of channels. A copy replaces two of them.
 */
export function planReshape(place: Workplace, p: ReshapeProblem): OperationPlan {
  const [before, after] = [p.ic * p.ih * p.iw, p.oc * p.oh * p.ow];
  const { inputImage, outputImage } = imagesOf(p);
  const sameImages = before === after;
  const between = (elements: number): number => denseImages(elements).image;
  const copy = (n: number, elements: number, from: number, to: number): Step =>
    copyStep(place, {
      n,
      rows: Int32Array.of(0),
      runs: [{ to: 0, from: 0, count: elements }],
      outputRow: elements,
      inputImage: from,
      outputImage: to,
    });
  const isMatrix = (channels: number, pixels: number): boolean => p.order === "nchw" && channels > 1 && pixels > 1;
  const out = (to: number): Step =>
    isMatrix(p.ic, p.ih * p.iw)
      ? transposeStep(place, { n: p.n, matrices: 1, rows: p.ih * p.iw, columns: p.ic, inputImage, outputImage: to })
      : copy(p.n, before, inputImage, to);
  const back = (from: number): Step =>
    isMatrix(p.oc, p.oh * p.ow)
      ? transposeStep(place, { n: p.on, matrices: 1, rows: p.oc, columns: p.oh * p.ow, inputImage: from, outputImage })
      : copy(p.on, after, from, outputImage);
  if (sameImages && p.ic === p.oc) return copies([copy(p.n, before, inputImage, outputImage)]);
  const [transposesOut, transposesBack] = [isMatrix(p.ic, p.ih * p.iw), isMatrix(p.oc, p.oh * p.ow)];
  const algorithm = transposesOut || transposesBack ? "transpose" : "copy";
  if (sameImages && !(transposesOut && transposesBack)) {
    const step = transposesOut ? out(outputImage) : back(inputImage);
    return { algorithm, steps: [step], workspace: { shared: 0, own: 0 } };
  }
  return throughShared(algorithm, out(between(before)), back(between(after)), p.n * before);
}

/** A plan of two steps: the first writes to the shared workspace, the second reads from it. */
function throughShared(algorithm: string, first: Step, second: Step, elements: number): OperationPlan {
  return {
    algorithm,
    steps: [
      { ...first, output: "shared" },
      { ...second, input: "shared" },
    ],
    workspace: { shared: denseBytes(elements), own: 0 },
  };
}

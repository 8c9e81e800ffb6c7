/** One run of a filter: both sides, and their difference. The run is repeated until a newer request comes. */

import {
  type Conv2d,
  type Model,
  network,
  prepare,
  problemCost,
  type Tensor,
  toLayout,
  totalCost,
} from "@convene/core";
import { differenceOf, differencePicture } from "./difference.js";
import { type DisplayOptions, toPicture } from "./display.js";
import { type Arithmetic, chainBound } from "./error-bound.js";
import { featuresOf, filterLayers, FILTERS, isColour } from "./filters.js";
import { fitWithin } from "./image-header.js";
import { reachOf } from "./kernels.js";
import type { LearntFilters, Pixels } from "./learn-filters.js";
import type { RunSettings } from "./messages.js";
import { type Given, measure, PLACES, type Ran, runSide } from "./run-side.js";

/** The display of the photo itself. */
const PLAIN: DisplayOptions = { display: "clamped", colour: true, reach: 1, gain: 1 };

/** @throws Superseded, or core's error for settings that do not fit the photo */
export async function runFilter(given: Given): Promise<void> {
  const { bench, host, settings, photo, check } = given;
  const { width, height } = fitWithin(photo.width, photo.height, settings.size);
  const pixels = photo.at(width, height, "stretch");
  const x = inputOf(pixels);
  const isLearnt = settings.filter === "learnt";
  if (isLearnt) host.post({ kind: "doing", what: "Learning filters from the photo", blocking: true });
  await check();
  const learnt = isLearnt ? bench.learnt(settings.kernel, () => pixels) : undefined;
  const layers = filterLayers(settings, learnt);
  const net = network(...layers);
  const { macs, parameters } = totalCost(net.problems(x.shape).map(problemCost));
  host.post({
    kind: "computed",
    computed: {
      input: x.shape,
      output: net.outputShape(x.shape),
      macs,
      parameters,
      layers: layers.length,
      features: featuresOf(settings, learnt),
    },
  });
  const show = displayOf(settings, layers, learnt);
  const key = keyOf(settings, x, learnt);
  const ran: Ran<Model, Tensor>[] = [];
  for (const place of PLACES) {
    await check();
    const side = settings[place];
    if (side === "photo") {
      host.post({ kind: "picture", place, picture: toPicture(x, PLAIN) });
      continue;
    }
    const done = await runSide(given, place, side, {
      key,
      prepare: (backend) => prepare(backend, net, x.shape),
      run: (model) => model.run(x),
    });
    if (!done) continue;
    ran.push(done);
    host.post({ kind: "picture", place, picture: toPicture(done.answer, show) });
  }
  const [left, right] = ran;
  if (left && right) await compare(given, layers, x, left, right);
  else host.post({ kind: "difference", difference: undefined });
  await measure(given, ran);
}

/** A key of the settings that decide the problem and the weights. */
function keyOf(settings: RunSettings, x: Tensor, learnt?: LearntFilters): string {
  const { filter, kernel, groups, custom, seed, stride, dilation, padding } = settings;
  const own = filter === "custom" ? custom : learnt ? [...learnt.bias] : [];
  return JSON.stringify([filter, kernel, groups, own, seed, stride, dilation, padding, x.shape]);
}

/** The photo as `[1, 3, h, w]`. */
function inputOf({ width, height, data }: Pixels): Tensor {
  return toLayout({ shape: [1, 3, height, width], layout: "nhwc", data }, "nchw");
}

/** The display of a filter's result. */
function displayOf(settings: RunSettings, layers: readonly Conv2d[], learnt?: LearntFilters): DisplayOptions {
  const { displays } = FILTERS[settings.filter];
  const features = featuresOf(settings, learnt);
  const { outChannels, weights } = layers[0]!;
  const length = weights.weight.length / outChannels;
  const reaches = Array.from({ length: outChannels }, (_, at) =>
    reachOf(weights.weight.subarray(at * length, (at + 1) * length)),
  );
  return {
    display: displays.find((each) => each === settings.display) ?? displays[0]!,
    colour: isColour(settings),
    reach: Math.max(...reaches),
    gain: settings.gain,
    feature: settings.feature >= 0 && settings.feature < features ? settings.feature : undefined,
  };
}

async function compare(
  { bench, host, settings, check }: Given,
  layers: readonly Conv2d[],
  x: Tensor,
  left: Ran<Model, Tensor>,
  right: Ran<Model, Tensor>,
): Promise<void> {
  await check();
  host.post({ kind: "doing", what: "Comparing", blocking: true });
  const picture = differencePicture(left.answer, right.answer, 2 ** settings.amplify);
  host.post({ kind: "picture", place: "difference", picture });
  await check();
  // WebAssembly may be forbidden here, but the kernels in JavaScript run everywhere.
  const helper = await bench.backend("cpu").catch(() => bench.backend("cpu:js"));
  const rules = [left, right].map(({ prepared }): readonly Arithmetic[] =>
    prepared.model.layers.map(({ arithmetic }) => arithmetic),
  );
  const one = await chainBound(helper, layers, rules[0]!, x);
  await check();
  const two = rules[0]!.join() === rules[1]!.join() ? one : await chainBound(helper, layers, rules[1]!, x);
  await check();
  const bound = one.map((each, at) => each + two[at]!);
  host.post({ kind: "difference", difference: differenceOf(left.answer, right.answer, bound) });
}

/** One run of a network on the photo, on both sides: its result, and the difference of the two backends. */

import { type NamedModel, type OutputTensor, prepare, type Tensor } from "@convene/core";
import { isScores, summarize, top } from "../../engine/top.js";
import { decodeFaces, placeInSquare } from "./blaze-face.js";
import { type Difference, differenceOf } from "./difference.js";
import type { Picture } from "./display.js";
import { fitWithin } from "./image-header.js";
import type { Pixels } from "./learn-filters.js";
import type { NetworkAnswer } from "./messages.js";
import { toInput } from "./network-input.js";
import type { PhotoNetwork } from "./photo-network.js";
import { type Given, measure, PLACES, type Ran, runSide } from "./run-side.js";

type Outputs = Readonly<Record<string, OutputTensor>>;

/** The number of largest scores that are shown. */
const TOP = 5;

/** @throws Superseded */
export async function runNetwork(given: Given & { readonly network: PhotoNetwork }): Promise<void> {
  const { host, settings, photo, check, network } = given;
  const { input, inputShape, isBlazeFace } = network;
  const shown = fitWithin(photo.width, photo.height, settings.size);
  host.post({ kind: "picture", place: "left", picture: pictureOf(photo.at(shown.width, shown.height, "stretch")) });
  const auto = isBlazeFace ? "-1 to 1" : "ImageNet";
  const pixels = photo.at(input.width, input.height, isBlazeFace ? "pad" : "crop");
  const x = toInput(pixels, input, settings.scaling === "auto" ? auto : settings.scaling);
  const { macs, parameters } = network.network.cost({ [input.name]: inputShape });
  const { layers } = network.network;
  host.post({
    kind: "computed",
    computed: { input: inputShape, output: [], macs, parameters, layers: layers.length, features: 0 },
  });
  if (PLACES.every((place) => settings[place] === "photo")) {
    const message = "Both sides show the photo, so no backend runs the network.";
    host.post({ kind: "failed", message, remedy: "Choose a backend on one of the two sides." });
    return;
  }
  const ran: Ran<NamedModel, Outputs>[] = [];
  for (const place of PLACES) {
    await check();
    const side = settings[place];
    if (side === "photo") continue;
    const done = await runSide(given, place, side, {
      key: keyOf(network),
      prepare: (backend) => prepare(backend, network.network, { [input.name]: inputShape }),
      run: (model) => model.run({ [input.name]: x }),
    });
    if (!done) continue;
    ran.push(done);
    if (ran.length > 1) continue;
    host.post({ kind: "answer", answer: answerOf(done.answer, network, placeInSquare(photo.width, photo.height)) });
  }
  const [left, right] = ran;
  const difference = left && right ? largestDifference(left.answer, right.answer) : undefined;
  host.post({ kind: "difference", difference });
  await measure(given, ran);
}

/** A key for each network of the session, which identifies its file. */
const KEYS = new WeakMap<PhotoNetwork, string>();
let networks = 0;
function keyOf(network: PhotoNetwork): string {
  const key = KEYS.get(network) ?? `network ${++networks}`;
  KEYS.set(network, key);
  return key;
}

function pictureOf({ width, height, data }: Pixels): Picture {
  const bytes = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) bytes[at * 4 + channel] = data[at * 3 + channel]! * 255;
  }
  return { width, height, data: bytes };
}

function answerOf(
  outputs: Outputs,
  { isBlazeFace, input }: PhotoNetwork,
  placement: ReturnType<typeof placeInSquare>,
): NetworkAnswer {
  const told = Object.entries(outputs).map(([name, { data, dims }]) => ({
    name,
    dims,
    summary: summarize(data),
    ...(isScores(dims) && { top: top(data, TOP) }),
  }));
  return isBlazeFace ? { faces: decodeFaces(outputs, input.width, placement), outputs: told } : { outputs: told };
}

/** The largest difference over all outputs. There is no bound, because the errors of all layers add up. */
function largestDifference(a: Outputs, b: Outputs): Difference {
  const flat = (tensor: Tensor): Tensor => ({ ...tensor, shape: [1, tensor.data.length, 1, 1] });
  const each = Object.keys(a).map((name) => differenceOf(flat(a[name]!), flat(b[name]!)));
  const worse = (x: number, y: number): number => (Number.isNaN(x) || x >= y ? x : y);
  return {
    largest: each.reduce((most, { largest }) => worse(most, largest), 0),
    differing: each.reduce((sum, { differing }) => sum + differing, 0),
    elements: each.reduce((sum, { elements }) => sum + elements, 0),
  };
}

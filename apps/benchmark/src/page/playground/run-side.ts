/** One side of a run: prepares and runs a model on a backend, and measures again until a newer request comes. */

import { type Backend, ConveneError } from "@convene/core";
import { type AnyModel, type Bench, latest, LATEST_RUNS, noteRun, type Prepared, Superseded } from "./bench.js";
import type { Place, RunSettings } from "./messages.js";
import { type Host, type Photo, wordsOf } from "./session.js";
import type { BackendId } from "./settings.js";

/** The data and functions of a run. */
export interface Given {
  readonly bench: Bench;
  readonly host: Host;
  readonly settings: RunSettings;
  readonly photo: Photo;
  /** Whether the photo is a frame of a camera. The next frame is then more urgent than another measurement. */
  readonly isFrame: boolean;
  /** @throws Superseded */
  readonly check: () => Promise<void>;
}

/** The functions that prepare and run a side. */
export interface SideWork<M extends AnyModel, Answer> {
  /** The key of the prepared model. The same key means the same model. */
  readonly key: string;
  readonly prepare: (backend: Backend) => Promise<M>;
  readonly run: (model: M) => Promise<Answer>;
}

/** A side that has run. */
export interface Ran<M extends AnyModel = AnyModel, Answer = unknown> {
  readonly place: Place;
  readonly prepared: Prepared<M>;
  readonly answer: Answer;
  /** Runs once more, and notes the time. */
  readonly again: () => Promise<void>;
}

export const PLACES: readonly Place[] = ["left", "right"];

/** The most layers whose algorithms are shown one by one. */
const FEW_LAYERS = 3;

/** Milliseconds of repeated measurements, if no newer request comes. */
const MEASURE_FOR = 4000;
/** Milliseconds between two shown medians. */
const SHOW_EVERY = 200;

/** Runs one side. A fault of this side is reported, and the other side still runs. */
export async function runSide<M extends AnyModel, Answer>(
  { bench, host, check }: Given,
  place: Place,
  backendId: BackendId,
  { key, prepare, run }: SideWork<M, Answer>,
): Promise<Ran<M, Answer> | undefined> {
  const doing = (what: string, blocking: boolean): void => host.post({ kind: "doing", what, blocking });
  try {
    doing(`Opening ${backendId}`, false);
    const backend = await bench.backend(backendId);
    await check();
    doing(`Preparing on ${backendId}`, true);
    const prepared = await bench.model(place, `${backendId} ${key}`, () => prepare(backend));
    await check();
    doing(`Running on ${backendId}`, true);
    const timed = async (): Promise<readonly [answer: Answer, milliseconds: number]> => {
      const start = performance.now();
      const answer = await run(prepared.model);
      const milliseconds = performance.now() - start;
      noteRun(prepared, milliseconds);
      return [answer, milliseconds];
    };
    const [answer, first] = await timed();
    const { layers } = prepared.model;
    host.post({
      kind: "facts",
      facts: {
        place,
        backend: backendId,
        device: backend.device,
        algorithms: layers.length > FEW_LAYERS ? [] : layers.map(({ algorithm }) => algorithm),
        prepare: prepared.preparing,
        first,
      },
    });
    showTimes(host, place, prepared);
    return { place, prepared, answer, again: async () => void (await timed()) };
  } catch (error) {
    if (error instanceof Superseded) throw error;
    if (error instanceof ConveneError && error.code === "ERR_EXECUTION") await bench.close(backendId);
    host.post({ kind: "failed", place, ...wordsOf(error) });
    return undefined;
  }
}

/** Runs the sides in turn, and reports the median of each, until there are enough runs or the time is over. */
export async function measure({ host, isFrame, check }: Given, ran: readonly Ran[]): Promise<void> {
  if (isFrame || ran.length === 0) return;
  host.post({ kind: "doing", what: "Measuring", blocking: false });
  const start = performance.now();
  let shown = -Infinity;
  for (let round = 0; round < LATEST_RUNS && performance.now() - start < MEASURE_FOR; round++) {
    for (const { again } of ran) {
      await check();
      await again();
    }
    const isLast = round === LATEST_RUNS - 1 || performance.now() - start >= MEASURE_FOR;
    if (!isLast && performance.now() - shown < SHOW_EVERY) continue;
    shown = performance.now();
    for (const { place, prepared } of ran) showTimes(host, place, prepared);
  }
}

function showTimes(host: Host, place: Place, prepared: Prepared<AnyModel>): void {
  const times = latest(prepared);
  if (times) host.post({ kind: "times", place, ...times });
}

/** Open backends and their prepared models. They are kept from run to run, so that a camera's next frame uses the same model. */

import type { Backend, Model, NamedModel } from "@convene/core";
import { median } from "../../engine/statistics.js";
import { learnFilters, type LearntFilters, type Pixels } from "./learn-filters.js";
import type { Place } from "./messages.js";
import type { Host } from "./session.js";
import type { BackendId, KernelSize } from "./settings.js";

/** A newer request ends this run. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** A model that a side can run. */
export type AnyModel = Model | NamedModel;

/** A model, and the times of its runs. */
export interface Prepared<M extends AnyModel> {
  readonly key: string;
  readonly model: M;
  /** The time of `prepare`, in milliseconds. */
  readonly preparing: number;
  /** Milliseconds of the latest runs, without the first run, which compiles and fills caches. */
  readonly times: number[];
  /** Whether the model has run. */
  isWarm: boolean;
}

export interface Bench {
  /** The backend, which is opened at the first call. @throws BackendUnavailableError at each call */
  backend(id: BackendId): Promise<Backend>;
  /** The model of a side: the present one if `key` is the same, otherwise a new one in its place. */
  model<M extends AnyModel>(place: Place, key: string, prepare: () => Promise<M>): Promise<Prepared<M>>;
  /** The filters that were learnt from the photo. Each size is learnt once. */
  learnt(size: KernelSize, photo: () => Pixels): LearntFilters;
  forgetLearnt(): void;
  /** Closes a backend after an error, so that the next run opens a new one. A backend that failed always fails. */
  close(id: BackendId): Promise<void>;
  dispose(): Promise<void>;
}

/** The number of runs for the median. */
export const LATEST_RUNS = 25;

/** Notes how long a run took. The first run of a model is not counted. */
export function noteRun(prepared: Prepared<AnyModel>, milliseconds: number): void {
  if (prepared.isWarm) prepared.times.push(milliseconds);
  if (prepared.times.length > LATEST_RUNS) prepared.times.shift();
  prepared.isWarm = true;
}

/** The median of the latest runs, or `undefined` if there are none. */
export function latest({ times }: Prepared<AnyModel>): { readonly median: number; readonly runs: number } | undefined {
  return times.length === 0 ? undefined : { median: median(times), runs: times.length };
}

export function createBench({ open }: Pick<Host, "open">): Bench {
  const backends = new Map<BackendId, Promise<Backend>>();
  const models = new Map<Place, Prepared<AnyModel>>();
  const learnt = new Map<number, LearntFilters>();
  const release = (place: Place): void => {
    models.get(place)?.model.dispose();
    models.delete(place);
  };
  const bench: Bench = {
    async backend(id) {
      const opening = backends.get(id) ?? open(id);
      backends.set(id, opening);
      try {
        return await opening;
      } catch (error) {
        // A later try may succeed, because a browser can get its graphics processor back.
        backends.delete(id);
        throw error;
      }
    },
    async model<M extends AnyModel>(place: Place, key: string, prepare: () => Promise<M>) {
      const there = models.get(place);
      // Cast: the same key means the same type of model.
      if (there?.key === key) return there as Prepared<M>;
      release(place);
      const start = performance.now();
      const model = await prepare();
      const prepared: Prepared<M> = { key, model, preparing: performance.now() - start, times: [], isWarm: false };
      models.set(place, prepared);
      return prepared;
    },
    learnt(size, photo) {
      const found = learnt.get(size) ?? learnFilters(photo(), size);
      learnt.set(size, found);
      return found;
    },
    forgetLearnt: () => learnt.clear(),
    async close(id) {
      const opening = backends.get(id);
      backends.delete(id);
      for (const place of ["left", "right"] as const) release(place);
      // The backend failed before, and the error was reported then.
      await opening?.then((backend) => backend.dispose()).catch(() => undefined);
    },
    async dispose() {
      for (const id of backends.keys()) await bench.close(id);
    },
  };
  return bench;
}

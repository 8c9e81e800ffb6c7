/** Open backends and what is prepared on them, kept from run to run: a camera's next frame finds its model again. */

import type { Backend, Model, NamedModel } from "@convene/core";
import { median } from "../../engine/statistics.js";
import { learnFilters, type LearntFilters, type Pixels } from "./learn-filters.js";
import type { Place } from "./messages.js";
import type { Host } from "./session.js";
import type { BackendId, KernelSize } from "./settings.js";

/** A newer request has come. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** What a side can run. */
export type AnyModel = Model | NamedModel;

/** A model, and what is known of its runs. */
export interface Prepared<M extends AnyModel> {
  readonly key: string;
  readonly model: M;
  /** How long it took to make, in milliseconds. */
  readonly preparing: number;
  /** Milliseconds of its latest runs. The very first one, which compiles and fills caches, is none of them. */
  readonly times: number[];
  /** Whether it has run. */
  isWarm: boolean;
}

export interface Bench {
  /** @throws BackendUnavailableError, each time that it is asked for */
  backend(id: BackendId): Promise<Backend>;
  /** The model of a side: the one that is there, where `key` is the same, or else a new one in its place. */
  model<M extends AnyModel>(place: Place, key: string, prepare: () => Promise<M>): Promise<Prepared<M>>;
  /** Filters learnt from the photo, once for each size. */
  learnt(size: KernelSize, photo: () => Pixels): LearntFilters;
  forgetLearnt(): void;
  /** Closes a backend after an error, so that it is opened anew the next time: one that has failed fails from then on. */
  close(id: BackendId): Promise<void>;
  dispose(): Promise<void>;
}

/** How many runs the median is over. */
export const LATEST_RUNS = 25;

/** Notes how long a run took. The first run of a model is not counted. */
export function noteRun(prepared: Prepared<AnyModel>, milliseconds: number): void {
  if (prepared.isWarm) prepared.times.push(milliseconds);
  if (prepared.times.length > LATEST_RUNS) prepared.times.shift();
  prepared.isWarm = true;
}

/** The median of the latest runs; nothing where there are none. */
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
        // One that cannot open now may later: a browser can have its graphics processor back.
        backends.delete(id);
        throw error;
      }
    },
    async model<M extends AnyModel>(place: Place, key: string, prepare: () => Promise<M>) {
      const there = models.get(place);
      // The key says what was prepared, and so its type.
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
      // It has failed already, and that has been said.
      await opening?.then((backend) => backend.dispose()).catch(() => undefined);
    },
    async dispose() {
      for (const id of backends.keys()) await bench.close(id);
    },
  };
  return bench;
}

/**
 * The workspace: memory that plans need while they run and nobody keeps, so that all plans of a backend share one. It is as
 * large as the plan that needs most: what all workers have together, then a part for each worker.
 */

import { type Arena, alignUp } from "./arena.js";
import type { WorkspaceNeed } from "./algorithms/algorithm.js";

export interface Workspace {
  /** Address of what all workers have together. */
  readonly shared: number;
  /** Address of the first worker's own part, and bytes from one worker's to the next one's. */
  readonly own: number;
  readonly ownBytes: number;
  /**
   * Makes it large enough for one more plan. Plans in flight may go on with what they had been given.
   *
   * @throws ConveneError `ERR_OUT_OF_MEMORY`; then nothing has changed
   */
  reserve(need: WorkspaceNeed): void;
  /** Takes one plan's need back: what `reserve` was given. */
  release(need: WorkspaceNeed): void;
}

/** @param free gives memory back, when nothing that was called before can touch it any more */
export function createWorkspace(arena: Arena, workers: number, free: (address: number) => void): Workspace {
  const needs = { shared: createSizes(), own: createSizes() };
  let address = 0;
  let sharedBytes = 0;
  let ownBytes = 0;

  const add = ({ shared, own }: WorkspaceNeed): void => {
    needs.shared.add(shared);
    needs.own.add(own);
  };
  const remove = ({ shared, own }: WorkspaceNeed): void => {
    needs.shared.remove(shared);
    needs.own.remove(own);
  };
  const resize = (): void => {
    const shared = alignUp(needs.shared.largest);
    const own = alignUp(needs.own.largest);
    if (shared === sharedBytes && own === ownBytes) return;
    const total = shared + workers * own;
    const each = workers === 1 ? "" : `, ${own} for each of ${workers} workers`;
    const next = total === 0 ? 0 : arena.allocate(total, `a workspace (${shared} bytes shared${each})`);
    if (address !== 0) free(address);
    [address, sharedBytes, ownBytes] = [next, shared, own];
  };

  return {
    get shared() {
      return address;
    },
    get own() {
      return address + sharedBytes;
    },
    get ownBytes() {
      return ownBytes;
    },
    reserve(need) {
      add(need);
      try {
        resize();
      } catch (error) {
        remove(need);
        throw error;
      }
    },
    release(need) {
      remove(need);
      try {
        resize();
      } catch {
        // No room to move to a smaller place: it stays as large as it is.
      }
    },
  };
}

/** Sizes, of which plans have the same ones over and over, and the largest of them. */
interface Sizes {
  readonly largest: number;
  add(size: number): void;
  remove(size: number): void;
}

function createSizes(): Sizes {
  /** How often each is there. */
  const counts = new Map<number, number>();
  let largest = 0;
  return {
    get largest() {
      return largest;
    },
    add(size) {
      counts.set(size, (counts.get(size) ?? 0) + 1);
      largest = Math.max(largest, size);
    },
    remove(size) {
      const count = counts.get(size)! - 1;
      if (count > 0) {
        counts.set(size, count);
        return;
      }
      counts.delete(size);
      if (size === largest) largest = [...counts.keys()].reduce((most, each) => Math.max(most, each), 0);
    },
  };
}

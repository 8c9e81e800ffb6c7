/**
 * The workspace: memory that plans need only while they run, so all plans of a backend share one. It has a part for all
 * workers together, then a part for each worker. Each part is as large as the largest need of any plan.
 */

import { type Arena, alignUp } from "./arena.js";
import type { WorkspaceNeed } from "./algorithms/algorithm.js";

export interface Workspace {
  /** Address of the part for all workers together. */
  readonly shared: number;
  /** Address of the first worker's own part, and bytes from one worker's part to the next worker's part. */
  readonly own: number;
  readonly ownBytes: number;
  /**
   * Makes the workspace large enough for one more plan. Runs in flight may keep using the old memory.
   *
   * @throws ConveneError `ERR_OUT_OF_MEMORY`; then nothing has changed
   */
  reserve(need: WorkspaceNeed): void;
  /** Removes the need of one plan. `need` is the object that `reserve` was given. */
  release(need: WorkspaceNeed): void;
}

/** @param free frees an old workspace, after all runs that were called before */
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
        // There is no room for the smaller workspace, so the workspace stays as large as it is.
      }
    },
  };
}

/** A collection of sizes, in which the same size often occurs many times, and its largest size. */
interface Sizes {
  readonly largest: number;
  add(size: number): void;
  remove(size: number): void;
}

function createSizes(): Sizes {
  /** How often each size occurs. */
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

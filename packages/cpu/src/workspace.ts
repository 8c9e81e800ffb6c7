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
  const needs: WorkspaceNeed[] = [];
  let address = 0;
  let sharedBytes = 0;
  let ownBytes = 0;

  const resize = (): void => {
    const shared = alignUp(Math.max(0, ...needs.map((need) => need.shared)));
    const own = alignUp(Math.max(0, ...needs.map((need) => need.own)));
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
      needs.push(need);
      try {
        resize();
      } catch (error) {
        needs.pop();
        throw error;
      }
    },
    release(need) {
      needs.splice(needs.indexOf(need), 1);
      try {
        resize();
      } catch {
        // No room to move to a smaller place: it stays as large as it is.
      }
    },
  };
}

import { describe, expect, it } from "vitest";
import { createArena } from "./arena.js";
import { createJsKernels } from "./js-kernels/index.js";
import { createWorkspace } from "./workspace.js";

const LIMIT = 2 ** 20;

function setup(workers: number) {
  const arena = createArena(createJsKernels(LIMIT).memory, LIMIT);
  const freed: number[] = [];
  const workspace = createWorkspace(arena, workers, (address) => {
    freed.push(address);
    arena.free(address);
  });
  return { arena, freed, workspace, used: () => arena.use().used };
}

describe("createWorkspace", () => {
  it("takes nothing until a plan needs something", () => {
    const { workspace, used } = setup(2);
    workspace.reserve({ shared: 0, own: 0 });
    expect(used()).toBe(0);
    expect(workspace.shared).toBe(0);
  });

  it("has the part of all workers, then a part for each worker, on cache lines", () => {
    const { workspace, used } = setup(3);
    workspace.reserve({ shared: 100, own: 65 });
    expect(workspace.own - workspace.shared).toBe(128);
    expect(workspace.ownBytes).toBe(128);
    expect(used()).toBe(128 + 3 * 128);
  });

  it("has each part as large as the largest need of any plan, and no larger", () => {
    const { workspace, used } = setup(2);
    const [shared, own] = [
      { shared: 640, own: 64 },
      { shared: 64, own: 320 },
    ];
    workspace.reserve(shared);
    workspace.reserve(own);
    expect(used()).toBe(640 + 2 * 320);
    workspace.release(shared);
    expect(used()).toBe(64 + 2 * 320);
    workspace.release(own);
    expect(used()).toBe(0);
  });

  it("keeps its address if a plan of the same need is added and removed", () => {
    const { workspace, freed } = setup(1);
    const need = { shared: 64, own: 64 };
    workspace.reserve(need);
    const before = workspace.shared;
    const same = { ...need };
    workspace.reserve(same);
    workspace.release(same);
    expect(workspace.shared).toBe(before);
    expect(freed).toEqual([]);
  });

  it("passes an old address to the function that frees it after runs in flight", () => {
    const { workspace, freed } = setup(1);
    workspace.reserve({ shared: 64, own: 0 });
    const before = workspace.shared;
    workspace.reserve({ shared: 1024, own: 0 });
    expect(freed).toEqual([before]);
  });

  it("names the size and its purpose if there is no room, and does not change", () => {
    const { workspace, used } = setup(2);
    workspace.reserve({ shared: 64, own: 64 });
    const [before, place] = [used(), workspace.shared];
    expect(() => workspace.reserve({ shared: LIMIT, own: 64 })).toThrow(
      expect.objectContaining({
        code: "ERR_OUT_OF_MEMORY",
        message: expect.stringMatching(
          /a workspace \(1048576 bytes shared, 64 for each of 2 workers\) needs 1048704 bytes/,
        ),
      }),
    );
    expect([used(), workspace.shared]).toEqual([before, place]);
    workspace.reserve({ shared: 128, own: 64 });
    expect(used()).toBe(128 + 2 * 64);
  });
});

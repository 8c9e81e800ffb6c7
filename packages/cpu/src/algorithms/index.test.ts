/** Planning in slices: how fine they are, and that whatever happens between them does no harm. */

import { makeOperands, referenceConv2d } from "@convene/conformance";
import { inputShape, outputShape, parseProblem, tensor } from "@convene/core";
import { describe, expect, it } from "vitest";
import { type Arena, alignUp, createArena } from "../arena.js";
import { createJsKernels } from "../js-kernels/index.js";
import { complete } from "../slices.js";
import { allocateStorage, clearZeroRows, readTensor, writeTensor } from "../storage.js";
import type { Tiles } from "../kernel-set.js";
import { TILES } from "../tiles.js";
import { createWorkspace, type Workspace } from "../workspace.js";
import { BLOCK_LIMITS } from "./igemm.js";
import { planConv2d, type PlannedConv2d, planConv2dSliced } from "./index.js";

const LIMIT = 2 ** 28;

/** @param tiles those of the kernels in JavaScript, if left out; with others plans can be made, and not be run */
function opened(limit = LIMIT, tiles?: Tiles) {
  // A memory that is another object after it has grown: what is written to the one before is lost.
  const kernels = createJsKernels(limit);
  const arena = createArena(kernels.memory, limit);
  const workspace = createWorkspace(arena, 1, (address) => arena.free(address));
  const place = { tiles: tiles ?? kernels.tiles, arena, blockLimits: BLOCK_LIMITS, leastJobs: 1 };
  const plan = (text: string, how: typeof planConv2dSliced = planConv2dSliced) => {
    const problem = parseProblem(text);
    const operands = makeOperands(problem, "integer", 3);
    return { problem, operands, slices: how(place, workspace, problem, operands, "fast") };
  };
  return { kernels, arena, workspace, plan };
}

const used = (arena: Arena, workspace: Workspace): number => arena.use().used - workspace.ownBytes;

describe("planConv2dSliced", () => {
  it.each([
    ["weights", "ic256_ih1_oc256_kh3_ph1", 256 * 256 * 9],
    ["weights of few outputs for each group", "g64_ic2048_ih1_oc128_kh9_ph4", 32 * 128 * 81],
    ["weights of a depthwise layer", "g8192_ic8192_ih1_oc8192_kh5_ph2", 8192 * 25],
    ["the table of pixels", "g2_ic2_ih600_oc2_kh3_sh4", 600 * 600],
    ["the table of where outputs begin", "g2_ic2_ih600_oc4_kh1", 600 * 600],
    ["the marks of outputs whose taps are side by side", "ic1_ih200_oc2_kh5_ph2", 200 * 200 * 25],
  ])("gives way at least once for 65,536 elements of %s", (_what, text, elements) => {
    const { plan } = opened();
    const { slices } = plan(text);
    let count = 1;
    while (!slices.next().done) count++;
    expect(count).toBeGreaterThan(elements / 65536);
  });

  it.each([
    ["winograd-4x4", "ic64_ih6_oc96_kh3_ph1", 36 * 65 * 96],
    ["winograd-2x2", "ic64_ih2_oc96_kh3_ph1", 16 * 65 * 96],
    ["grouped-4x4", "g256_ic4096_ih4_oc1024_kh3_ph1", 256 * 4 * 145],
    ["depthwise-3x3", "g8192_ic8192_ih5_oc16384_kh3_ph1", 16384 * 10],
  ])("packs weights of %s in slices, also if the memory grows between slices", (algorithm, text, elements) => {
    const [undisturbed, disturbed] = [opened(LIMIT, TILES.few), opened(LIMIT, TILES.few)];
    const expected = complete(undisturbed.plan(text).slices);
    expect(expected.plan.algorithm).toBe(algorithm);
    const { slices } = disturbed.plan(text);
    let count = 1;
    let planned: PlannedConv2d | undefined;
    while (planned === undefined) {
      const { done, value } = slices.next();
      if (done) planned = value;
      else count++;
      // The next to allocate gets memory that was never used, in another object.
      if (count % 2 === 0) disturbed.arena.allocate(disturbed.kernels.memory.buffer.byteLength / 8, "test");
    }
    // All numbers are written twice: zeros, then weights.
    expect(count).toBeGreaterThan((2 * elements) / 65536);
    // The packed weights are allocated second and hold no addresses. As bytes: a list of all that differ would take minutes.
    const bytes = ({ arena }: { readonly arena: Arena }, { addresses }: PlannedConv2d): Buffer =>
      Buffer.from(arena.f32.buffer, addresses[1]!, 4 * elements);
    expect(bytes(disturbed, planned).equals(bytes(undisturbed, expected))).toBe(true);
  });

  it("makes right plans if several plans take turns and the memory grows between slices", () => {
    const { kernels, arena, workspace, plan } = opened();
    const texts = [
      "ic64_ih6_oc96_kh3_ph1",
      "g64_ic64_ih24_oc64_kh3_ph1_replicate",
      "ic3_ih120_oc4_kh3_sh2_ph1",
      "n3_ic200_ih4_oc300_kh1",
    ];
    let going = texts.map((text) => ({ ...plan(text), plan: undefined as PlannedConv2d | undefined }));
    const all = going;
    let turns = 0;
    while (going.length > 0) {
      for (const each of going) {
        const { done, value } = each.slices.next();
        if (done) each.plan = value;
        // The memory has grown, and what was allocated is somebody else's.
        arena.allocate(kernels.memory.buffer.byteLength / 8, "test");
      }
      going = going.filter((each) => each.plan === undefined);
      turns++;
    }
    expect(turns).toBeGreaterThan(2);
    for (const { problem, operands, plan: planned } of all) {
      const [x, y] = [allocateStorage(arena, inputShape(problem)), allocateStorage(arena, outputShape(problem))];
      writeTensor(arena, kernels.copies, x, tensor(operands.input, inputShape(problem)));
      clearZeroRows(arena, x);
      for (const { kernel, params, jobs } of planned!.plan.steps) {
        kernels.run[kernel]!(params, x.data, y.data, 0, workspace.shared, workspace.own, 0, jobs);
      }
      const expected = Float32Array.from(referenceConv2d(problem, operands).output, (value) => value + 0);
      expect(readTensor(arena, kernels.copies, y, "nchw").data.map((value) => value + 0)).toEqual(expected);
    }
  });

  it("frees its own memory, and no other, if it fails in the middle", () => {
    const limit = 2 ** 22;
    const { arena, plan } = opened(limit);
    const other = plan("ic64_ih1_oc96_kh3_ph1");
    other.slices.next();
    const before = arena.use().used;
    const { slices } = plan("ic3_ih300_oc512_kh3_ph1");
    slices.next();
    expect(arena.use().used).toBeGreaterThan(before);
    // Room for no second table.
    const filler = limit - 2 ** 17 - arena.use().used;
    arena.allocate(filler, "test");
    expect(() => complete(slices)).toThrow(/an indirection buffer needs/);
    expect(arena.use().used).toBe(before + alignUp(filler));
    expect(complete(other.slices).plan.algorithm).toBe("igemm-2x4");
  });

  it("makes the same plan as planConv2d, which does not stop between slices", () => {
    const { arena, workspace, plan } = opened();
    const { slices } = plan("ic64_ih6_oc96_kh3_ph1");
    const sliced = complete(slices);
    const bytes = used(arena, workspace);
    const problem = parseProblem("ic64_ih6_oc96_kh3_ph1");
    const whole = planConv2d(
      { tiles: createJsKernels(1e6).tiles, arena, blockLimits: BLOCK_LIMITS, leastJobs: 1 },
      workspace,
      problem,
      makeOperands(problem, "integer", 3),
      "fast",
    );
    expect(used(arena, workspace)).toBe(2 * bytes);
    expect(whole.plan.algorithm).toBe(sliced.plan.algorithm);
    // The packed weights, which are allocated third and hold no addresses.
    const words = (address: number): Int32Array => arena.i32.slice(address / 4, address / 4 + 64 * 96 * 9);
    expect(words(whole.addresses[2]!)).toEqual(words(sliced.addresses[2]!));
  });
});

/** Winograd's algorithm with one fault: in a matrix, in a tile, in its scratch memory, or in its declarations. */

import type { Backend, Conv2dPlan } from "@convene/core";
import { LAVIN_GRAY, type Matrix } from "../transformed-bound.js";
import type { Fault } from "./faulty-backend.js";
import { winogradBackend } from "./winograd-backend.js";
import { RIGHT } from "./winograd.js";

const REFERENCE_SUITES = ["exact", "bounded", "goldens"] as const;
/** With a stride another algorithm computes, so the fault does not show. */
const PROBLEMS = { wrong: "ic3_ih9_oc4_kh3", right: "ic3_ih9_oc4_kh3_sh2" };

type Transform = "input" | "weight" | "output";

/** A fault with one wrong constant in a matrix. */
function constantFault(
  name: string,
  about: string,
  which: Transform,
  row: number,
  column: number,
  value: number,
): Fault {
  const changed: Matrix = LAVIN_GRAY[which].map((each, i) =>
    each.map((right, j) => (i === row && j === column ? value : right)),
  );
  return {
    name,
    about,
    // The bound of a transform is wide, but a wrong constant is still far outside of it. So each suite with this bound finds the fault.
    caughtBy: ["exact", "bounded", "goldens", "lifecycle", "networks"],
    problems: PROBLEMS,
    backend: winogradBackend(name, () => ({ steps: () => ({ ...RIGHT, [which]: changed }) })),
  };
}

/** Bᵀ and Aᵀ of the points 0, 1, −1, 1/2, −1/2 and infinity, and G as if the last two were 2 and −2. */
const TWO_FOR_A_HALF = {
  ...RIGHT,
  input: [
    [1 / 4, 0, -5 / 4, 0, 1, 0],
    [0, -1 / 4, -1 / 4, 1, 1, 0],
    [0, 1 / 4, -1 / 4, -1, 1, 0],
    [0, -1 / 2, -1, 1 / 2, 1, 0],
    [0, 1 / 2, -1, -1 / 2, 1, 0],
    [0, 1 / 4, 0, -5 / 4, 0, 1],
  ],
  weight: [
    [4, 0, 0],
    [2 / 3, 2 / 3, 2 / 3],
    [2 / 3, -2 / 3, 2 / 3],
    // The right constants are -8/3, -+4/3, -2/3.
    [-8 / 3, -16 / 3, -32 / 3],
    [-8 / 3, 16 / 3, -32 / 3],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 1 / 2, -1 / 2, 0],
    [0, 1, 1, 1 / 4, 1 / 4, 0],
    [0, 1, -1, 1 / 8, -1 / 8, 1],
  ],
} as const;

/** Plans that say "transformed" for accuracy "strict". They are written by hand, because `defineBackend` would refuse them. */
async function openlyTransformed(): Promise<Backend> {
  const name = "strict-transforms-openly";
  const right = await winogradBackend(name, () => ({ evenStrict: true, says: () => "direct" }))();
  return Object.create(right, {
    prepareConv2d: {
      value: async (...given: Parameters<Backend["prepareConv2d"]>): Promise<Conv2dPlan> => {
        const plan = await right.prepareConv2d(...given);
        return plan.algorithm.startsWith("winograd")
          ? (Object.create(plan, { arithmetic: { value: "transformed" } }) as Conv2dPlan)
          : plan;
      },
    },
  }) as Backend;
}

export const WINOGRAD_FAULTS: readonly Fault[] = [
  constantFault(
    "winograd-input-sign",
    "One sign of the input transform is wrong: the row of the point -2 has a number of the point 2.",
    "input",
    4,
    3,
    2,
  ),
  constantFault(
    "winograd-input-constant",
    "A constant of the input transform is 4 instead of 5: the row of the point 0 comes from another tile size.",
    "input",
    0,
    2,
    -4,
  ),
  constantFault(
    "winograd-weight-constant",
    "A constant of the weight transform is 1/24 instead of 1/12.",
    "weight",
    3,
    1,
    1 / 24,
  ),
  constantFault(
    "winograd-weight-sign",
    "One sign of the weight transform is wrong, in the row of the point 1.",
    "weight",
    1,
    2,
    1 / 6,
  ),
  constantFault(
    "winograd-output-constant",
    "A constant of the output transform is 4 instead of 8, which is the square of the point 2 instead of its cube.",
    "output",
    3,
    3,
    4,
  ),
  constantFault(
    "winograd-output-infinity",
    "The output transform lacks the point at infinity, so the last row and column of a tile lack a tap.",
    "output",
    3,
    5,
    0,
  ),
  {
    name: "winograd-two-for-a-half",
    about:
      "Two matrices belong to the points 1/2 and -1/2, but G still belongs to the points 2 and -2 of an earlier version.",
    caughtBy: REFERENCE_SUITES,
    problems: PROBLEMS,
    backend: winogradBackend("winograd-two-for-a-half", () => ({ steps: () => TWO_FOR_A_HALF })),
  },
  {
    name: "winograd-tail-moved-back",
    about: "The last tile is moved back so that it is whole. Its writes are moved, but not its reads.",
    caughtBy: REFERENCE_SUITES,
    // With outputs for one tile, or for whole tiles, no tile is moved.
    problems: { wrong: "ic3_ih9_oc4_kh3", right: "ic3_ih10_oc4_kh3" },
    backend: winogradBackend("winograd-tail-moved-back", () => ({
      steps: () => ({
        ...RIGHT,
        spans: (size) =>
          RIGHT.spans(size).map(({ from }) => ({ from, to: size < 4 ? from : Math.min(from, size - 4) })),
      }),
    })),
  },
  {
    name: "winograd-stale-tile",
    about:
      "A barrier is missing between the input transform and the product. So the product reads the data of the tile before.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: PROBLEMS,
    backend: winogradBackend("winograd-stale-tile", () => ({
      steps: () => {
        let scratch: Float32Array | undefined;
        return {
          ...RIGHT,
          transformed: (fresh) => {
            const stale = scratch ?? new Float32Array(fresh.length);
            scratch = fresh;
            return stale;
          },
        };
      },
    })),
  },
  {
    name: "winograd-shared-workspace",
    about:
      "Transformed weights are in the backend's scratch memory, which all plans share. So the next `prepareConv2d` overwrites them.",
    caughtBy: ["lifecycle"],
    backend: winogradBackend("winograd-shared-workspace", () => {
      const workspace = new Float32Array(2 ** 20);
      return {
        keep: (packed) => {
          workspace.set(packed);
          return workspace.subarray(0, packed.length);
        },
      };
    }),
  },
  {
    name: "winograd-says-direct",
    about:
      "The plans transform, and the results are within the bound of transforms. But `arithmetic` is missing, so the plans count as direct.",
    caughtBy: REFERENCE_SUITES,
    backend: winogradBackend("winograd-says-direct", () => ({ says: () => "direct" })),
  },
  {
    name: "strict-transforms-openly",
    about: 'Accuracy "strict" is ignored. The plans transform, and say so.',
    caughtBy: ["manifest"],
    backend: openlyTransformed,
  },
  {
    name: "strict-transforms-secretly",
    about: 'With accuracy "strict", the plans say that they are direct, but still transform.',
    caughtBy: ["manifest"],
    backend: winogradBackend("strict-transforms-secretly", () => ({
      evenStrict: true,
      says: (accuracy) => (accuracy === "strict" ? "direct" : "transformed"),
    })),
  },
  {
    name: "transformed-without-a-rule",
    about: "Plans for 5x5 kernels say that they transform. There is no rule for the error of such a transform.",
    caughtBy: ["exact", "bounded", "goldens"],
    backend: async () => {
      const right = await winogradBackend("transformed-without-a-rule")();
      return Object.create(right, {
        prepareConv2d: {
          value: async (...given: Parameters<Backend["prepareConv2d"]>): Promise<Conv2dPlan> => {
            const plan = await right.prepareConv2d(...given);
            return plan.problem.kh === 5
              ? (Object.create(plan, { arithmetic: { value: "transformed" } }) as Conv2dPlan)
              : plan;
          },
        },
      }) as Backend;
    },
  },
  {
    name: "winograd-nan-everywhere",
    about:
      "A NaN in one tile reaches all tiles of its image, because scratch memory is cleared by subtracting it from itself.",
    caughtBy: ["non-finite"],
    backend: winogradBackend("winograd-nan-everywhere", () => ({
      steps: () => {
        let scratch: Float32Array | undefined;
        return {
          ...RIGHT,
          transformed: (fresh) => {
            const kept = scratch && scratch.length === fresh.length ? scratch : new Float32Array(fresh.length);
            // This adds zero to finite values, and NaN if the old value is not finite.
            scratch = fresh.map((value, at) => value + (kept[at]! - kept[at]!));
            return scratch;
          },
        };
      },
    })),
  },
];

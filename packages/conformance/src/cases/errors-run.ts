/** errors: misuse of a plan's `run`, which must throw at once. */

import { type Backend, type DeviceTensor, inputShape, outputShape, type Shape4, tensor } from "@convene/core";
import type { Misuse, MisuseParts } from "./errors-misuse.js";

type Role = "input" | "output" | "residual";

/** Runs the plan with one of its tensors replaced. */
function runWith(parts: MisuseParts, role: Role, other: unknown): () => void {
  const given = { input: parts.input, output: parts.output, residual: parts.residual, [role]: other as DeviceTensor };
  return () => parts.plan.run(given.input, given.output, given.residual);
}

const ROLES: readonly Role[] = ["input", "output", "residual"];

/** Of shape [1, 4, 5, 6], each is off in one way; the second has as many elements. */
const WRONG_SHAPES: readonly (readonly [what: string, shape: Shape4])[] = [
  ["one row too many", [1, 4, 6, 6]],
  ["rows and columns exchanged", [1, 4, 6, 5]],
  ["one channel too few", [1, 3, 5, 6]],
  ["two images", [2, 4, 5, 6]],
];

const zeros = (backend: Backend, [n, c, h, w]: Shape4): DeviceTensor =>
  backend.upload(tensor(new Float32Array(n * c * h * w), [n, c, h, w]));

export const RUN_MISUSES: readonly Misuse[] = [
  ...ROLES.flatMap((role): Misuse[] => [
    ...WRONG_SHAPES.map(([what, shape]): Misuse => ({
      name: `run with an ${role} of ${what}`.replace("an residual", "a residual"),
      codes: "ERR_SHAPE",
      set: (parts) => runWith(parts, role, parts.filled(shape, 1)),
    })),
    {
      name: `run with another backend's tensor as ${role}`,
      codes: "ERR_INVALID_OPTION",
      set: async (parts) => runWith(parts, role, zeros(await parts.another(), parts.output.shape)),
    },
    {
      name: `run with a host tensor as ${role}`,
      codes: "ERR_INVALID_OPTION",
      set: (parts) => runWith(parts, role, tensor(new Float32Array(120), [1, 4, 5, 6])),
    },
    {
      name: `run with null as ${role}`,
      codes: "ERR_INVALID_OPTION",
      // Cast where it is used: what a caller without types can hand in.
      set: (parts) => runWith(parts, role, null),
    },
    {
      name: `run with a disposed tensor as ${role}`,
      codes: "ERR_DISPOSED",
      set: (parts) => {
        const gone = parts.filled(parts.output.shape, 1);
        gone.dispose();
        return runWith(parts, role, gone);
      },
    },
  ]),
  {
    name: "run with nothing as input",
    codes: "ERR_INVALID_OPTION",
    set: (parts) => runWith(parts, "input", undefined),
  },
  {
    name: "run of a disposed plan",
    codes: "ERR_DISPOSED",
    set: async (parts) => {
      const { plan } = await parts.prepare(parts.problem, parts.operands);
      plan.dispose();
      return () => plan.run(parts.input, parts.output, parts.residual);
    },
  },
  {
    name: "run with the input as output",
    codes: "ERR_INVALID_OPTION",
    set: (parts) => runWith(parts, "output", parts.input),
  },
  {
    name: "run with the residual as output",
    codes: "ERR_INVALID_OPTION",
    set: (parts) => runWith(parts, "output", parts.residual),
  },
  {
    name: "run from and to tensors of allocateShared that may share memory",
    codes: "ERR_INVALID_OPTION",
    set: ({ backend, keep, plan, problem, residual }) => {
      const [from, to] = backend
        .allocateShared([
          { shape: inputShape(problem), from: 0, to: 0 },
          { shape: outputShape(problem), from: 1, to: 1 },
        ])
        .map(keep);
      return () => plan.run(from!, to!, residual);
    },
  },
  {
    name: "run without the residual that the plan was prepared for",
    codes: "ERR_INVALID_OPTION",
    set: (parts) => runWith(parts, "residual", undefined),
  },
  {
    name: "run with a residual that the plan was not prepared for",
    codes: "ERR_INVALID_OPTION",
    problem: "ic4_ih5_iw6_oc4_kh3_ph1",
    set: (parts) => runWith(parts, "residual", parts.filled(parts.output.shape, 1)),
  },
];

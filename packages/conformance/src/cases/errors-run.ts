/** errors: misuse of the `run` of a convolution's plan and of an operation's plan. Such a `run` must throw at once. */

import { type DeviceTensor, type Shape4, zeros } from "@convene/core";
import type { Misuse, MisuseParts } from "./errors-misuse.js";

type Role = "input" | "last input" | "output";

/** Runs the plan with one of its tensors replaced. The other value may have a wrong type, because a program in JavaScript can pass any value. */
function runWith({ run, inputs, output }: MisuseParts, role: Role, other: unknown): () => void {
  const at = role === "input" ? 0 : inputs.length - 1;
  const given = inputs.map((each, index) => (role !== "output" && index === at ? (other as DeviceTensor) : each));
  return () => run(given, role === "output" ? (other as DeviceTensor) : output);
}

function tensorOf({ inputs, output }: MisuseParts, role: Role): DeviceTensor {
  return { input: inputs[0]!, "last input": inputs.at(-1)!, output }[role];
}

/** A misuse with one wrong tensor in the place of a role. `make` makes the tensor from the right tensor's shape. */
function replaced(
  name: string,
  codes: Misuse["codes"],
  roles: readonly Role[],
  make: (parts: MisuseParts, shape: Shape4) => unknown,
): readonly Misuse[] {
  return roles.map((role) => ({
    name: `run with ${name} as ${role}`,
    codes,
    set: async (parts) => runWith(parts, role, await make(parts, tensorOf(parts, role).shape)),
  }));
}

export const RUN_MISUSES: readonly Misuse[] = [
  ...replaced("one row too many", "ERR_SHAPE", ["input", "last input", "output"], ({ filled }, [n, c, h, w]) =>
    filled([n, c, h + 1, w], 1),
  ),
  ...replaced("another backend's tensor", "ERR_INVALID_OPTION", ["input", "output"], async ({ another }, shape) =>
    (await another()).upload(zeros(shape)),
  ),
  ...replaced("a host tensor", "ERR_INVALID_OPTION", ["input"], (_, shape) => zeros(shape)),
  ...replaced("nothing", "ERR_INVALID_OPTION", ["output"], () => undefined),
  ...replaced("a disposed tensor", "ERR_DISPOSED", ["input", "output"], ({ filled }, shape) => {
    const gone = filled(shape, 1);
    gone.dispose();
    return gone;
  }),
  ...replaced("an input", "ERR_INVALID_OPTION", ["output"], ({ inputs }) => inputs[0]),
  {
    name: "run from and to tensors of allocateShared that may share memory",
    codes: "ERR_INVALID_OPTION",
    set: ({ backend, keep, run, inputs, output }) => {
      const [from, to] = backend
        .allocateShared([
          { shape: inputs[0]!.shape, from: 0, to: 0 },
          { shape: output.shape, from: 1, to: 1 },
        ])
        .map(keep);
      return () => run([from!, ...inputs.slice(1)], to!);
    },
  },
  {
    name: "run with a tensor too few",
    codes: "ERR_INVALID_OPTION",
    set:
      ({ run, inputs, output }) =>
      () =>
        run(inputs.slice(0, -1), output),
  },
  {
    name: "run of a disposed plan",
    codes: "ERR_DISPOSED",
    set: async ({ again, inputs, output }) => {
      const { plan, run } = await again();
      plan.dispose();
      return () => run(inputs, output);
    },
  },
];

/** A misuse of a plan whose problem has no residual. */
export const RESIDUAL_MISUSE: Misuse = {
  name: "run with a residual that the plan was not prepared for",
  codes: "ERR_INVALID_OPTION",
  set:
    ({ run, inputs, output, filled }) =>
    () =>
      run([...inputs, filled(output.shape, 1)], output),
};

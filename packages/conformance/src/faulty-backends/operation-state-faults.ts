/** Faults of operations that need several runs, images or plans to show, and faults against the contract of operations. */

import { type Backend, ConveneError, type OperationKind, type OperationPlan } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { referenceImplementation } from "../reference-backend.js";
import { type Fault, faultyBackend, type Implementation } from "./faulty-backend.js";
import { askedOtherwise, faultyResults, operationFault, operationPlan, rightResult } from "./faulty-operation.js";

type Prepare = NonNullable<Implementation["prepareOperation"]>;

/** A backend with another `prepare` for operations. `right` is the reference's `prepare`. Each backend gets a new one. */
const preparing =
  (make: (right: Prepare) => Prepare) =>
  (name: string): Fault["backend"] =>
    faultyBackend(name, ({ prepareOperation }) => ({ prepareOperation: make(prepareOperation!) }));

/** The reference's backend with methods replaced. `defineBackend` would prevent these faults. */
const byHand =
  (change: (right: Backend) => Partial<Backend>) =>
  (name: string): Fault["backend"] =>
  async () => {
    const right = defineBackend({ ...referenceImplementation, name, device: "the reference, one fault" });
    return Object.create(right, Object.getOwnPropertyDescriptors(change(right))) as Backend;
  };

/** Plans that ignore errors of this code. */
const forgiving = (code: ConveneError["code"]): ((name: string) => Fault["backend"]) =>
  withPlans((plan) => ({
    run: (inputs, output) => {
      try {
        plan.run(inputs, output);
      } catch (error) {
        if (!(error instanceof ConveneError && error.code === code)) throw error;
      }
    },
  }));

function withPlans(change: (plan: OperationPlan) => Partial<OperationPlan>): (name: string) => Fault["backend"] {
  return byHand((right) => ({
    prepareOperation: async (...given) => {
      const plan = await right.prepareOperation(...given);
      return Object.create(plan, Object.getOwnPropertyDescriptors(change(plan))) as OperationPlan;
    },
  }));
}

const ELEMENTWISE: readonly OperationKind[] = ["activation", "prelu", "add", "multiply", "softmax"];

export const OPERATION_STATE_FAULTS: readonly Fault[] = [
  operationFault(
    {
      name: "last-odd-channel-not-computed",
      about: "Channels are computed in pairs, and the last channel of an odd number is not computed.",
      kinds: ["multiply"],
      problems: { wrong: "multiply_c5_h4", right: "multiply_c6_h4" },
    },
    (name) =>
      faultyResults(name, ["multiply"], ({ c, at }, p, _operands, result) =>
        p.c % 2 === 1 && c === p.c - 1 ? undefined : result[at],
      ),
  ),
  operationFault(
    {
      name: "all-images-are-the-first",
      about: "The loop over images moves the pointer of the output, but not the pointer of the input.",
      kinds: ["activation"],
      problems: { wrong: "activation_tanh_n2_c5_h4", right: "activation_tanh_c5_h4" },
    },
    (name) =>
      askedOtherwise(name, ["activation"], (p, { inputs }) => {
        const image = p.c * p.h * p.w;
        return [p, { inputs: [inputs[0]!.map((_, at) => inputs[0]![at % image]!)] }];
      }),
  ),
  operationFault(
    {
      name: "result-is-kept",
      about: "A plan keeps its first result for all later runs, as if its inputs were constants.",
    },
    preparing((right) => async (problem, parameters) => {
      const plan = await right(problem, parameters);
      let result: Float32Array | undefined;
      return {
        ...plan,
        run: (inputs, output) => {
          if (result) output.data.set(result);
          else plan.run(inputs, output);
          result ??= output.data.slice();
        },
      };
    }),
  ),
  operationFault(
    {
      name: "computed-in-place",
      about: "An elementwise operation overwrites its first input, because it computes in place and then copies.",
      kinds: ELEMENTWISE,
    },
    preparing((right) => async (problem, parameters) => {
      const plan = await right(problem, parameters);
      return {
        ...plan,
        run: (inputs, output) => {
          plan.run(inputs, output);
          if (ELEMENTWISE.includes(problem.kind)) inputs[0]!.data.set(output.data);
        },
      };
    }),
  ),
  operationFault(
    {
      name: "first-input-copied-over",
      about:
        "The first input is copied to the output, and each further input is combined with it. An input that is the same tensor as the first is left out.",
      kinds: ["add", "multiply"],
    },
    preparing((right) => async (problem, parameters) => {
      const plan = await right(problem, parameters);
      return {
        ...plan,
        run: (inputs, output) => {
          if (inputs.length === 2 && inputs[0] === inputs[1]) output.data.set(inputs[0]!.data);
          else plan.run(inputs, output);
        },
      };
    }),
  ),
  operationFault(
    {
      name: "slopes-not-copied",
      about: "The plan keeps the caller's array of slopes, and does not copy it.",
      kinds: ["prelu"],
    },
    preparing((right) => async (problem, parameters) => {
      const plan = await right(problem, parameters);
      if (problem.kind !== "prelu") return plan;
      return {
        ...plan,
        run: (inputs, output) =>
          output.data.set(rightResult(problem, { inputs: inputs.map(({ data }) => data), slope: parameters.slope })),
      };
    }),
  ),
  operationFault(
    {
      name: "slopes-of-the-last-plan",
      about: "The slopes of all plans are in one buffer, which the next plan overwrites.",
      kinds: ["prelu"],
    },
    preparing((right) => {
      const buffer = new Map<number, Float32Array>();
      return async (problem, parameters) => {
        if (problem.kind !== "prelu") return right(problem, parameters);
        buffer.set(problem.c, parameters.slope!.slice());
        return operationPlan({}, ({ inputs }, output) =>
          output.set(rightResult(problem, { inputs, slope: buffer.get(problem.c) })),
        );
      };
    }),
  ),
  operationFault(
    {
      name: "plans-cached-by-shape",
      about: "Two live plans of the same kind and shape share one kernel, even if other options differ.",
      kinds: ["activation"],
    },
    preparing((right) => {
      const plans = new Map<string, ReturnType<Prepare>>();
      return async (problem, parameters) => {
        if (problem.kind !== "activation") return right(problem, parameters);
        const key = [problem.n, problem.c, problem.h, problem.w].join();
        if (!plans.has(key)) plans.set(key, right(problem, parameters));
        const plan = await plans.get(key)!;
        return { ...plan, dispose: () => void plans.delete(key) };
      };
    }),
  ),
  operationFault(
    {
      name: "operations-overtake-convolutions",
      about: "Convolutions wait in a queue. Operations run at once, before earlier convolutions.",
    },
    (name) => faultyBackend(name, (right) => queueing(right, ["prepareConv2d", "upload"])),
  ),
  operationFault(
    {
      name: "convolutions-overtake-operations",
      about: "Operations wait for the next read, so a later convolution runs before them.",
    },
    (name) => faultyBackend(name, (right) => queueing(right, ["prepareOperation", "upload"])),
  ),
  operationFault(
    {
      name: "uploads-overtake-operations",
      about: "Operations wait in a queue and uploads do not. So an upload changes the input of earlier runs.",
    },
    (name) => faultyBackend(name, (right) => queueing(right, ["prepareConv2d", "prepareOperation"])),
  ),
  operationFault(
    {
      name: "added-to-what-was-there",
      about: "Sums are added to the output, which is not cleared before.",
      kinds: ["avgPool2d"],
    },
    preparing((right) => async (problem, parameters) => {
      const plan = await right(problem, parameters);
      if (problem.kind !== "avgPool2d") return plan;
      return {
        ...plan,
        run: (inputs, output) => {
          const before = output.data.slice();
          plan.run(inputs, output);
          for (const [at, value] of before.entries()) output.data[at]! += value;
        },
      };
    }),
  ),
  operationFault(
    {
      name: "operation-plans-leak",
      about: "`dispose` of an operation's plan does not give back the memory that the plan reserved.",
    },
    (name) =>
      faultyBackend(name, (right) => {
        let used = 0;
        return {
          prepareOperation: async (...given) => {
            used += 64;
            return right.prepareOperation!(...given);
          },
          memory: () => ({ used, reserved: used }),
        };
      }),
  ),
  operationFault(
    {
      name: "reserves-more-with-each-plan",
      about: "A plan's memory goes back to a pool that never gives it out again.",
    },
    (name) =>
      faultyBackend(name, (right) => {
        let reserved = 0;
        return {
          prepareOperation: async (...given) => {
            reserved += 64;
            return right.prepareOperation!(...given);
          },
          memory: () => ({ used: 0, reserved }),
        };
      }),
  ),
  operationFault(
    {
      name: "empty-batch-of-an-operation-refused",
      about: "Operations refuse a batch of 0.",
    },
    byHand((right) => ({
      prepareOperation: async (problem, parameters) => {
        if (problem.n === 0) throw new ConveneError("ERR_INVALID_OPTION", "n (0) must be at least 1");
        return right.prepareOperation(problem, parameters);
      },
    })),
  ),
  operationFault(
    {
      name: "operation-shapes-not-checked",
      about: "A run accepts inputs of any shape, and computes a part of them.",
    },
    forgiving("ERR_SHAPE"),
  ),
  operationFault(
    {
      name: "operation-tensors-not-checked",
      about: "A run accepts any number of inputs, and tensors of other backends.",
    },
    forgiving("ERR_INVALID_OPTION"),
  ),
  operationFault(
    {
      name: "operation-runs-after-dispose",
      about: "A disposed plan still runs, and so does a plan on a disposed tensor.",
    },
    forgiving("ERR_DISPOSED"),
  ),
  operationFault(
    {
      name: "operation-output-may-be-an-input",
      about: "A run with one tensor as input and output is accepted. It is right for elementwise operations only.",
      kinds: ["activation", "prelu", "add"],
    },
    withPlans((plan) => ({
      run: (inputs, output) => {
        if (!inputs.includes(output)) plan.run(inputs, output);
      },
    })),
  ),
  operationFault(
    {
      name: "misuse-of-an-operation-as-type-error",
      about: "Misuse throws a TypeError without a code, so that a caller cannot know the reason.",
    },
    withPlans((plan) => ({
      run: (inputs, output) => {
        try {
          plan.run(inputs, output);
        } catch (error) {
          throw new TypeError(String(error), { cause: error });
        }
      },
    })),
  ),
];

/**
 * Runs of the named plans wait in a queue until something is read. So the runs of other plans come before them. With `"upload"`,
 * an upload also waits for these runs.
 */
function queueing(
  right: Implementation,
  heeding: readonly ("prepareConv2d" | "prepareOperation" | "upload")[],
): Partial<Implementation> {
  const waiting: (() => void)[] = [];
  const flush = (): void => {
    while (waiting.length > 0) waiting.shift()!();
  };
  const methods: Partial<Implementation> = {
    prepareConv2d: async (...given) => {
      const plan = await right.prepareConv2d(...given);
      return { ...plan, run: (...tensors) => void waiting.push(() => plan.run(...tensors)) };
    },
    prepareOperation: async (...given) => {
      const plan = await right.prepareOperation!(...given);
      return { ...plan, run: (...tensors) => void waiting.push(() => plan.run(...tensors)) };
    },
    upload: (source, target) => {
      flush();
      right.upload(source, target);
    },
  };
  return {
    ...Object.fromEntries(heeding.map((name) => [name, methods[name]])),
    read: async (...given) => {
      flush();
      return right.read(...given);
    },
    sync: async () => flush(),
  };
}

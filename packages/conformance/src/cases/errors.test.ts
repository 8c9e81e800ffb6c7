/** errors: the suite finds backends that allow misuse, that give the wrong code, or that do not work any more after a misuse. */

import { type Backend, ConveneError, type Conv2dPlan, type DeviceTensor } from "@convene/core";
import { describe, expect, test } from "vitest";
import { referenceBackend } from "../reference-backend.js";
import { runConformance } from "../run-conformance.js";
import { errorCases } from "./errors.js";

const OPTIONS = { suites: ["errors"], selection: "quick", limit: 2000, diagnose: false } as const;

/** The reference with methods replaced by `change`. A replaced method runs before the checks of `defineBackend`. */
const changed = (change: (right: Backend) => Partial<Backend>) => async (): Promise<Backend> => {
  const right = await referenceBackend();
  const backend = Object.create(right, Object.getOwnPropertyDescriptors(change(right))) as Backend;
  return backend;
};

async function failuresOf(
  source: () => Promise<Backend>,
  only = "",
): Promise<Readonly<Record<string, string | undefined>>> {
  const { results } = await runConformance(source, { ...OPTIONS, only });
  const failed = results.filter(({ status }) => status === "failed");
  return Object.fromEntries(failed.map(({ name, message }) => [name.replace(/^[a-z0-9_]+: /, ""), message]));
}

/** The reference whose plans are made by `wrap`. */
const withPlans = (wrap: (plan: Conv2dPlan, right: Backend) => Conv2dPlan["run"]): (() => Promise<Backend>) =>
  changed((right) => ({
    prepareConv2d: async (...given) => {
      const plan = await right.prepareConv2d(...given);
      return Object.create(plan, { run: { value: wrap(plan, right) } }) as Conv2dPlan;
    },
  }));

test("every case has a name of its own", async () => {
  const cases = await errorCases();
  expect(cases.length).toBeGreaterThan(30);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

test("the reference passes, with the case that asks for 8 GiB", async () => {
  const { counts } = await runConformance(referenceBackend, { suites: ["errors"] });
  expect(counts).toMatchObject({ failed: 0, skipped: 0, untrusted: 0 });
});

test("without a factory, cases that need a second backend are skipped and the rest passes", async () => {
  const backend = await referenceBackend();
  const { counts, results } = await runConformance(backend, OPTIONS);
  expect(counts.failed).toBe(0);
  expect(results.filter(({ status }) => status === "skipped").map(({ name }) => name)).toEqual(
    expect.arrayContaining([expect.stringContaining("another backend's tensor as input")]),
  );
  await backend.dispose();
});

describe("a backend is found out", () => {
  test("that passes on the errors of JavaScript itself", async () => {
    const wrapped = withPlans((plan) => (...tensors) => {
      try {
        plan.run(...tensors);
      } catch (error) {
        throw new TypeError((error as Error).message, { cause: error });
      }
    });
    const failures = await failuresOf(wrapped);
    expect(Object.keys(failures).length).toBeGreaterThan(8);
    expect(failures["run with a disposed tensor as input"]).toBe(
      "it threw TypeError: input has been disposed; expected a ConveneError with ERR_DISPOSED",
    );
  });

  test("that gives the wrong code", async () => {
    const failures = await failuresOf(
      changed((right) => ({
        allocate: (shape) => {
          try {
            return right.allocate(shape);
          } catch {
            throw new ConveneError("ERR_OUT_OF_MEMORY", "no");
          }
        },
      })),
    );
    expect(failures["allocate with a size of 0"]).toBe(
      "it threw ERR_OUT_OF_MEMORY (no); expected a ConveneError with ERR_SHAPE",
    );
    expect(Object.keys(failures)).toHaveLength(2);
  });

  test("whose errors have no message", async () => {
    const failures = await failuresOf(
      changed((right) => ({
        read: (tensor, options) =>
          right.read(tensor, options).catch((error: ConveneError) => {
            throw new ConveneError(error.code, "");
          }),
      })),
    );
    expect(failures["read of nothing"]).toBe("it threw ERR_INVALID_OPTION with no message");
  });

  test("that lets an output be its own input", async () => {
    const failures = await failuresOf(
      withPlans((plan, right) => (input, output, residual) => {
        const apart = output === input ? right.allocate(output.shape) : output;
        plan.run(input, apart, residual);
      }),
    );
    expect(failures).toEqual({
      "run with an input as output": "it was accepted; expected ERR_INVALID_OPTION",
    });
  });

  test("that puts the error off until the next read", async () => {
    let late: unknown;
    const failures = await failuresOf(
      changed((right) => ({
        read: async (tensor, options) => {
          const error = late;
          late = undefined;
          if (error) throw error;
          return right.read(tensor, options);
        },
        prepareConv2d: async (...given) => {
          const plan = await right.prepareConv2d(...given);
          const run = (input: DeviceTensor, output: DeviceTensor, residual?: DeviceTensor): void => {
            try {
              plan.run(input, output, residual);
            } catch (error) {
              late = error;
            }
          };
          return Object.create(plan, { run: { value: run } }) as Conv2dPlan;
        },
      })),
      "run of a disposed plan",
    );
    expect(failures).toEqual({ "run of a disposed plan": "it was accepted; expected ERR_DISPOSED" });
  });

  test("that does not work any more after a misuse", async () => {
    let refused = false;
    const failures = await failuresOf(
      changed((right) => ({
        read: async (tensor, options) => {
          if (refused) throw new ConveneError("ERR_EXECUTION", "it has refused something before");
          return right.read(tensor, options);
        },
        upload: (source, target) => {
          try {
            return right.upload(source, target);
          } catch (error) {
            refused = true;
            throw error;
          }
        },
        sync: async () => undefined,
        // A new backend of this kind works again.
        dispose: async () => {
          refused = false;
          await right.dispose();
        },
      })),
    );
    expect(failures["upload of too little data"]).toBe("ConveneError: it has refused something before");
  });

  test("that writes its output before it checks its arguments", async () => {
    const failures = await failuresOf(
      withPlans((plan, right) => (input, output, residual) => {
        if (!output?.disposed && residual === undefined && output.shape.length === 4) {
          const [n, c, h, w] = output.shape;
          right.upload({ shape: output.shape, layout: "nchw", data: new Float32Array(n * c * h * w) }, output);
        }
        plan.run(input, output, residual);
      }),
    );
    expect(failures).toEqual({
      "run with a tensor too few": "after the misuse the output that was there gives another result than before",
    });
  });

  test("that does not check problems", async () => {
    const failures = await failuresOf(
      changed((right) => ({
        prepareConv2d: async (problem, weights, options) => {
          try {
            return await right.prepareConv2d(problem, weights, options);
          } catch {
            // Without Symbol.dispose, which the cases do not call.
            return { problem, algorithm: "none", disposed: false, run() {}, dispose() {} } as unknown as Conv2dPlan;
          }
        },
      })),
    );
    expect(Object.keys(failures).filter((name) => name.startsWith("prepareConv2d"))).toHaveLength(6);
  });

  test("whose tensors outlive it", async () => {
    const failures = await failuresOf(
      changed((right) => ({
        read: async (tensor, options) => {
          if (!right.disposed) return right.read(tensor, options);
          return { shape: tensor.shape, layout: "nchw", data: new Float32Array(120) };
        },
      })),
    );
    expect(failures).toEqual({
      "what is left of a disposed backend says so": "read: it was accepted; expected ERR_DISPOSED",
    });
  });
});

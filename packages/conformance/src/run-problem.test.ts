/** One run: the arguments of the backend, the result, and the disposal of everything. */

import { type Layout, parseProblem } from "@convene/core";
import { type BackendImplementation, defineBackend } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { makeOperands } from "./operands.js";
import { referenceBackend, referenceImplementation, type ReferenceStorage } from "./reference-backend.js";
import { referenceConv2d } from "./reference.js";
import { runProblem } from "./run-problem.js";

const PROBLEM = parseProblem("n2_ic3_ih4_oc5_kh3_ph1_residual");
const OPERANDS = makeOperands(PROBLEM, "integer", 1);
const EXPECTED = Float32Array.from(referenceConv2d(PROBLEM, OPERANDS).output);

/** The reference. It counts plans and tensors that are alive. */
function counted(change: Partial<BackendImplementation<ReferenceStorage>> = {}) {
  const live = { tensors: 0, plans: 0 };
  const implementation = { ...referenceImplementation, ...change };
  const backend = defineBackend<ReferenceStorage>({
    ...implementation,
    allocate: (shape) => {
      const made = implementation.allocate(shape);
      live.tensors++;
      return made;
    },
    free: () => live.tensors--,
    prepareConv2d: async (...args) => {
      const plan = await implementation.prepareConv2d(...args);
      live.plans++;
      return { ...plan, dispose: () => live.plans-- };
    },
  });
  return { backend, live };
}

test.each(["nchw", "nhwc"] as const)("the output is NCHW if tensors are uploaded as %s", async (layout) => {
  const seen: Layout[] = [];
  const { backend } = counted({
    upload: (source, target) => {
      seen.push(source.layout);
      referenceImplementation.upload(source, target);
    },
    read: (source, shape, asked) => {
      seen.push(asked);
      return referenceImplementation.read(source, shape, asked);
    },
  });
  const { output, algorithm } = await runProblem(backend, PROBLEM, OPERANDS, { layout });
  expect(output).toEqual(EXPECTED);
  expect(algorithm).toBe("reference");
  expect(new Set(seen)).toEqual(new Set([layout]));
});

test("the output is full of NaN beforehand, so that an element that is not written shows", async () => {
  const { backend } = counted({
    prepareConv2d: async () => ({
      algorithm: "one element only",
      run: (_input, output) => {
        output.data[0] = 1;
      },
      dispose: () => undefined,
    }),
  });
  const { output } = await runProblem(backend, PROBLEM, OPERANDS);
  expect([output[0], ...new Set(output.subarray(1))]).toEqual([1, NaN]);
});

test('accuracy reaches the backend, and is "fast" unless asked otherwise', async () => {
  const seen: string[] = [];
  const { backend } = counted({
    prepareConv2d: (problem, weights, options) => {
      seen.push(options.accuracy);
      return referenceImplementation.prepareConv2d(problem, weights, options);
    },
  });
  await runProblem(backend, PROBLEM, OPERANDS);
  await runProblem(backend, PROBLEM, OPERANDS, { accuracy: "strict" });
  expect(seen).toEqual(["fast", "strict"]);
});

describe("nothing is left alive", () => {
  const fail = (): never => {
    throw new Error("planted");
  };

  test("after a run", async () => {
    const { backend, live } = counted();
    await runProblem(backend, PROBLEM, OPERANDS);
    expect(live).toEqual({ tensors: 0, plans: 0 });
  });

  test.each<[string, Partial<BackendImplementation<ReferenceStorage>>]>([
    ["prepare", { prepareConv2d: fail }],
    ["upload", { upload: fail }],
    ["run", { prepareConv2d: async () => ({ algorithm: "none", run: fail, dispose: () => undefined }) }],
    ["read", { read: fail }],
  ])("after %s has thrown, and the error comes through", async (_where, change) => {
    const { backend, live } = counted(change);
    await expect(runProblem(backend, PROBLEM, OPERANDS)).rejects.toThrow("reference: planted");
    expect(live).toEqual({ tensors: 0, plans: 0 });
  });

  test("after operands of the wrong size", async () => {
    const { backend, live } = counted();
    await expect(runProblem(backend, PROBLEM, { ...OPERANDS, residual: undefined })).rejects.toMatchObject({
      code: "ERR_INVALID_OPTION",
    });
    await expect(runProblem(backend, PROBLEM, { ...OPERANDS, input: new Float32Array(1) })).rejects.toMatchObject({
      code: "ERR_SHAPE",
    });
    expect(live).toEqual({ tensors: 0, plans: 0 });
    // The backend still works.
    expect((await runProblem(backend, PROBLEM, OPERANDS)).output).toEqual(EXPECTED);
  });
});

test("the reference backend reads the uploaded values, not the caller's array", async () => {
  const backend = await referenceBackend();
  const data = Float32Array.of(1, 2);
  const uploaded = backend.upload({ shape: [1, 2, 1, 1], layout: "nchw", data });
  data.fill(9);
  expect([...(await backend.read(uploaded)).data]).toEqual([1, 2]);
  await backend.dispose();
});

import { type Backend, type Conv2dPlan, parseProblem } from "@convene/core";
import { expect, it } from "vitest";
import { referenceBackend } from "./reference-backend.js";
import { watchCalls } from "./watch-calls.js";

const PROBLEM = parseProblem("ic1_ih1_oc1_kh1_nobias");
const WEIGHTS = { weight: Float32Array.of(2) };
const SHAPE = [1, 1, 1, 1] as const;

const caught = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

it("gives the answers of the backend, and names the call that gave an error", async () => {
  const watch = watchCalls();
  const backend = watch.over(await referenceBackend());
  expect([backend.name, backend.disposed, "read" in backend]).toEqual(["reference", false, true]);
  const plan = await backend.prepareConv2d(PROBLEM, WEIGHTS);
  const [x, y] = [backend.upload({ shape: SHAPE, layout: "nchw", data: Float32Array.of(3) }), backend.allocate(SHAPE)];
  plan.run(x, y);
  expect([...(await backend.read(y)).data]).toEqual([6]);
  expect(watch.callOf(await caught(() => plan.run(x, x)))).toBe("plan.run");
  plan.dispose();
  expect(plan.disposed).toBe(true);
  expect(watch.callOf(await caught(() => backend.prepareConv2d({ ...PROBLEM, kh: 9 }, WEIGHTS)))).toBe("prepareConv2d");
  await backend.dispose();
  expect(backend.disposed).toBe(true);
  const gone = await caught(() => backend.allocate(SHAPE));
  expect(watch.callOf(gone)).toBe("allocate");
  expect(watch.callOf(new Error("another"))).toBeUndefined();
});

it("names the first call of an error that a backend repeats", async () => {
  const error = new Error("lost");
  const watch = watchCalls();
  const fail = async (): Promise<never> => await Promise.reject(error);
  const backend = watch.over({ read: fail, sync: fail } as unknown as Backend);
  await caught(() => backend.read({} as never));
  await caught(() => backend.sync());
  expect(watch.callOf(error)).toBe("read");
});

it("takes a backend that is a frozen instance of a class with private fields", async () => {
  class Mine {
    readonly #lost = new Error("lost");
    async sync(): Promise<void> {
      throw this.#lost;
    }
  }
  const watch = watchCalls();
  const backend = watch.over(Object.freeze(new Mine()) as unknown as Backend);
  expect(watch.callOf(await caught(() => backend.sync()))).toBe("sync");
});

it("does not wrap plans if they will be timed", async () => {
  const plan = { run: () => undefined } as unknown as Conv2dPlan;
  const backend = watchCalls().over({ prepareConv2d: async () => plan } as unknown as Backend, { plans: false });
  expect(await backend.prepareConv2d(PROBLEM, WEIGHTS)).toBe(plan);
});

it("finds the last error whose words are in a message", () => {
  const watch = watchCalls();
  const [first, last] = [new Error("lost"), new Error("lost")];
  for (const error of [first, last, new Error(""), "other", undefined]) watch.note(error, "read");
  expect(watch.findIn("it threw Error: lost; expected none")).toBe(last);
  expect(watch.findIn("all is well")).toBeUndefined();
});

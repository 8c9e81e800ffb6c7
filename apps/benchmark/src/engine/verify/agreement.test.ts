import { makeOperands, referenceBackend, referenceConv2d, watchCalls } from "@convene/conformance";
import { type Backend, parseProblem } from "@convene/core";
import { expect, it } from "vitest";
import type { OpenBackend } from "../open-backends.js";
import { agreementOn } from "./agreement.js";

const problem = parseProblem("ic2_ih3_oc2_kh3_ph1");
const operands = makeOperands(problem, "real", 1);

/** The reference. It adds `error` to the values of each read, and counts reads. */
async function reference(
  name: string,
  error: number,
): Promise<{ readonly open: OpenBackend; readonly reads: () => number }> {
  const backend = await referenceBackend();
  let reads = 0;
  const read = async (...given: Parameters<Backend["read"]>): Promise<Awaited<ReturnType<Backend["read"]>>> => {
    reads++;
    const tensor = await backend.read(...given);
    return { ...tensor, data: tensor.data.map((value) => value + error) };
  };
  const changed = new Proxy(backend, { get: (target, key) => (key === "read" ? read : Reflect.get(target, key)) });
  return { open: { name, asked: name, backend: changed, another: referenceBackend, start: 0 }, reads: () => reads };
}

const agreement = () =>
  agreementOn({
    problem,
    operands,
    magnitude: referenceConv2d(problem, operands).magnitude,
    transformed: () => expect.unreachable("no plan is transformed"),
    watch: watchCalls(),
  });

it("passes two backends that agree, fails one that does not, and computes once on each", async () => {
  const [a, b, wrong] = [await reference("a", 0), await reference("b", 0), await reference("wrong", 0.1)];
  const compare = agreement();
  expect(await compare(a.open, b.open)).toMatchObject({ status: "passed", ratio: 0 });
  const outcome = await compare(a.open, wrong.open);
  expect(outcome).toMatchObject({ status: "failed", message: expect.stringContaining("ic2_ih3_oc2_kh3_ph1") });
  expect(outcome.ratio).toBeGreaterThan(1);
  expect([a.reads(), b.reads(), wrong.reads()]).toEqual([1, 1, 1]);
});

import { describe, expect, it } from "vitest";
import { prepare } from "../prepare.js";
import { expectError } from "../testing/expect-error.js";
import { plainBackend } from "../testing/plain-backend.js";
import { tensor } from "../tensor.js";
import { groupNorm, instanceNorm2d, layerNorm } from "./normalizations.js";
import type { Operation } from "./operation.js";
import { formatOperation } from "./operation-string.js";

const textOf = (operation: Operation): string => formatOperation(operation.problem([[2, 6, 3, 4]]));

describe("normalisations", () => {
  it.each([
    [groupNorm(3), "groupNorm_n2_g3_c6_h3_w4"],
    [groupNorm(1, { eps: 0.5 }), "groupNorm_n2_g1_c6_h3_w4_eps0.5"],
    [instanceNorm2d(), "groupNorm_n2_g6_c6_h3_w4"],
    [instanceNorm2d({ eps: 0 }), "groupNorm_n2_g6_c6_h3_w4_eps0"],
    [layerNorm(), "layerNorm_n2_c6_h3_w4"],
    [layerNorm({ eps: 0.25 }), "layerNorm_n2_c6_h3_w4_eps0.25"],
  ])("operation %$ is the right problem", (operation, text) => {
    expect(textOf(operation)).toBe(text);
  });

  // The numbers 1, 3, 5, 7 have the mean 4 and the variance 5. With eps = 4 each difference is divided by 3.
  it("divides differences from the mean by the root of the variance and eps", async () => {
    const x = tensor([1, 3, 5, 7], [1, 4, 1, 1]);
    for (const operation of [layerNorm({ eps: 4 }), groupNorm(1, { eps: 4 })]) {
      const { data } = await (await prepare(plainBackend().backend, operation, x.shape)).run(x);
      expect([...data]).toEqual([-1, -1 / 3, 1 / 3, 1].map(Math.fround));
    }
  });

  it.each([
    ["groups of 0", () => groupNorm(0), "groups (0) must be an integer"],
    ["a negative eps", () => groupNorm(1, { eps: -1 }), "eps (-1) must be a number of at least 0"],
    ["an eps that is no number", () => instanceNorm2d({ eps: "small" as never }), 'eps ("small") must be a number'],
    [
      "the name of another library",
      () => layerNorm({ epsilon: 1e-6 } as never),
      'layerNorm options has no key "epsilon"',
    ],
    ["groups among the options", () => instanceNorm2d({ groups: 2 } as never), "instanceNorm2d options has no key"],
    ["groups that do not divide the channels", () => textOf(groupNorm(4)), "groups (4) must divide the channels (6)"],
  ])("refuses %s", (_, call, words) => expectError(call, "ERR_INVALID_OPTION", words));
});

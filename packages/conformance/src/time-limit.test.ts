import { expect, test } from "vitest";
import { TimeLimitError, withTimeLimit } from "./time-limit.js";

test.each([
  [7_099.838_799_999_998, "no answer within 7.1 s"],
  [12_500, "no answer within 12.5 s"],
  [120_000, "no answer within 120 s"],
  [50, "no answer within 0.05 s"],
])("a limit of %s ms is told in seconds that one can read", (milliseconds, message) => {
  expect(new TimeLimitError(milliseconds).message).toBe(message);
});

test("work that does not answer is given up, and other work gives its result", async () => {
  await expect(withTimeLimit(() => new Promise(() => undefined), 5)).rejects.toThrow("no answer within 0.005 s");
  await expect(withTimeLimit(async () => 7, 5_000)).resolves.toBe(7);
});

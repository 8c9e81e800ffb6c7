import { runConformance } from "@convene/conformance";
import { expect, it } from "vitest";
import factory from "./backend.js";

// Quick: `pnpm packed` holds the example to the whole suite, from installed packages.
it("passes the suite, except for operations beside convolution, which are skipped", async () => {
  const { counts, results } = await runConformance(factory, { selection: "quick", randomProblems: 20 });
  const failed = results.filter(({ status }) => status === "failed" || status === "untrusted");
  expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
  const skipped = results.filter(({ status }) => status === "skipped");
  for (const { suite, message } of skipped) {
    expect(suite).toBe("operations");
    expect(message).toMatch(/^features\.operations does not have [a-zA-Z0-9]+$/);
  }
  expect(counts.passed).toBe(results.length - skipped.length);
  expect(counts.passed).toBeGreaterThan(400);
});

import { runConformance } from "@convene/conformance";
import { expect, it } from "vitest";
import factory from "./backend.js";

it("passes the whole suite", async () => {
  const { counts, results } = await runConformance(factory, { noSkips: true });
  const failed = results.filter(({ status }) => status === "failed");
  expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
  expect(counts).toEqual({ passed: results.length, failed: 0, untrusted: 0, skipped: 0 });
  expect(counts.passed).toBeGreaterThan(1000);
}, 120_000);

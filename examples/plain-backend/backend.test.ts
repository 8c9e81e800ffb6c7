import { runConformance } from "@convene/conformance";
import { expect, it } from "vitest";
import factory from "./backend.js";

it("passes the whole suite", async () => {
  const { counts, results } = await runConformance(factory);
  const failed = results.filter(({ status }) => status === "failed");
  expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
  // It computes each layer by itself; there is nothing to compare with a fused plan.
  const skipped = new Set(results.filter(({ status }) => status === "skipped").map(({ message }) => message));
  expect([...skipped]).toEqual(["no fused plan for these"]);
  expect(counts.passed).toBeGreaterThan(800);
}, 120_000);

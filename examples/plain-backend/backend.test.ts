import { runConformance } from "@convene/conformance";
import { expect, it } from "vitest";
import factory from "./backend.js";

it("passes the whole suite", async () => {
  const { counts, results } = await runConformance(factory, { noSkips: true });
  expect(results.filter(({ status }) => status === "failed").map(({ name, message }) => `${name}: ${message}`)).toEqual(
    [],
  );
  expect(counts.passed).toBeGreaterThan(800);
}, 120_000);

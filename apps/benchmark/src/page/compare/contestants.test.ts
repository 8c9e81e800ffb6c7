import { expect, it } from "vitest";
import { CONTESTANTS } from "./contestants.js";
import { COMPARE_FIELDS } from "./fields.js";

const missing = (browser: Parameters<(typeof CONTESTANTS)[number]["missing"]>[0]): readonly string[] =>
  CONTESTANTS.filter((each) => each.missing(browser) !== undefined).map(({ name }) => name);

it("says which features are missing, and which backends still work", () => {
  expect(missing({ simd: true, isolated: true, webgl2: true, webgpu: true })).toEqual([]);
  expect(missing({ simd: true, isolated: false, webgl2: true, webgpu: false })).toEqual([
    "worker-threads",
    "gpu?mode=webgpu",
  ]);
  const bare = { simd: false, isolated: false, webgl2: false, webgpu: false };
  expect(missing(bare)).not.toContain("cpu:js");
  const sentences = CONTESTANTS.flatMap((each) => each.missing(bare) ?? []);
  expect(sentences).toHaveLength(5);
  for (const sentence of sentences) expect(sentence).toMatch(/^This browser .+: .+\.$/);
});

it("offers only backends that an address can hold", () => {
  const { backends } = COMPARE_FIELDS;
  for (const { name } of CONTESTANTS) expect(backends.read(backends.write([name]))).toEqual([name]);
  for (const name of backends.standard) expect(CONTESTANTS.map((each) => each.name)).toContain(name);
  expect(() => backends.read("cpu,<script>")).toThrow("names of backends were expected");
});

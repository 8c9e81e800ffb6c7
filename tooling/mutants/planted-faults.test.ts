import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { PLANTED_FAULTS } from "./planted-faults.js";

test.each(PLANTED_FAULTS)("$name: the text to replace stands once in its file", ({ file, find, replace }) => {
  const source = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");
  expect(source.split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});

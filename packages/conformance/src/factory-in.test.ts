import { expect, test } from "vitest";
import { factoryIn } from "./factory-in.js";

const make = (): number => 7;

test.each<[string, unknown, string | undefined]>([
  ["an ES module's default export", { default: make }, undefined],
  ["CommonJS", { default: make, "module.exports": make }, undefined],
  ["CommonJS that was an ES module", { default: { default: make } }, undefined],
  ["an export by its name", { make }, "make"],
  ["an export of CommonJS by its name", { default: { make } }, "make"],
  ["a property of a function", { default: Object.assign(() => 1, { make }) }, "make"],
])("%s is found", (_, module, name) => {
  expect(factoryIn(module, name)).toBe(make);
});

test.each<[string, unknown, string | undefined]>([
  ["no function", { default: {} }, undefined],
  ["no default export", { make }, undefined],
  ["null", { default: null }, undefined],
  ["another name", { default: make, make }, "made"],
  ["no module", undefined, undefined],
])("with %s there is no factory", (_, module, name) => {
  expect(factoryIn(module, name)).toBeUndefined();
});

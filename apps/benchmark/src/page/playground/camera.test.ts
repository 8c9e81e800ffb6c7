import { expect, test } from "vitest";
import { cameraError } from "./camera.js";

test.each([
  ["NotAllowedError", "not allowed"],
  ["NotFoundError", "No camera was found"],
  ["NotReadableError", "another program"],
  ["SecurityError", "host forbids it"],
])("%s is said in words, with a remedy", (name, words) => {
  expect(cameraError(Object.assign(new Error("x"), { name }))).toContain(words);
});

test("another error keeps its own message", () => {
  expect(cameraError(new Error("on fire"))).toContain("(on fire)");
  expect(cameraError(undefined)).toContain("(undefined)");
});

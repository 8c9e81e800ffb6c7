import { InputError, referenceBackend } from "@convene/conformance";
import { describe, expect, it } from "vitest";
import { checkBackend } from "./check-backend.js";

describe("checkBackend", () => {
  it("takes a backend", async () => {
    const backend = await referenceBackend();
    expect(checkBackend("a", backend)).toBe(backend);
  });

  it.each([
    [undefined, /backend "a" gave no backend: undefined/],
    [{}, /it has no name/],
    [{ name: "x", device: "y", upload: 3 }, /it has no method upload/],
  ])("refuses %o", (given, message) => {
    expect(() => checkBackend("a", given)).toThrow(InputError);
    expect(() => checkBackend("a", given)).toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import { checkBackend } from "./check-backend.js";
import { CommandError } from "./command-error.js";
import { referenceBackend } from "./reference-backend.js";

describe("checkBackend", () => {
  it("takes a backend", async () => {
    const backend = await referenceBackend();
    expect(checkBackend("a", backend)).toBe(backend);
  });

  it.each([
    [undefined, "the factory of a gives undefined, not a backend"],
    [null, "gives null, not a backend"],
    ["a backend, honestly", "gives string, not a backend"],
    [{}, "an object without the string name"],
    [{ name: "x", device: "y" }, "an object without features"],
    [{ name: "x", device: "y", features: {}, upload: 3 }, "an object without the method upload"],
  ])("refuses %o", (given, message) => {
    expect(() => checkBackend("a", given)).toThrow(CommandError);
    expect(() => checkBackend("a", given)).toThrow(message);
  });
});

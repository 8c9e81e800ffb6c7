import { describe, expect, it } from "vitest";
import { createPatience } from "./patience.js";

describe("patience", () => {
  it("ends after five cases in a row without an answer, and for that backend only", () => {
    const patience = createPatience();
    const silent = { status: "failed", message: "no answer within 20 s" } as const;
    for (const outcome of [silent, silent, { status: "passed" } as const, silent, silent, silent, silent])
      patience.note("a", outcome);
    expect(patience.lost("a")).toBe(false);
    patience.note("a", silent);
    expect(patience.lost("a")).toBe(true);
    expect(patience.lost("b")).toBe(false);
    patience.note("a", { status: "passed" });
    expect(patience.lost("a")).toBe(true);
  });
});

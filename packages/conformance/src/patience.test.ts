/** A backend that hangs costs the whole time limit once. If it hangs again and again, the run ends. */

import { expect, test } from "vitest";
import { createPatience, MOST_UNANSWERED, MOST_UNANSWERED_IN_A_ROW } from "./patience.js";

const PASSED = { status: "passed", milliseconds: 10 } as const;
const LATE = {
  status: "failed",
  message: "no answer within 20 s: `read` has not settled",
  milliseconds: 20_000,
} as const;

test("cases have their whole limit until one gives no answer, and a tenth of it from then on", () => {
  const patience = createPatience();
  patience.note(PASSED);
  expect(patience.limit(20_000)).toBe(20_000);
  patience.note(LATE);
  expect(patience.limit(20_000)).toBe(2_000);
  expect(patience.limit(120_000)).toBe(12_000);
});

test("a slow backend keeps ten times the time of its slowest case, and no limit grows", () => {
  const patience = createPatience();
  patience.note({ ...PASSED, milliseconds: 700 });
  patience.note(LATE);
  expect(patience.limit(20_000)).toBe(7_000);
  expect(patience.limit(50)).toBe(50);
});

test("other failures do not shorten limits", () => {
  const patience = createPatience();
  for (let at = 0; at < 50; at++) patience.note({ status: "failed", message: "out of luck", milliseconds: 1 });
  expect(patience.limit(20_000)).toBe(20_000);
  expect(patience.stopped()).toBeUndefined();
});

test("the run stops after a few unanswered cases in a row, or a dozen in all, and names the call that has not settled", () => {
  const [row, all] = [createPatience(), createPatience()];
  for (let at = 0; at < MOST_UNANSWERED_IN_A_ROW; at++) row.note(LATE);
  expect(row.stopped()).toBe("5 cases in a row gave no answer (no answer within 20 s: `read` has not settled)");
  for (let at = 0; at < MOST_UNANSWERED; at++) {
    expect(all.stopped()).toBeUndefined();
    all.note(LATE);
    all.note(PASSED);
  }
  expect(all.stopped()).toMatch(/^12 cases gave no answer/);
});

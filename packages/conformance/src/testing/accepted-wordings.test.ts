/** The table of accepted wordings has every faulty backend, and nothing else. */

import { expect, test } from "vitest";
import { FAULTS } from "../faulty-backends/index.js";
import { ACCEPTED_WORDINGS } from "./accepted-wordings.js";

test("each faulty backend has its accepted wording", () => {
  expect(Object.keys(ACCEPTED_WORDINGS).sort()).toEqual(FAULTS.map(({ name }) => name).sort());
});

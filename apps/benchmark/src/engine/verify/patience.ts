/** Decides for each of several backends when it is given up because it does not answer. The rules are those of the suite. */

import {
  type CaseOutcome,
  createPatience as patienceWithOne,
  type Patience as PatienceWithOne,
} from "@convene/conformance";

export interface Patience {
  /** Notes the outcome of a case. */
  note(backend: string, outcome: CaseOutcome): void;
  /** Whether the backend is given up. */
  lost(backend: string): boolean;
}

export function createPatience(): Patience {
  const all = new Map<string, PatienceWithOne>();
  const withOne = (backend: string): PatienceWithOne => {
    const known = all.get(backend) ?? patienceWithOne();
    all.set(backend, known);
    return known;
  };
  return {
    // The times of cases only matter for a common time limit. Here each check has its own.
    note: (backend, outcome) => withOne(backend).note({ ...outcome, milliseconds: 0 }),
    lost: (backend) => withOne(backend).stopped() !== undefined,
  };
}

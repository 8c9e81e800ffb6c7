/** How long each of several backends is asked that leave questions without an answer: as long as the suite asks one. */

import {
  type CaseOutcome,
  createPatience as patienceWithOne,
  type Patience as PatienceWithOne,
} from "@convene/conformance";

export interface Patience {
  /** Takes note of how a case ended. */
  note(backend: string, outcome: CaseOutcome): void;
  /** Whether the backend is asked no more. */
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
    // How long the others took matters to a limit, and here each check has its own.
    note: (backend, outcome) => withOne(backend).note({ ...outcome, milliseconds: 0 }),
    lost: (backend) => withOne(backend).stopped() !== undefined,
  };
}

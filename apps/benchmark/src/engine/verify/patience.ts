/** How long a backend is asked that leaves questions without an answer: each of them takes as long as its limit. */

import type { CaseOutcome } from "@convene/conformance";

/** So many cases in a row. */
const MOST_UNANSWERED = 3;

export interface Patience {
  /** Takes note of how a case ended. */
  note(backend: string, outcome: CaseOutcome): void;
  /** Whether the backend is asked no more. */
  lost(backend: string): boolean;
}

export function createPatience(): Patience {
  const unanswered = new Map<string, number>();
  const lost = (backend: string): boolean => (unanswered.get(backend) ?? 0) >= MOST_UNANSWERED;
  return {
    note(backend, { status, message = "" }) {
      // The engine's and `settle`'s words for it both begin so.
      const silent = status === "failed" && message.startsWith("no answer");
      if (!lost(backend)) unanswered.set(backend, silent ? (unanswered.get(backend) ?? 0) + 1 : 0);
    },
    lost,
  };
}

/** Remembers which call of a backend threw an error. The error itself does not say so, and its stack helps only readers of the code. */

import type { Backend, Conv2dPlan } from "@convene/core";

/** Remembers which call of a backend gave an error. */
export interface CallWatch {
  /** The same backend; its errors are noted. `plans: false` leaves its plans as they are, so that they can be timed. */
  over(backend: Backend, options?: { readonly plans?: boolean }): Backend;
  /** Notes an error of a call that is not a backend's. */
  note(error: unknown, call: string): void;
  /** The first call that threw the error: `"prepareConv2d"`, `"plan.run"`. */
  callOf(error: unknown): string | undefined;
  /** Calls whose promise has not settled, the oldest first. */
  pending(): readonly string[];
  /** The last noted error whose message is part of `message`. */
  findIn(message: string): unknown;
}

/** A watch that has seen no call yet. */
export function watchCalls(): CallWatch {
  const calls = new Map<unknown, string>();
  const pending = new Set<{ readonly call: string }>();
  const note = (error: unknown, call: string): void => {
    if (!calls.has(error)) calls.set(error, call);
  };
  /** Wraps an object. Its methods run on `subject` itself, because its class may have private fields. */
  const watch = <T extends object>(subject: T, prefix: string, plans: boolean): T =>
    new Proxy({} as T, {
      has: (_, key) => key in subject,
      get(_, key) {
        const value: unknown = Reflect.get(subject, key);
        if (typeof value !== "function") return value;
        const call = `${prefix}${String(key)}`;
        return (...args: unknown[]): unknown => {
          try {
            const answer: unknown = value.apply(subject, args);
            if (!isThenable(answer)) return answer;
            const open = { call };
            pending.add(open);
            return Promise.resolve(answer).then(
              (given) => {
                pending.delete(open);
                return plans && call === "prepareConv2d" ? watch(given as Conv2dPlan, "plan.", false) : given;
              },
              (error: unknown) => {
                pending.delete(open);
                note(error, call);
                throw error;
              },
            );
          } catch (error) {
            note(error, call);
            throw error;
          }
        };
      },
    });
  return {
    over: (backend, { plans = true } = {}) => watch(backend, "", plans),
    note,
    callOf: (error) => calls.get(error),
    pending: () => [...pending].map(({ call }) => call),
    findIn: (message) =>
      [...calls.keys()].reverse().find((error) => {
        const words = wordsOf(error);
        return words !== "" && message.includes(words);
      }),
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function wordsOf(error: unknown): string {
  if (typeof error === "string") return error;
  const message = (error as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : "";
}

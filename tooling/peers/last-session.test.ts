import { expect, test } from "vitest";
import { keepLastSession } from "./last-session.js";
import type { OrtSession, OrtSessionOptions } from "./ort-types.js";

const OPTIONS: OrtSessionOptions = { executionProviders: [], intraOpNumThreads: 1, interOpNumThreads: 1 };
const [A, B, FAILING] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3), Uint8Array.of(1, 4)] as const;

/** Records the calls on a library's sessions, in order, by session number. Runs of the model FAILING fail. */
function recorded(): { readonly calls: string[]; readonly sessions: ReturnType<typeof keepLastSession> } {
  const calls: string[] = [];
  let made = 0;
  const sessions = keepLastSession({
    async create(model): Promise<OrtSession> {
      const id = ++made;
      calls.push(`create ${id}`);
      return {
        run: async () => {
          calls.push(`run ${id}`);
          if (model === FAILING) throw new Error("it failed");
          return {};
        },
        release: async () => void calls.push(`release ${id}`),
      };
    },
  });
  return { calls, sessions };
}

test("the same model gets the same session, another model gets another, and one session stays open", async () => {
  const { calls, sessions } = recorded();
  for (const model of [A, A.slice(), B]) {
    const session = await sessions.create(model, OPTIONS);
    await session.run({});
    await session.release();
  }
  expect(calls).toEqual(["create 1", "run 1", "run 1", "create 2", "run 2", "release 1"]);
});

test("a session in use is not given to another caller", async () => {
  const { calls, sessions } = recorded();
  const first = await sessions.create(A, OPTIONS);
  const second = await sessions.create(A, OPTIONS);
  await first.run({});
  await second.run({});
  expect(calls).toEqual(["create 1", "create 2", "run 1", "run 2"]);
});

test("a session that has failed is released at once, and the same model gets another", async () => {
  const { calls, sessions } = recorded();
  for (let time = 0; time < 2; time++) {
    const session = await sessions.create(FAILING, OPTIONS);
    await expect(session.run({})).rejects.toThrow("it failed");
    await session.release();
  }
  expect(calls).toEqual(["create 1", "run 1", "release 1", "create 2", "run 2", "release 2"]);
});

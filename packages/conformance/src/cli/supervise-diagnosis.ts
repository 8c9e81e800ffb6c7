/** The diagnosis of a run. It has a process of its own, because the backend may hang or crash again. */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Diagnosis } from "../diagnosis/diagnosis.js";
import { DEFAULT_SEED } from "../random-source.js";
import type { CaseResult } from "../run-conformance.js";
import type { Message, Task } from "./messages.js";
import type { SuiteIo } from "./suite-io.js";

/** Milliseconds for the whole diagnosis: Node starts, the module loads, and cases run again. */
const LIMIT = 20_000;

/** The diagnosis, or `undefined` if nothing has failed, or if the user has pressed Ctrl-C. */
export async function superviseDiagnosis(
  io: SuiteIo,
  task: Task,
  results: readonly CaseResult[],
): Promise<Diagnosis | undefined> {
  if (io.signal.aborted || !results.some(({ status }) => status === "failed")) return undefined;
  const tried = await inProcess(io, task, results);
  if (tried || io.signal.aborted) return tried;
  // The backend has ended that process, or keeps it busy. So the diagnosis has only the results of the run.
  const { accuracy = "fast", seed = DEFAULT_SEED } = task.run;
  // The cases are loaded here, because a run without failures starts sooner without them.
  const [{ diagnose }, { selectCases }] = await Promise.all([
    import("../diagnosis/diagnose.js"),
    import("../select-cases.js"),
  ]);
  return diagnose({ cases: await selectCases(task.run), results, factory: undefined, accuracy, seed });
}

function inProcess(io: SuiteIo, task: Task, results: readonly CaseResult[]): Promise<Diagnosis | undefined> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(io.child.url), [JSON.stringify({ ...task, diagnose: true })], {
      cwd: task.cwd,
      serialization: "advanced",
      // The run has already printed the backend's output.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      ...(io.child.execArgv ? { execArgv: [...io.child.execArgv] } : {}),
    });
    const end = (diagnosis?: Diagnosis): void => {
      clearTimeout(timer);
      io.signal.removeEventListener("abort", stop);
      child.kill("SIGKILL");
      resolve(diagnosis);
    };
    const stop = (): void => end();
    const timer = setTimeout(stop, LIMIT);
    io.signal.addEventListener("abort", stop);
    child.on("error", stop);
    child.on("exit", stop);
    child.on("message", (message: Message) => {
      if (message.type === "loaded") child.send([...results]);
      else if (message.type === "diagnosis") end(message.diagnosis);
    });
  });
}

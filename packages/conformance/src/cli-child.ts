/**
 * The process that runs the backend. It is not the process of the command, so the command survives any fault of the backend, and
 * reports it. A thread would not be enough, because a crash in native code ends all threads of a process.
 */

import type { Message, Task } from "./cli/messages.js";
import { checkBackend } from "./check-backend.js";
import { CommandError, InputError, oneLine } from "./command-error.js";
import type { Backend } from "@convene/core";
import { diagnose } from "./diagnosis/diagnose.js";
import { DEFAULT_SEED } from "./random-source.js";
import { describePending } from "./run-case.js";
import { type CaseResult, runCases } from "./run-conformance.js";
import { selectCases } from "./select-cases.js";
import { loadFactory } from "./terminal/load-factory.js";
import { thrownOf } from "./thrown.js";
import { TimeLimitError } from "./time-limit.js";

// Ctrl-C reaches every process of a terminal. The command ends this process after it saved the results.
process.on("SIGINT", () => undefined);
// The command has ended, so nobody reads the results.
process.on("disconnect", () => process.exit(0));

for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    const thrown = thrownOf(error, undefined);
    const open = describePending();
    const message = open === undefined ? textOf(error) : `${textOf(error)} (${open})`;
    leaveWith({ type: "stray", message, ...(thrown ? { thrown } : {}) }, 1);
  });
}

function send(message: Message): void {
  process.send?.(message);
}

/** Exits after the message was sent. A plain end is not enough, because a backend may have left timers and threads behind. */
function leaveWith(message: Message, code: number): void {
  process.send?.(message, undefined, {}, () => process.exit(code));
}

function textOf(error: unknown): string {
  if (error instanceof InputError || error instanceof CommandError || error instanceof TimeLimitError)
    return error.message;
  return error instanceof Error
    ? error.name && error.message
      ? `${error.name}: ${error.message}`
      : String(error)
    : String(error);
}

/** Makes the diagnosis of the results. The results are the only message from the command. */
async function look({ run }: Task, factory: () => Promise<Backend>): Promise<void> {
  const results = await new Promise<readonly CaseResult[]>((resolve) => {
    process.once("message", (message) => resolve(message as readonly CaseResult[]));
    send({ type: "loaded" });
  });
  const { accuracy = "fast", seed = DEFAULT_SEED } = run;
  const diagnosis = await diagnose({ cases: await selectCases(run), results, factory, accuracy, seed });
  leaveWith({ type: "diagnosis", diagnosis }, 0);
}

/** @throws InputError where there is no such module, or no factory in it */
async function factoryOf({ module, exportName, cwd, factoryOptions }: Task): Promise<() => Promise<Backend>> {
  const make = await loadFactory({ module, exportName, cwd, remedy: "choose one with --export" });
  const options: unknown = factoryOptions === undefined ? undefined : JSON.parse(factoryOptions);
  return async () => checkBackend(module, await (options === undefined ? make() : make(options)));
}

async function work(task: Task): Promise<void> {
  try {
    if (task.diagnose) return await look(task, await factoryOf(task));
    const cases = await selectCases(task.run);
    if (cases.length === 0) throw new InputError("no case matches; --list prints their names");
    send({ type: "selected", cases: cases.map(({ suite, name, limit }) => ({ suite, name, limit })) });
    const factory = await factoryOf(task);
    send({ type: "loaded" });
    await runCases(
      cases,
      async () => {
        const backend = await factory();
        send({ type: "backend", name: backend.name, device: backend.device });
        return backend;
      },
      {
        ...task.run,
        // The diagnosis comes after all processes, because this one may be one of several.
        diagnose: false,
        onBegin: () => send({ type: "begin" }),
        onRecheck: (result, milliseconds) => send({ type: "recheck", result, milliseconds }),
        onCase: (result) => send({ type: "result", result }),
      },
    );
    leaveWith({ type: "end" }, 0);
  } catch (error) {
    leaveWith({ type: "failed", message: oneLine(textOf(error)), usage: error instanceof InputError }, 1);
  }
}

void work(JSON.parse(process.argv[2]!) as Task);

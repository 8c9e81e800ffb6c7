/**
 * The process that runs the backend, apart from the command itself: whatever the backend does to its process, the command
 * lives on and reports it. A thread would not do: a crash in native code ends all threads of a process.
 */

import type { Message, Task } from "./cli/messages.js";
import { checkBackend } from "./check-backend.js";
import { CommandError, InputError, oneLine } from "./command-error.js";
import type { Backend } from "@convene/core";
import { diagnose } from "./diagnosis/diagnose.js";
import { DEFAULT_SEED } from "./random-source.js";
import { describePending } from "./run-case.js";
import { type CaseResult, runConformance } from "./run-conformance.js";
import { selectCases } from "./select-cases.js";
import { loadFactory } from "./terminal/load-factory.js";
import { thrownOf } from "./thrown.js";
import { TimeLimitError } from "./time-limit.js";

// Ctrl-C reaches every process of a terminal. The command ends this one when it has saved what there is.
process.on("SIGINT", () => undefined);
// Nobody listens any more.
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

/** Exits once the message is on its way; a backend may have left timers and threads behind. */
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

/** What the failures among the results, which come as the only message, have in common. */
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
    const factory = await factoryOf(task);
    if (task.diagnose) return await look(task, factory);
    send({ type: "loaded" });
    await runConformance(
      async () => {
        const backend = await factory();
        send({ type: "backend", name: backend.name, device: backend.device });
        return backend;
      },
      {
        ...task.run,
        // At the end of all processes: this one may be the last of several.
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

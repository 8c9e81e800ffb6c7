/**
 * Runs cases on a backend in another process, so that the backend cannot end the command. A process that gives no answer in
 * time is ended. If a process ends within a case, this case fails, and the next case gets a new process.
 */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DEFAULT_LIMIT } from "../run-case.js";
import type { CaseResult } from "../run-conformance.js";
import { createPatience } from "../patience.js";
import { InputError } from "../command-error.js";
import type { Message, SelectedCase, Task } from "./messages.js";
import type { SuiteIo } from "./suite-io.js";
import { LOADING_LIMIT } from "../terminal/load-factory.js";
import type { Thrown } from "../thrown.js";
import { inSeconds } from "../time-limit.js";

export interface Supervision {
  readonly task: Task;
  /** Gets the cases that the task selects, once, before any of them begins. */
  readonly onSelected: (cases: readonly SelectedCase[]) => void;
  readonly onBegin: (each: SelectedCase) => void;
  readonly onResult: (result: CaseResult) => void;
  /** Gets the text that the backend prints. */
  readonly onOutput: (text: string) => void;
}

export interface Outcome {
  readonly results: readonly CaseResult[];
  /** How many cases the task selects. 0 if no process could be started. */
  readonly planned: number;
  /** The backend that was made last. */
  readonly backend: { readonly name: string; readonly device: string } | undefined;
  /** Why there are fewer results than cases. */
  readonly stopped: string | undefined;
}

/**
 * Milliseconds beyond a limit before a process is ended. The process keeps the limits itself, and its message says more. It
 * cannot do so while the backend never gives control back.
 */
const GRACE = 1_500;
/**
 * The most processes that the backend, or an error outside of any call, may end. Each of them costs the start of another
 * process.
 */
const MOST_ENDED = 10;

/** @throws InputError if no case matches, or if there is no such module, or no factory in it */
export async function supervise(io: SuiteIo, supervision: Supervision): Promise<Outcome> {
  const { task, onResult } = supervision;
  /** `undefined` until the first process has selected them. */
  let cases: readonly SelectedCase[] | undefined;
  const results: CaseResult[] = [];
  let backend: Outcome["backend"];
  let stopped: string | undefined;
  let ended = 0;
  const patience = createPatience();
  const add = (result: CaseResult): void => {
    results.push(result);
    onResult(result);
    patience.note(result);
  };

  const isDone = (): boolean => results.length === cases?.length;
  while (stopped === undefined && !isDone()) {
    const before = results.length;
    const end = await runProcess(io, supervision, {
      from: before,
      onSelected: (selected) => {
        // Each process selects the same cases.
        if (cases === undefined) supervision.onSelected((cases = selected));
      },
      next: () => cases![results.length]!,
      onBackend: (made) => (backend = made),
      onResult: add,
      limit: (each) => patience.limit(limitOf(task, each)),
      enough: () => patience.stopped() !== undefined,
    });
    if (end.known) add(end.known);
    if (io.signal.aborted) stopped = "interrupted";
    else if (!isDone() && patience.stopped() !== undefined) stopped = patience.stopped();
    else if (end.inCase && !end.known) {
      const { suite, name } = cases![results.length]!;
      const { message, milliseconds, thrown } = end;
      add({ suite, name, status: "failed", message, milliseconds, ...(thrown ? { thrown } : {}) });
      if (++ended >= MOST_ENDED) stopped = `${ended} cases ended the process (${message})`;
      else stopped = patience.stopped();
      if (isDone()) stopped = undefined;
    } else if (end.usage) throw new InputError(end.message);
    // The process ended between two cases. A new process may do better, if an earlier case left something behind. It is tried
    // once.
    else if (!isDone() && results.length === before) stopped = end.message;
  }
  return { results, planned: cases?.length ?? 0, backend, stopped };
}

/** How a process ended. */
interface ProcessEnd {
  /** Whether the process ended within a case. */
  readonly inCase: boolean;
  /** The result of that case, if the process ended while it ran the failed case again. */
  readonly known: CaseResult | undefined;
  readonly message: string;
  readonly milliseconds: number;
  /** The error outside of any call that ended the process. */
  readonly thrown: Thrown | undefined;
  /** Whether the command line is wrong. */
  readonly usage: boolean;
}

interface Watch {
  readonly from: number;
  readonly onSelected: (cases: readonly SelectedCase[]) => void;
  /** The case that has begun, or begins next. */
  readonly next: () => SelectedCase;
  readonly onBackend: (backend: { readonly name: string; readonly device: string }) => void;
  readonly onResult: (result: CaseResult) => void;
  /** Milliseconds that a case gets. */
  readonly limit: (each: SelectedCase) => number;
  readonly enough: () => boolean;
}

function runProcess(io: SuiteIo, { task, onBegin, onOutput }: Supervision, watch: Watch): Promise<ProcessEnd> {
  const argument: Task = { ...task, run: { ...task.run, from: watch.from } };
  const limit = task.run.limit ?? DEFAULT_LIMIT;
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(io.child.url), [JSON.stringify(argument)], {
      cwd: task.cwd,
      // This serialization keeps NaN and infinities.
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      ...(io.child.execArgv ? { execArgv: [...io.child.execArgv] } : {}),
    });
    let inCase = false;
    let known: CaseResult | undefined;
    let since = performance.now();
    /** Why the process is being ended, or is about to end. */
    let reason: string | undefined;
    let usage = false;
    let thrown: Thrown | undefined;
    let timer: NodeJS.Timeout | undefined;

    const kill = (why: string): void => {
      reason ??= why;
      child.kill("SIGKILL");
    };
    const expect = (milliseconds: number, what: string): void => {
      clearTimeout(timer);
      timer = setTimeout(() => kill(what), milliseconds);
    };
    const interrupt = (): void => kill("interrupted");
    if (io.signal.aborted) interrupt();
    io.signal.addEventListener("abort", interrupt);
    expect(LOADING_LIMIT, `${task.module} was not loaded within ${LOADING_LIMIT / 1000} s`);

    const receive = (message: Message): void => {
      switch (message.type) {
        case "selected":
          return watch.onSelected(message.cases);
        case "loaded":
          return expect(limit + GRACE, `no backend was made within ${limit / 1000} s`);
        case "backend":
          return watch.onBackend(message);
        case "begin": {
          const each = watch.next();
          const own = watch.limit(each);
          inCase = true;
          since = performance.now();
          onBegin(each);
          return expect(own + GRACE, `no answer within ${inSeconds(own)}; its process was ended`);
        }
        case "recheck":
          known = message.result;
          return expect(message.milliseconds + GRACE, "a failed case that ran again gave no answer in time");
        case "result":
          inCase = false;
          known = undefined;
          watch.onResult(message.result);
          if (watch.enough()) return kill("enough");
          // After a case that has broken the backend, the process disposes the backend and makes another.
          return expect(2 * limit + GRACE, "the backend could be neither disposed nor made again in time");
        case "diagnosis":
          return;
        case "end":
          reason = "the end";
          return expect(GRACE, "the end");
        case "failed":
          reason = message.message;
          usage = message.usage;
          return expect(GRACE, "its process did not end");
        case "stray":
          reason = `an error outside of any call ended its process: ${message.message}`;
          thrown = message.thrown;
          return expect(GRACE, "its process did not end");
      }
    };
    child.on("message", (message) => receive(message as Message));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8");
      stream.on("data", onOutput);
    }

    let settled = false;
    const settle = (fallback: string): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      io.signal.removeEventListener("abort", interrupt);
      const milliseconds = performance.now() - since;
      resolve({ inCase, known, message: reason ?? fallback, milliseconds, thrown, usage });
    };
    child.on("error", (error) => settle(`no process could be started: ${error.message}`));
    // "close" comes after the last output. It never comes if the backend has started a process that lives on.
    child.on("exit", (code, signal) => {
      const how =
        signal === null
          ? `the backend ended its process with code ${code}`
          : `the backend's process was ended by ${signal}`;
      child.on("close", () => settle(how));
      setTimeout(() => settle(how), 200);
    });
  });
}

function limitOf({ run }: Task, each: SelectedCase): number {
  return each.limit ?? run.limit ?? DEFAULT_LIMIT;
}

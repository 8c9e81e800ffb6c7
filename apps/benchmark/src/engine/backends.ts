/** The backends that a command can name, and opening them. A name leads to a factory; nothing here knows kernels. */

import type { Backend, BackendUnavailableError } from "@convene/core";
import { checkBackend, isModule, loadFactory } from "../terminal/backend-module.js";
import { codeOf, CommandError, messageOf, oneLine } from "./command-error.js";
import { InputError, suggestion } from "./input-error.js";
import type { Io } from "../terminal/io.js";
import { settle, UnsettledError } from "./settle.js";
import { isTarget } from "./workloads/index.js";

export interface BackendEntry {
  readonly about: string;
  /** Opened when no `--backend` is given. */
  readonly standard: boolean;
  readonly open: () => Promise<Backend>;
}

export type BackendTable = Readonly<Record<string, BackendEntry>>;

/** Packages are loaded on demand: `explain` and `--help` need none. */
export const BACKENDS: BackendTable = {
  cpu: {
    about: "WebAssembly SIMD, one thread; the fastest build that this engine has",
    standard: true,
    open: async () => (await import("@convene/cpu")).cpu(),
  },
  "worker-threads": {
    about: "the kernels of cpu on every core, over shared memory",
    standard: true,
    open: async () => (await import("@convene/worker-threads")).workerThreads(),
  },
  "worker-threads:joins": {
    about: "the same with the calling thread as one of the threads: its event loop stands still meanwhile",
    standard: false,
    open: async () => (await import("@convene/worker-threads")).workerThreads({ caller: "joins" }),
  },
  gpu: {
    about: "WebGPU through gpu.js, where there is an adapter",
    standard: true,
    open: async () => (await import("@convene/gpu")).gpu(),
  },
  "gpu:webasm": {
    about: "gpu.js without a graphics processor, in WebAssembly that it generates; for comparison",
    standard: false,
    open: async () => (await import("@convene/gpu")).gpu({ mode: "webasm" }),
  },
  "cpu:js": {
    about: "plain JavaScript kernels, for where WebAssembly is forbidden",
    standard: true,
    open: async () => (await import("@convene/cpu")).cpu({ kernels: "js" }),
  },
  "cpu:simd128": {
    about: "WebAssembly SIMD, without relaxed SIMD",
    standard: false,
    open: async () => (await import("@convene/cpu")).cpu({ simd: "simd128" }),
  },
  "cpu:relaxed": {
    about: "WebAssembly SIMD, with relaxed SIMD",
    standard: false,
    open: async () => (await import("@convene/cpu")).cpu({ simd: "relaxed" }),
  },
  "cpu:wide": {
    about: "256-bit operations, by an experimental flag of V8's that this sets for the process; Node 24 and later, x64",
    standard: false,
    open: async () => (await import("@convene/cpu")).cpu({ wide: true }),
  },
  "worker-threads:wide": {
    about: "the same on every core",
    standard: false,
    open: async () => (await import("@convene/worker-threads")).workerThreads({ wide: true }),
  },
  reference: {
    about: "the conformance suite's float64 loops: slow, and right",
    standard: false,
    open: async () => (await import("@convene/conformance")).referenceBackend(),
  },
};

export interface OpenBackend {
  /** What reports call it: the table's name (`cpu` and `cpu:js` both call themselves `cpu`), or a loaded one's own. */
  readonly name: string;
  /** What `--backend` takes to open it again. */
  readonly asked: string;
  readonly backend: Backend;
  /** Another one like it, which the caller disposes. */
  readonly another: () => Promise<Backend>;
}

export interface UnavailableBackend {
  readonly name: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface OpenBackends {
  readonly open: readonly OpenBackend[];
  readonly unavailable: readonly UnavailableBackend[];
  /** Whether one that was asked for by name is missing. */
  readonly incomplete: boolean;
  dispose(): Promise<void>;
}

/** Milliseconds for a module to load or a backend to start, and for one to be disposed. */
const OPEN_LIMIT = 60_000;
const DISPOSE_LIMIT = 10_000;

/**
 * Opens the named backends, or the standard ones. A name is an entry of the table, or a file or package whose default
 * export is a backend's factory. One that cannot run here is reported, not replaced.
 *
 * @throws InputError for a name that means nothing, CommandError for a backend that fails to start
 */
export async function openBackends(
  table: BackendTable,
  names: readonly string[] | undefined,
  io: Io,
): Promise<OpenBackends> {
  const wanted = names?.length ? [...new Set(names)] : Object.keys(table).filter((name) => table[name]!.standard);
  const factories: { readonly name: string; readonly make: () => unknown }[] = [];
  for (const name of wanted) factories.push({ name, make: await factoryOf(table, name, io) });
  const open: OpenBackend[] = [];
  const unavailable: UnavailableBackend[] = [];
  const dispose = (): Promise<void> => disposeAll(open, io);
  try {
    for (const { name, make } of factories) {
      try {
        const another = async (): Promise<Backend> => checkBackend(name, await settle(io, make, { limit: OPEN_LIMIT }));
        const backend = await another();
        const called = Object.hasOwn(table, name) ? name : ownName(backend, open);
        open.push({ name: called, asked: name, backend, another });
      } catch (error) {
        if (io.signal.aborted || error instanceof InputError) throw error;
        if (!isUnavailable(error))
          throw new CommandError(`backend "${name}" ${whyNot(error, "start")}`, { cause: error });
        unavailable.push({ name, reason: oneLine(error.reason), remedy: oneLine(error.remedy) });
      }
    }
  } catch (error) {
    await dispose().catch(() => undefined);
    throw error;
  }
  return { open, unavailable, incomplete: Boolean(names?.length) && unavailable.length > 0, dispose };
}

/** All of them, also where one fails. @throws CommandError for the first that did */
async function disposeAll(open: readonly OpenBackend[], io: Io): Promise<void> {
  const errors: CommandError[] = [];
  for (const { name, backend } of open) {
    try {
      await settle(io, () => backend.dispose(), { limit: DISPOSE_LIMIT, interruptible: false });
    } catch (error) {
      errors.push(new CommandError(`backend "${name}" ${whyNot(error, "dispose")}`, { cause: error }));
    }
  }
  if (errors[0]) throw errors[0];
}

function whyNot(error: unknown, what: "start" | "dispose"): string {
  return error instanceof UnsettledError ? `did not ${what} in time` : `fails to ${what}: ${messageOf(error)}`;
}

/** By its code: a loaded backend may have a core of its own. */
function isUnavailable(error: unknown): error is BackendUnavailableError {
  const { reason, remedy } = (error ?? {}) as Partial<BackendUnavailableError>;
  return codeOf(error) === "ERR_BACKEND_UNAVAILABLE" && typeof reason === "string" && typeof remedy === "string";
}

/** A loaded backend's own name, told apart from others of that name. */
function ownName({ name }: Backend, open: readonly OpenBackend[]): string {
  const own = oneLine(name);
  const same = open.filter((other) => other.name === own || other.name.startsWith(`${own}#`)).length;
  return same === 0 ? own : `${own}#${same + 1}`;
}

async function factoryOf(table: BackendTable, name: string, io: Io): Promise<() => unknown> {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry) return entry.open;
  if (isTarget(name)) throw new InputError(`"${name}" is no backend: put workloads and problems before --backend`);
  if (!isModule(name)) {
    const known = Object.keys(table);
    throw new InputError(
      `unknown backend "${name}"${suggestion(name, known)} (${known.join(", ")}, or a file or package)`,
    );
  }
  return loadFactory(name, (work) => settle(io, work, { limit: OPEN_LIMIT }));
}

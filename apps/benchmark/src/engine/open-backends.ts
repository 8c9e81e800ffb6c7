/** Opens backends: the named ones, or the standard ones of the table. A backend that cannot run here is reported, and not replaced. */

import { checkBackend, codeOf, CommandError, InputError, messageOf, oneLine, suggestion } from "@convene/conformance";
import type { Backend, BackendUnavailableError } from "@convene/core";
import { parseBackendName } from "./backend-name.js";
import type { BackendTable } from "./backends.js";
import type { PrepareNetwork } from "./own-network.js";
import { settle, UnsettledError, type Waiting } from "./settle.js";

export interface OpenBackend {
  /** The name in reports. It is the asked name, because `cpu` and `cpu:js` both call themselves `cpu`. A loaded backend has its own name. */
  readonly name: string;
  /** The asked name, which opens the backend again. */
  readonly asked: string;
  readonly backend: Backend;
  /** Milliseconds from the start of loading the package until the backend was open. */
  readonly start: number;
  /** Opens another backend like this one. The caller disposes it. */
  readonly another: () => Promise<Backend>;
  /** The version of a library that has its own version. */
  readonly version?: string;
  /** The library's way to run a whole network. Left out: layer by layer, with core's `prepare`. */
  readonly prepareNetwork?: PrepareNetwork;
}

export interface UnavailableBackend {
  readonly name: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface OpenBackends {
  readonly open: readonly OpenBackend[];
  readonly unavailable: readonly UnavailableBackend[];
  /** Whether a backend that the user named is missing. */
  readonly incomplete: boolean;
  dispose(): Promise<void>;
}

/** A factory from elsewhere, such as a file. Its only argument are its options. */
export type Factory = (options?: unknown) => unknown;

/** The host's functions for opening backends. */
export interface OpeningHost extends Waiting {
  /**
   * The factory of a name that the table does not have, or `undefined` if the host does not know the name.
   *
   * @throws InputError if the host knows the name, but finds no factory
   */
  readonly loadFactory?: (base: string) => Promise<Factory | undefined>;
  /** Called when all names are known, before any backend is opened. A driver may print something while a backend is opened. */
  readonly onOpening?: () => void;
}

/** The most milliseconds for a backend to start, and for a backend to be disposed. */
const OPEN_LIMIT = 60_000;
const DISPOSE_LIMIT = 10_000;

/**
 * Opens the named backends, or the standard backends of the table. A name is of the table, or of a module that the host
 * can load. Options may follow the name (`worker-threads?threads=2`).
 *
 * @throws InputError for an unknown name or option, CommandError for a backend that fails to start
 */
export async function openBackends(
  table: BackendTable,
  names: readonly string[] | undefined,
  host: OpeningHost,
): Promise<OpenBackends> {
  const wanted = names?.length ? [...new Set(names)] : Object.keys(table).filter((name) => table[name]!.standard);
  const factories: { readonly name: string; readonly make: () => unknown }[] = [];
  for (const name of wanted) factories.push({ name, make: await factoryOf(table, name, host) });
  host.onOpening?.();
  const open: OpenBackend[] = [];
  const unavailable: UnavailableBackend[] = [];
  const dispose = (): Promise<void> => disposeAll(open, host);
  try {
    for (const { name, make } of factories) {
      try {
        const another = async (): Promise<Backend> =>
          checkBackend(`backend "${name}"`, await settle(host, make, { limit: OPEN_LIMIT }));
        const begun = performance.now();
        const backend = await another();
        const start = performance.now() - begun;
        const { base } = parseBackendName(name);
        const entry = Object.hasOwn(table, base) ? table[base] : undefined;
        const called = entry ? name : ownName(backend, open);
        const { version, prepareNetwork } = entry ?? {};
        open.push({
          name: called,
          asked: name,
          backend,
          start,
          another,
          ...(version !== undefined && { version }),
          ...(prepareNetwork && { prepareNetwork }),
        });
      } catch (error) {
        if (host.signal.aborted || error instanceof InputError || error instanceof CommandError) throw error;
        if (codeOf(error) === "ERR_INVALID_OPTION")
          throw new InputError(`backend "${name}": ${messageOf(error)}`, { cause: error });
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

/** Disposes all backends, also if one fails. @throws CommandError for the first failure */
async function disposeAll(open: readonly OpenBackend[], host: Waiting): Promise<void> {
  const errors: CommandError[] = [];
  for (const { name, backend } of open) {
    try {
      await settle(host, () => backend.dispose(), { limit: DISPOSE_LIMIT, interruptible: false });
    } catch (error) {
      errors.push(new CommandError(`backend "${name}" ${whyNot(error, "dispose")}`, { cause: error }));
    }
  }
  if (errors[0]) throw errors[0];
}

function whyNot(error: unknown, what: "start" | "dispose"): string {
  return error instanceof UnsettledError
    ? `does not ${what}: ${error.message}`
    : `fails to ${what}: ${messageOf(error)}`;
}

/** Recognises the error by its code, because a loaded backend may have its own copy of core. */
function isUnavailable(error: unknown): error is BackendUnavailableError {
  const { reason, remedy } = (error ?? {}) as Partial<BackendUnavailableError>;
  return codeOf(error) === "ERR_BACKEND_UNAVAILABLE" && typeof reason === "string" && typeof remedy === "string";
}

/** A loaded backend's own name. If another backend has the same name, the name gets an addition. */
function ownName({ name }: Backend, open: readonly OpenBackend[]): string {
  const own = oneLine(name);
  const same = open.filter((other) => other.name === own || other.name.startsWith(`${own}#`)).length;
  return same === 0 ? own : `${own}#${same + 1}`;
}

async function factoryOf(table: BackendTable, name: string, host: OpeningHost): Promise<() => unknown> {
  const { base, options } = parseBackendName(name);
  const entry = Object.hasOwn(table, base) ? table[base] : undefined;
  if (entry) return () => entry.open(options);
  const factory = await host.loadFactory?.(base);
  if (factory) return Object.keys(options).length === 0 ? () => factory() : () => factory(options);
  const known = Object.keys(table);
  const others = host.loadFactory ? ", or a file or package" : "";
  throw new InputError(`unknown backend "${base}"${suggestion(base, known)} (${known.join(", ")}${others})`);
}

/** The backends that a command can name, and opening them. A name leads to a factory; nothing here knows kernels. */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Backend, BackendUnavailableError } from "@convene/core";
import { InputError, suggestion } from "./input-error.js";

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

/**
 * Opens the named backends, or the standard ones. A name is an entry of the table, or a file or package whose default
 * export is a backend's factory. One that cannot run here is reported, not replaced.
 *
 * @throws InputError for a name that means nothing
 */
export async function openBackends(table: BackendTable, names: readonly string[] | undefined): Promise<OpenBackends> {
  const wanted = names?.length ? [...new Set(names)] : Object.keys(table).filter((name) => table[name]!.standard);
  const factories = await Promise.all(wanted.map(async (name) => ({ name, open: await factory(table, name) })));
  const open: OpenBackend[] = [];
  const unavailable: UnavailableBackend[] = [];
  const dispose = async (): Promise<void> => {
    for (const { backend } of open) await backend.dispose();
  };
  try {
    for (const { name, open: make } of factories) {
      try {
        const backend = await make();
        open.push({ name: Object.hasOwn(table, name) ? name : ownName(backend, open), asked: name, backend });
      } catch (error) {
        if (!(error instanceof BackendUnavailableError)) throw error;
        unavailable.push({ name, reason: error.reason, remedy: error.remedy });
      }
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { open, unavailable, incomplete: Boolean(names?.length) && unavailable.length > 0, dispose };
}

/** A loaded backend's own name, told apart from others of that name. */
function ownName({ name }: Backend, open: readonly OpenBackend[]): string {
  const same = open.filter((other) => other.name === name || other.name.startsWith(`${name}#`)).length;
  return same === 0 ? name : `${name}#${same + 1}`;
}

async function factory(table: BackendTable, name: string): Promise<() => Promise<Backend>> {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry) return entry.open;
  const isFile = name.startsWith(".") || /\.[cm]?js$/.test(name);
  if (!isFile && !name.startsWith("@") && !name.includes("/")) {
    const known = Object.keys(table);
    throw new InputError(
      `unknown backend "${name}"${suggestion(name, known)} (${known.join(", ")}, or a file or package)`,
    );
  }
  let loaded: { default?: unknown };
  try {
    loaded = (await import(isFile ? pathToFileURL(resolve(name)).href : name)) as { default?: unknown };
  } catch (cause) {
    throw new InputError(`backend "${name}" cannot be loaded: ${firstLine(cause)}`, { cause });
  }
  if (typeof loaded.default !== "function") {
    throw new InputError(`backend "${name}" has no default export that is a factory`);
  }
  return loaded.default as () => Promise<Backend>;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n", 1)[0]!;
}

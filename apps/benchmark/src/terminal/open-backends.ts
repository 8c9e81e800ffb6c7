/** Opening backends in Node: those of the table, and any file or package with a factory. */

import { InputError } from "@convene/conformance";
import type { BackendTable } from "../engine/backends.js";
import { openBackends as open, OPEN_LIMIT, type OpenBackends, type OpeningHost } from "../engine/open-backends.js";
import { settle, type Waiting } from "../engine/settle.js";
import { isTarget } from "../engine/workloads/index.js";
import { isModule, loadFactory } from "./backend-module.js";

/**
 * @param onOpening called when all names have a meaning, before any backend is opened
 * @throws InputError for a name that means nothing, CommandError for a backend that fails to start
 */
export async function openBackends(
  table: BackendTable,
  names: readonly string[] | undefined,
  io: Waiting,
  onOpening: () => void = () => undefined,
): Promise<OpenBackends> {
  return open(table, names, { ...nodeHost(io), onOpening });
}

/** What the engine needs to open backends by a file's or a package's name. */
function nodeHost({ signal, onIdle }: Waiting): OpeningHost {
  return {
    signal,
    onIdle,
    loadFactory: async (base) => {
      if (isTarget(base)) throw new InputError(`"${base}" is no backend: put workloads and problems before --backend`);
      if (!isModule(base)) return undefined;
      return loadFactory(base, (work) => settle({ signal, onIdle }, work, { limit: OPEN_LIMIT }));
    },
  };
}

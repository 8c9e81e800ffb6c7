/** Opens backends in Node: backends of the table, and any file or package with a factory. */

import { CommandError, InputError } from "@convene/conformance";
import { isModuleName, loadFactory, LOADING_LIMIT, NoModuleError } from "@convene/conformance/terminal";
import type { BackendTable } from "../engine/backends.js";
import { openBackends as open, type OpenBackends, type OpeningHost } from "../engine/open-backends.js";
import { settle, UnsettledError } from "../engine/settle.js";
import { isTarget } from "../engine/workloads/index.js";
import type { Io } from "./io.js";

/**
 * @param onOpening called when all names are known, before any backend is opened
 * @throws InputError for an unknown name, CommandError for a backend that fails to start
 */
export async function openBackends(
  table: BackendTable,
  names: readonly string[] | undefined,
  io: Io,
  onOpening: () => void = () => undefined,
): Promise<OpenBackends> {
  return open(table, names, { ...nodeHost(io), onOpening });
}

/** The host's functions by which the engine opens backends by the name of a file or a package. */
function nodeHost(io: Io): OpeningHost {
  const { signal, onIdle, cwd } = io;
  return {
    signal,
    onIdle,
    loadFactory: async (module) => {
      if (isTarget(module))
        throw new InputError(`"${module}" is no backend: put workloads and problems before --backend`);
      const place = { module, cwd, remedy: "export one of these as the default" };
      try {
        return await settle(io, () => loadFactory(place), { limit: LOADING_LIMIT });
      } catch (error) {
        // A misspelt name of the table looks like the name of a package.
        if (error instanceof NoModuleError && !isModuleName(module)) return undefined;
        if (error instanceof UnsettledError)
          throw new CommandError(`${module} was not loaded: ${error.message}`, { cause: error });
        throw error;
      }
    },
  };
}

/** Another library as a row of the engine's table. Its module is loaded when the backend is opened. */

import { InputError } from "@convene/conformance";
import type { Backend } from "@convene/core";
import type { BackendEntry } from "../../engine/backends.js";
import type { PrepareNetwork } from "../../engine/own-network.js";
import type { PeerModule } from "./page-peers.js";

/** A started adapter of another library. */
interface Library {
  (): Promise<Backend>;
  readonly prepareNetwork?: PrepareNetwork;
}

interface Adapter {
  readonly default: (options: { readonly modules: string; readonly threads: number }) => Promise<Library>;
}

export function peerEntry({ name, version, adapter, modules }: PeerModule): BackendEntry {
  let library: Library | undefined;
  return {
    about: `${name} ${version}`,
    standard: false,
    version,
    open: async ({ threads = 1, ...others }) => {
      const [unknown] = Object.keys(others);
      if (unknown !== undefined || typeof threads !== "number") {
        throw new InputError(
          `${name} has one option, threads, a number, as in ${name}?threads=2; not ${unknown ?? threads}`,
        );
      }
      const { default: start } = (await import(/* @vite-ignore */ adapter)) as Adapter;
      library = await start({ modules, threads });
      return await library();
    },
    prepareNetwork: async (...given) => await library?.prepareNetwork?.(...given),
  };
}

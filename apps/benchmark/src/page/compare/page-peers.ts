/**
 * Other libraries as contestants, if a clone that has them serves the page. The published page has none, and says how to get
 * them.
 */

import { signal } from "@preact/signals";

/** An entry of the server's list of libraries. */
export interface PageContestant {
  /** The name that the engine opens. */
  readonly name: string;
  readonly about: string;
  readonly version: string;
  readonly needs: "simd" | "webgl2" | "webgpu";
  readonly installed: boolean;
  /** The command for the clone that installs the library. */
  readonly command: string;
}

/** The content of `list.json`, below the address in the document. */
export interface PagePeers {
  readonly peers: readonly PageContestant[];
}

/** A library that can be opened, with the addresses of its adapter and its packages. */
export interface PeerModule {
  readonly name: string;
  readonly version: string;
  /** The addresses. The address of the packages ends in `/`. */
  readonly adapter: string;
  readonly modules: string;
}

/** The name of the `<meta>` that a server with other libraries puts into the document. Its content is the address of their folder. */
const META = "convene-peers";

/** The libraries, or `undefined` if this server has none. */
export const pagePeers = signal<readonly PageContestant[] | undefined>(undefined);

function folder(): string | undefined {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${META}"]`)?.content;
  return content === undefined ? undefined : new URL(content, document.baseURI).href;
}

/** Asks the server for its list, once. A server without libraries is not asked. */
export async function loadPagePeers(): Promise<void> {
  const base = folder();
  if (base === undefined || pagePeers.peek()) return;
  const response = await fetch(new URL("list.json", base));
  if (!response.ok) throw new Error(`the list of other libraries could not be loaded: ${response.status}`);
  pagePeers.value = ((await response.json()) as PagePeers).peers;
}

/** The libraries that can be opened here. */
export function peerModules(): readonly PeerModule[] {
  const base = folder();
  if (base === undefined) return [];
  return (pagePeers.peek() ?? [])
    .filter(({ installed }) => installed)
    .map(({ name, version }) => ({
      name,
      version,
      adapter: new URL(`${name}/adapter.js`, base).href,
      modules: new URL(`${name}/modules/`, base).href,
    }));
}

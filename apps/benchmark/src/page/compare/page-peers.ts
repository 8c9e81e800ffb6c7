/**
 * Other libraries as contestants, where the page is served from a clone that has them. What is published has none, and says how to
 * get them.
 */

import { signal } from "@preact/signals";

/** A library, as the server lists it. */
export interface PageContestant {
  /** What the engine is asked to open. */
  readonly name: string;
  readonly about: string;
  readonly version: string;
  readonly needs: "simd" | "webgl2" | "webgpu";
  readonly installed: boolean;
  /** What to type in the clone where it is not installed. */
  readonly command: string;
}

/** `list.json` below the address that the document names. */
export interface PagePeers {
  readonly peers: readonly PageContestant[];
}

/** A library that can be opened: where its adapter and its packages are. */
export interface PeerModule {
  readonly name: string;
  readonly version: string;
  /** Addresses; that of the packages ends in `/`. */
  readonly adapter: string;
  readonly modules: string;
}

/** The name of the `<meta>` that a server with peers puts into the document; its content is the address of their folder. */
const META = "convene-peers";

/** `undefined`: this server has none. */
export const pagePeers = signal<readonly PageContestant[] | undefined>(undefined);

function folder(): string | undefined {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${META}"]`)?.content;
  return content === undefined ? undefined : new URL(content, document.baseURI).href;
}

/** Asks the server once; a server without peers is not asked at all. */
export async function loadPagePeers(): Promise<void> {
  const base = folder();
  if (base === undefined || pagePeers.peek()) return;
  const response = await fetch(new URL("list.json", base));
  if (!response.ok) throw new Error(`the list of other libraries could not be loaded: ${response.status}`);
  pagePeers.value = ((await response.json()) as PagePeers).peers;
}

/** Those that can be opened here. */
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

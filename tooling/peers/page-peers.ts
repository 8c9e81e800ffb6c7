/** The other libraries in the page's Compare view, if a clone serves the page. */

import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { PageContestant, PagePeers } from "../../apps/benchmark/src/page/compare/page-peers.js";
import { type Peer, PEERS } from "./peers.js";
import { BROWSER_PEERS } from "./browser-peers.js";

export interface PagePeer extends Peer {
  readonly about: string;
  readonly needs: PageContestant["needs"];
  /** The package whose version is the version of the library. */
  readonly main: string;
}

const litert = { ...PEERS.litert, adapter: "page/litert.ts" };
const onnxruntime = { ...PEERS["onnxruntime-web"], adapter: "page/onnxruntime-web.ts" };

export const PAGE_PEERS = {
  "tfjs-wasm": {
    ...BROWSER_PEERS["tfjs-wasm"],
    about: "TensorFlow.js, WebAssembly",
    needs: "simd",
    main: "@tensorflow/tfjs-core",
  },
  "tfjs-webgl": {
    ...BROWSER_PEERS["tfjs-webgl"],
    about: "TensorFlow.js, WebGL2",
    needs: "webgl2",
    main: "@tensorflow/tfjs-core",
  },
  "tfjs-webgpu": {
    ...BROWSER_PEERS["tfjs-webgpu"],
    about: "TensorFlow.js, WebGPU",
    needs: "webgpu",
    main: "@tensorflow/tfjs-core",
  },
  "onnxruntime-web": { ...onnxruntime, about: "ONNX Runtime Web, WebAssembly", needs: "simd", main: "onnxruntime-web" },
  "onnxruntime-web-webgpu": {
    ...BROWSER_PEERS["onnxruntime-web-webgpu"],
    about: "ONNX Runtime Web, WebGPU",
    needs: "webgpu",
    main: "onnxruntime-web",
  },
  litert: { ...litert, about: "LiteRT.js, WebAssembly", needs: "simd", main: "@litertjs/core" },
} as const satisfies Readonly<Record<string, PagePeer>>;

export type PagePeerName = keyof typeof PAGE_PEERS;

export function isPagePeerName(name: string): name is PagePeerName {
  return Object.hasOwn(PAGE_PEERS, name);
}

/** The folder in which `pnpm peers` installs libraries. */
const PEERS_FOLDER = fileURLToPath(new URL("../../.cache/peers/", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript",
  mjs: "text/javascript",
  wasm: "application/wasm",
  json: "application/json",
};

/** The list for the page: the peers, and whether each has its `<folder>/<name>/page/adapter.js`. */
function pagePeers(folder: string, peers: Readonly<Record<string, PagePeer>>): PagePeers {
  return {
    peers: Object.entries(peers).map(([name, { about, needs, packages, main }]) => ({
      name,
      about,
      needs,
      version: packages[main]!,
      installed: existsSync(join(folder, name, "page/adapter.js")),
      command: `npm run peers -- ${name} page`,
    })),
  };
}

export interface ServedFile {
  readonly type: string;
  readonly content: Buffer | string;
}

/**
 * The content of an address below `/peers/`: `list.json`, `<name>/adapter.js`, and the peer's packages below `<name>/modules/`.
 *
 * @returns `undefined` for any other address
 */
export function servePeer(
  path: string,
  folder: string = PEERS_FOLDER,
  peers: Readonly<Record<string, PagePeer>> = PAGE_PEERS,
): ServedFile | undefined {
  if (path === "list.json") return { type: TYPES["json"]!, content: JSON.stringify(pagePeers(folder, peers)) };
  const [, name, rest] = /^([\w-]+)\/(.+)$/.exec(path) ?? [];
  if (name === undefined || rest === undefined || !Object.hasOwn(peers, name)) return undefined;
  const inside = normalize(rest);
  const [, module] = /^modules\/(.+)$/.exec(inside) ?? [];
  const file =
    inside === "adapter.js" ? join("page", inside) : module === undefined ? undefined : join("node_modules", module);
  const type = TYPES[/\.(\w+)$/.exec(inside)?.[1] ?? ""];
  if (file === undefined || type === undefined) return undefined;
  const whole = join(folder, name, file);
  return existsSync(whole) ? { type, content: readFileSync(whole) } : undefined;
}

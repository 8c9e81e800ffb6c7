/** Serves planted backends as the page's other libraries. They are bundled like real libraries, and have their own folder. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../checks/workspace.js";
import { bundleForPage } from "../../peers/install.js";
import { type PagePeer, type servePeer, servePeer as serve } from "../../peers/page-peers.js";
import type { Trouble } from "./planted/planted.js";

const PLANTED = fileURLToPath(new URL("planted/planted.ts", import.meta.url));

const peer = (about: string, needs: PagePeer["needs"] = "simd"): PagePeer => ({
  about,
  needs,
  adapter: "",
  main: "planted",
  packages: { planted: "1.2.3" },
});

const PEERS = {
  throws: peer("cpu, and then an exception"),
  silent: peer("cpu, and then no answer"),
  blocks: peer("cpu, and then a loop without end"),
  "loses-device": peer("gpu, and then no device", "webgl2"),
} as const satisfies Readonly<Record<Trouble, PagePeer>>;

/** The list, with one library that is not installed. */
const LISTED = { ...PEERS, absent: peer("a library that is not there") };

/** @returns a function that serves the addresses below `/peers/` */
export async function plantPeers(): Promise<typeof servePeer> {
  const folder = cacheFolder("planted-peers");
  for (const name of Object.keys(PEERS)) {
    const adapter = join(folder, `${name}.ts`);
    writeFileSync(adapter, `import { planted } from ${JSON.stringify(PLANTED)};\nexport default planted("${name}");\n`);
    await bundleForPage(adapter, join(folder, name, "page/adapter.js"));
  }
  return (path) => serve(path, folder, LISTED);
}

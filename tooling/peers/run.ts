/**
 * `pnpm peers <peer> [arguments of convene]`: Convene's command with a peer as a second backend, in one interleaved run.
 * Default: `bench yardstick`.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installPeer } from "./install.js";
import { PEERS } from "./peers.js";

const CLI = fileURLToPath(new URL("../../apps/benchmark/dist/cli.js", import.meta.url));

const [name = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(PEERS, name)) {
  console.error(
    `usage: pnpm peers <${Object.keys(PEERS).join(" | ")}> [bench|verify ...]; ${name === "" ? "no peer given" : `unknown peer "${name}"`}`,
  );
  process.exit(2);
}
const adapter = await installPeer(name);
const args = rest.length > 0 ? rest : ["bench", "yardstick"];
const { status } = spawnSync(process.execPath, [CLI, ...args, "--backend", "cpu", "--backend", adapter], {
  stdio: "inherit",
});
process.exit(status ?? 1);

/**
 * `pnpm peers <peer>... [command]`: runs Convene's command with other libraries as more backends, in one interleaved run, or the
 * conformance suite on them. Default: `bench yardstick`.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BROWSER_USAGE, conformance, CONFORMANCE_USAGE } from "./conformance.js";
import { isBrowserPeerName } from "./browser-peers.js";
import { installPagePeer, installPeer } from "./install.js";
import { isPagePeerName, PAGE_PEERS, type PagePeerName } from "./page-peers.js";
import { networks, NETWORKS_USAGE } from "./networks.js";
import { isPeerName, PEERS } from "./peers.js";
import { reproduce, REPRODUCE_USAGE } from "./reproduce.js";

const CLI = fileURLToPath(new URL("../../apps/benchmark/dist/cli.js", import.meta.url));
const COMMANDS: ReadonlySet<string> = new Set(["bench", "verify", "conformance", "page"]);
const USAGE = `usage: pnpm peers <peer>... [command]

  peers      ${Object.keys(PEERS).join(", ")}; installed into .cache/peers on first use
  command    bench [...] or verify [...], as of pnpm convene, with cpu (and worker-threads, beside a peer that has
             threads) and the peers as backends;
             ${NETWORKS_USAGE}: whole networks, each in its own way
             ${CONFORMANCE_USAGE}
             ${BROWSER_USAGE}
             page: makes them contestants of the page's Compare view, where pnpm web serves it; without names, all of
             ${Object.keys(PAGE_PEERS).join(", ")}
             default: bench yardstick
  ${REPRODUCE_USAGE}

  pnpm peers tfjs-wasm onnxruntime-node
  pnpm peers onnxruntime-web bench mobilenet-v2 --time 1000
  pnpm peers onnxruntime-web onnxruntime-node tfjs-wasm bench model.onnx
  pnpm peers jax-js conformance --suite exact
  pnpm peers onnxruntime-web-webgpu conformance --browser --quick
  pnpm peers tfjs-webgl litert page`;

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "reproduce" && !args.includes("--help")) return await reproduce(args.slice(1));
  const split = args.findIndex((arg) => COMMANDS.has(arg));
  const names = split === -1 ? args : args.slice(0, split);
  const command = split === -1 ? ["bench", "yardstick"] : args.slice(split);
  const asked = command[0] === "conformance" ? args : names;
  if (asked.includes("--help") || asked.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  if (
    command[0] === "conformance" &&
    names.length > 0 &&
    names.every((name) => isPeerName(name) || isBrowserPeerName(name))
  ) {
    return await conformance(names, command.slice(1));
  }
  if (command[0] === "page") return await forPage(names);
  if (names.length === 0 || !names.every(isPeerName)) {
    const unknown = names.find((name) => !isPeerName(name));
    console.error(`${unknown === undefined ? "no peer given" : `unknown peer "${unknown}"`}\n\n${USAGE}`);
    return 2;
  }
  if (command[0] === "bench" && command.some((word) => word.endsWith(".onnx"))) {
    return await networks(names, command.slice(1));
  }
  const backends = names.some((name) => name.endsWith("-threads")) ? ["cpu", "worker-threads"] : ["cpu"];
  for (const name of names) backends.push(await installPeer(name));
  const options = backends.flatMap((backend) => ["--backend", backend]);
  // The flag is passed on, so that `node --experimental-wasm-revectorize --import tsx tooling/peers/run.ts` compares both with 256 bits.
  const engine = process.execArgv.filter((flag) => flag.startsWith("--experimental-wasm"));
  return spawnSync(process.execPath, [...engine, CLI, ...command, ...options], { stdio: "inherit" }).status ?? 1;
}

async function forPage(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !isPagePeerName(name));
  if (unknown !== undefined) {
    console.error(`${unknown} is no contestant of the page; ${Object.keys(PAGE_PEERS).join(", ")} are`);
    return 2;
  }
  for (const name of names.length > 0 ? names.filter(isPagePeerName) : (Object.keys(PAGE_PEERS) as PagePeerName[])) {
    await installPagePeer(name, PAGE_PEERS[name]);
    console.log(`${name} is a contestant of the page's Compare view now: npm run web`);
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
// A library may leave threads and timers behind.
process.exit();

/** An npm registry on this machine for a rehearsal: verdaccio, without access to another registry. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { cacheFolder, run } from "./workspace.js";

/** The version of verdaccio, which runs on Node 20 too. */
const VERDACCIO = "6.3.2";
/** The installed packages. A part of verdaccio needs `node-fetch@cjs`, and a mirror of npm's registry may lack such tags. */
const WITH_VERDACCIO = {
  private: true,
  dependencies: { verdaccio: VERDACCIO },
  overrides: { "node-fetch": "2.7.0" },
};
/** Milliseconds until the first answer, on a busy machine. */
const PATIENCE = 120_000;

/** The configuration: the registry only answers this machine, stores packages in the folder, and needs no login. */
const CONFIGURATION = `
storage: ./storage
auth: { htpasswd: { file: ./htpasswd, max_users: -1 } }
uplinks: {}
packages: { '**': { access: $all, publish: $anonymous } }
max_body_size: 50mb
log: { type: stdout, format: pretty, level: warn }
`;

/** A running registry. */
export interface Registry {
  /** The registry's address, with a slash at the end. */
  readonly url: string;
  /** Environment variables for npm, pnpm and changesets, so that they use no other registry and no other cache. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a registry in a folder, calls `work`, and ends the registry. @throws Error with its output, if it does not answer */
export async function withRegistry(folder: string, work: (registry: Registry) => Promise<void>): Promise<void> {
  const installed = cacheFolder(join("verdaccio", VERDACCIO), { keep: true });
  const program = join(installed, "node_modules", "verdaccio", "bin", "verdaccio");
  if (!existsSync(program)) {
    writeFileSync(join(installed, "package.json"), JSON.stringify(WITH_VERDACCIO));
    run("npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], installed);
  }
  const own = join(folder, "registry");
  mkdirSync(own);
  writeFileSync(join(own, "config.yaml"), CONFIGURATION);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  // npm publishes only with a token. The registry does not check it.
  writeFileSync(join(folder, "npmrc"), `registry=${url}\n//127.0.0.1:${port}/:_authToken=rehearsal\n`);
  const log = openSync(join(own, "log.txt"), "w");
  const args = [program, "--config", join(own, "config.yaml"), "--listen", `127.0.0.1:${port}`];
  const server = spawn(process.execPath, args, { cwd: own, stdio: ["ignore", log, log] });
  const said = (): string => readFileSync(join(own, "log.txt"), "utf8");
  try {
    await answers(server, url, said);
    await work({
      url,
      env: {
        npm_config_registry: url,
        npm_config_userconfig: join(folder, "npmrc"),
        npm_config_cache: join(folder, "npm-cache"),
        // Provenance needs a CI that can prove its identity.
        npm_config_provenance: "false",
      },
    });
  } finally {
    await ended(server);
    closeSync(log);
  }
}

async function answers(server: ChildProcess, url: string, said: () => string): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return;
    if (server.exitCode !== null) throw new Error(`verdaccio ended with exit code ${server.exitCode}\n${said()}`);
    if (Date.now() > until) throw new Error(`verdaccio has not answered for ${PATIENCE / 1000} s\n${said()}`);
    await pause(100);
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGKILL");
  await exit;
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve((address as { readonly port: number }).port));
    });
  });
}

/**
 * Writes src/generated/worker.ts: the workers' program as text, which is started as it is in Node and in browsers, from
 * source and from a bundle. A second one, for tests, waits for random times wherever threads meet.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ENTRY = fileURLToPath(new URL("../src/team/worker.ts", import.meta.url));
const TARGET = new URL("../src/generated/", import.meta.url);

const FILES = [
  { file: "worker.ts", delays: false },
  { file: "worker-with-delays.ts", delays: true },
];

await mkdir(TARGET, { recursive: true });
for (const { file, delays } of FILES) {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    // A script for both: Node evaluates it as CommonJS, a browser as a classic worker.
    format: "iife",
    platform: "node",
    target: ["es2022"],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    define: { DELAYS: String(delays) },
  });
  const text = JSON.stringify(outputFiles[0]!.text.trim());
  await writeFile(
    new URL(file, TARGET),
    `/** Written by scripts/embed-worker.ts from src/team: do not edit. */\nexport const workerSource: string =\n  ${text};\n`,
  );
}

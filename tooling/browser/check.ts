/**
 * Runs the conformance suite in headless Chromium (`pnpm browser`). Vite bundles the page from the packages' published files, and every
 * backend that runs in a browser must pass there. With `--whole`, the whole suite runs, which takes many times as long on a graphics
 * driver in software. Without, a part of the suite is left out: page.js names the part and the reason.
 */

import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { cacheFolder, fail } from "../checks/workspace.js";
import { runInChromium } from "./run-page.js";

interface Report {
  readonly device: string;
  readonly selection: string;
  readonly accuracy: string;
  readonly counts: Readonly<Record<"passed" | "failed" | "untrusted" | "skipped", number>>;
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

try {
  const folder = cacheFolder("browser");
  await build({
    root: fileURLToPath(new URL(".", import.meta.url)),
    configFile: false,
    logLevel: "error",
    worker: { format: "es" },
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
  });
  let failed = 0;
  const onReport = (report: unknown): void => {
    if (typeof report === "string") {
      process.stdout.write(`browser, ${report}\n`);
      return;
    }
    const { device, selection, accuracy, counts, failures, milliseconds } = report as Report;
    const { passed, untrusted, skipped } = counts;
    process.stdout.write(
      `browser, ${device}, ${selection}, ${accuracy}: ${passed} passed, ${counts.failed} failed, ${skipped} skipped, ${untrusted} untrusted (${(milliseconds / 1000).toFixed(1)} s)\n`,
    );
    for (const failure of failures) process.stderr.write(`  ${failure}\n`);
    // A run without a passed case shows nothing.
    failed += passed === 0 ? 1 : counts.failed;
  };
  const whole = process.argv.includes("--whole") ? "&whole" : "";
  await runInChromium(folder, onReport, { query: `processors${whole}` });
  // Each page has its own Chromium, because a driver in software compiles shaders on one thread.
  await Promise.all(["webgpu", "webgl2"].map((mode) => runInChromium(folder, onReport, { query: `${mode}${whole}` })));
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  fail(error);
}

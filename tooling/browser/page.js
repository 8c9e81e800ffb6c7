/** The page: runs the suite on every backend that runs in a browser, and sends what came of it to check.ts. */

import { runConformance } from "@convene/conformance";
import { cpu } from "@convene/cpu";
import { gpu } from "@convene/gpu";
import { workerThreads } from "@convene/worker-threads";

/** @param {string} path @param {unknown} content */
async function send(path, content) {
  await fetch(path, { method: "POST", body: JSON.stringify(content) });
}

/**
 * @param {() => Promise<import("@convene/core").Backend>} factory
 * @param {import("@convene/conformance").ConformanceOptions} options
 */
async function run(factory, { selection = "full", accuracy = "fast", noSkips = true }) {
  const start = performance.now();
  const { device, counts, results } = await runConformance(factory, { selection, accuracy, noSkips });
  const failures = results
    .filter(({ status }) => status === "failed")
    .map(({ suite, name, message }) => `${suite} ${name}: ${message}`);
  await send("/report", { device, selection, accuracy, counts, failures, milliseconds: performance.now() - start });
}

/** A page that is not isolated: worker-threads says which headers are missing. */
async function checkRefusal() {
  const error = await workerThreads().catch((/** @type {{ remedy?: string }} */ caught) => caught);
  const remedy = "remedy" in error ? error.remedy : "none";
  if (!/Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/.test(remedy ?? "")) {
    throw new Error(`on a page that is not isolated, worker-threads says: ${String(error)}`);
  }
  await send("/report", "a page that is not isolated: worker-threads names the two headers");
}

try {
  if (crossOriginIsolated) {
    await run(() => cpu(), {});
    await run(() => cpu({ kernels: "js" }), { selection: "quick" });
    await run(() => workerThreads({ threads: 2 }), { accuracy: "strict" });
    await run(() => workerThreads({ threads: 2 }), { accuracy: "fast" });
    // What WGSL does not promise is skipped, with the reason.
    await run(() => gpu(), { noSkips: false });
    location.href = "/plain";
  } else {
    await checkRefusal();
    await send("/end", {});
  }
} catch (error) {
  await send("/error", { message: String(error) });
}

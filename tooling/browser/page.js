/** The page: runs the suite on cpu, with either kind of kernels, and sends what came of it. Bundled by check.ts. */

import { runConformance } from "@convene/conformance";
import { cpu } from "@convene/cpu";

/** @param {string} path @param {unknown} content */
async function send(path, content) {
  await fetch(path, { method: "POST", body: JSON.stringify(content) });
}

/** @param {"wasm" | "js"} kernels @param {"full" | "quick"} selection */
async function run(kernels, selection) {
  const start = performance.now();
  const { device, counts, results } = await runConformance(() => cpu({ kernels }), { selection });
  const failures = results
    .filter(({ status }) => status === "failed")
    .map(({ suite, name, message }) => `${suite} ${name}: ${message}`);
  await send("/report", { device, selection, counts, failures, milliseconds: performance.now() - start });
}

try {
  await run("wasm", "full");
  await run("js", "quick");
  await send("/end", {});
} catch (error) {
  await send("/error", { message: String(error) });
}

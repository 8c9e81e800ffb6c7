/**
 * gpu beside tfjs's WebGL in headless Chromium, over the same adapter: `pnpm browser-bench [workload or problem]...`.
 * Default: the yardstick's layers.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import picocolors from "picocolors";
import { build } from "vite";
import { benchTable } from "../../../apps/benchmark/src/terminal/bench/bench-table.js";
import type { LayerReport } from "../../../apps/benchmark/src/engine/compare-report.js";
import { layerReport, type MeasuredOutcome, totals } from "../../../apps/benchmark/src/engine/measure/results.js";
import { geometricMean } from "../../../apps/benchmark/src/engine/statistics.js";
import { type DistinctLayer, distinctLayers } from "../../../apps/benchmark/src/engine/workloads/workload.js";
import { resolveTargets } from "../../../apps/benchmark/src/terminal/workloads/resolve-targets.js";
import { cacheFolder, fail } from "../../checks/workspace.js";
import { installPackages } from "../../peers/install.js";
import { TFJS_WEBGL } from "../../peers/peers.js";
import { runInChromium } from "../run-page.js";

type Report =
  | { readonly devices: readonly (readonly [name: string, device: string])[] }
  | { readonly text: string; readonly outcome: MeasuredOutcome };

/** Of what kind a layer is, for a mean of each. */
const KINDS: readonly (readonly [name: string, is: (layer: DistinctLayer) => boolean])[] = [
  ["depthwise", ({ problem: { g, ic } }) => g > 1 && g === ic],
  ["pointwise", ({ problem: { g, kh, kw } }) => g === 1 && kh === 1 && kw === 1],
  ["other", ({ problem: { g, kh, kw } }) => g === 1 && kh * kw > 1],
];

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { time: { type: "string", default: "500" }, help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) {
    console.log("usage: pnpm browser-bench [workload or problem]... [--time <ms for each layer and backend>]");
  } else {
    await main(positionals.length > 0 ? positionals : ["yardstick"], Number(values.time));
  }
} catch (error) {
  fail(error);
}

async function main(targets: readonly string[], time: number): Promise<void> {
  if (!(time > 0)) throw new Error(`--time (${time}) must be milliseconds`);
  const layers = distinctLayers(resolveTargets(targets).flatMap((workload) => workload.layers));
  const packages = installPackages("tfjs-webgl", TFJS_WEBGL);
  const folder = cacheFolder("browser-bench");
  await build({
    root: fileURLToPath(new URL(".", import.meta.url)),
    configFile: false,
    logLevel: "error",
    resolve: { alias: [{ find: /^@tensorflow\//, replacement: `${packages}/node_modules/@tensorflow/` }] },
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
  });
  const results: LayerReport[] = [];
  let names: readonly string[] = [];
  const onReport = (content: unknown): void => {
    const report = content as Report;
    if ("devices" in report) {
      names = report.devices.map(([name]) => name);
      for (const [name, device] of report.devices) console.log(`${name}  ${device}`);
      return;
    }
    const layer = layers.find(({ text }) => text === report.text)!;
    results.push(layerReport(layer, report.outcome, { baseline: names[0]! }));
    process.stderr.write(`[${results.length}/${layers.length}] ${report.text}\n`);
  };
  await runInChromium(folder, onReport, { query: [time, ...layers.map(({ text }) => text)].join(",") });
  const result = {
    name: targets.join(" "),
    about: "",
    complete: true,
    layers: results,
    totals: totals(results, names),
  };
  const lines = benchTable(result, picocolors.createColors(false), undefined);
  console.log(["", "ms: median of one run; ratio: time, the first is 1", "", ...lines, ""].join("\n"));
  for (const [kind, is] of KINDS) {
    const texts = new Set(layers.filter(is).map(({ text }) => text));
    const of = results.filter(({ problem }) => texts.has(problem));
    for (const name of names.slice(1)) {
      const ratios = of.flatMap(({ figures }) =>
        figures.filter(({ backend }) => backend === name).map(({ ratio }) => ratio!.value),
      );
      if (ratios.length === 0) continue;
      console.log(`${kind}, ${ratios.length} layers: ${name} takes ${geometricMean(ratios).toFixed(2)} times as long`);
    }
  }
}

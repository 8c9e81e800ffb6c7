/**
 * `pnpm peers <peer> conformance --browser`: the suite in a page of headless Chromium, on a library's graphics backend. Each
 * page runs a few hundred cases, and the next page continues. If a page dies or hangs, the case that it ran has failed.
 */

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { CaseResult, ConformanceReport, Diagnosis, SuiteName } from "../../packages/conformance/src/index.js";
import { runInChromium } from "../browser/run-page.js";
import { BROWSER_PEERS, type BrowserPeer, type BrowserPeerName } from "./browser-peers.js";
import { openFinished } from "./finished-cases.js";
import { installPackages } from "./install.js";
import { failuresToShrink } from "./failures-to-shrink.js";
import { caseKey, type PageMessage, type Shrunk, type Task } from "./page/task.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** The number of cases of one page. */
const PIECE = 200;
/** Milliseconds without a message after which a page counts as dead. The limit of one case is less. */
const PATIENCE = 150_000;

export interface BrowserRun {
  readonly variant: string | undefined;
  readonly suites: readonly SuiteName[];
  readonly only: string | undefined;
  readonly selection: "quick" | "full";
  readonly seed: number;
  readonly random: number | undefined;
  readonly mode: "continue" | "anyway" | "fresh";
  /** Whether cases without an answer run once more, because a busy machine can be the cause. */
  readonly again: boolean;
  readonly onProgress: (done: number, total: number, failed: number) => void;
}

export interface BrowserReport extends ConformanceReport {
  readonly shrunk: readonly Shrunk[];
  /** The number of selected cases that have not run, because the run was interrupted. */
  readonly left: number;
  /** The path of the file with each case's result. */
  readonly file: string;
}

/** Runs the cases that have not run yet. After Ctrl-C it returns the results so far. */
export async function browserConformance(name: BrowserPeerName, run: BrowserRun): Promise<BrowserReport> {
  const { variant, suites, only, selection, seed, random, mode, again, onProgress } = run;
  const peer: BrowserPeer = BROWSER_PEERS[name];
  const packages = installPackages(name, peer.packages);
  const label = variant === undefined ? name : `${name}-${variant}`;
  const page = await bundlePage(peer, packages, cacheFolder(`peers-pages/${label}-${selection}`));
  const folder = cacheFolder("peers-results");
  const file = join(
    folder,
    [label, selection, seed, ...(random === undefined ? [] : [`random${random}`])].join("-").concat(".jsonl"),
  );
  const what = JSON.stringify({
    label,
    selection,
    seed,
    random,
    packages: peer.packages,
    page: hashOf(readFileSync(join(page, "page.js"), "utf8")),
  });
  const finished = openFinished(file, what, mode);
  const isSelected = ({ suite, name: title }: CaseResult): boolean =>
    suites.includes(suite) && title.includes(only ?? "");
  const toRepeat = new Set(again ? finished.results.filter(isSelected).filter(isUnanswered).map(caseKey) : []);
  /** A text that identifies the results for a diagnosis. `undefined` if nothing has failed. */
  const toDiagnose = (): string | undefined => {
    const selected = finished.results.filter(isSelected);
    const failed = selected.filter(({ status }) => status === "failed").map(caseKey);
    return failed.length === 0 ? undefined : hashOf(JSON.stringify([selected.length, ...failed]));
  };

  let [total, left, interrupted] = [0, 1, false];
  while (left > 0) {
    let current: { readonly suite: SuiteName; readonly name: string } | undefined;
    const isWhole = total > 0 && toRepeat.size === 0 && finished.results.filter(isSelected).length >= total;
    const of = isWhole ? toDiagnose() : undefined;
    const isAsked = of !== undefined && finished.diagnosed?.of !== of;
    const task: Task = {
      ...(variant === undefined ? {} : { variant }),
      ...(only === undefined ? {} : { only }),
      ...(random === undefined ? {} : { randomProblems: random }),
      suites,
      selection,
      seed,
      done: finished.results.map(caseKey).filter((key) => !toRepeat.has(key)),
      most: PIECE,
      shrink: failuresToShrink(finished.results, finished.shrunk),
      ...(isAsked ? { diagnose: finished.results.filter(isSelected) } : {}),
    };
    writeFileSync(join(page, "task.json"), JSON.stringify(task));
    const onReport = (content: unknown): void => {
      const message = content as PageMessage;
      if ("device" in message) {
        total = message.total;
        finished.add({ device: message.device });
      } else if ("begin" in message) current = message.begin;
      else if ("left" in message) left = message.left;
      else if ("diagnosis" in message) finished.add({ ...message, of: of! });
      else {
        finished.add(message);
        if ("result" in message) toRepeat.delete(caseKey(message.result));
        current = undefined;
        const results = finished.results.filter(isSelected);
        onProgress(results.length, total, count(results, "failed"));
      }
    };
    try {
      await runInChromium(page, onReport, { modules: join(packages, "node_modules"), patience: PATIENCE });
      // The next page shrinks the failures of this page. A page after the last case makes one diagnosis of all failures.
      left ||= failuresToShrink(finished.results, finished.shrunk).length;
      left ||= toDiagnose() === undefined || toDiagnose() === finished.diagnosed?.of ? 0 : 1;
    } catch (error) {
      const { message } = error as Error;
      if (message === "interrupted") {
        interrupted = true;
        break;
      }
      if (current === undefined && isAsked) {
        finished.add({ diagnosis: { findings: [{ rule: `no diagnosis: ${message}`, certain: false }] }, of: of! });
        continue;
      }
      if (current === undefined) throw error;
      finished.add(diedIn(current, message, toRepeat.has(caseKey(current)) ? [] : finished.results));
      toRepeat.delete(caseKey(current));
    }
  }
  const selected = finished.results.filter(isSelected);
  const diagnosis: Diagnosis | undefined =
    finished.diagnosed && finished.diagnosed.of === toDiagnose() ? finished.diagnosed.diagnosis : undefined;
  return {
    backend: label,
    device: finished.device,
    accuracy: "fast",
    seed,
    counts: {
      passed: count(selected, "passed"),
      failed: count(selected, "failed"),
      untrusted: count(selected, "untrusted"),
      skipped: count(selected, "skipped"),
    },
    worstRatio: selected.reduce((worst, { ratio = 0 }) => Math.max(worst, ratio), 0),
    ...(diagnosis === undefined ? {} : { diagnosis }),
    results: selected,
    shrunk: finished.shrunk,
    left: interrupted ? Math.max(0, total - selected.length) : 0,
    file,
  };
}

/** The result if a page died: the case has failed. If the page died while it shrank a failure, the failure stays as it is. */
function diedIn(
  { suite, name }: { readonly suite: SuiteName; readonly name: string },
  message: string,
  results: readonly CaseResult[],
): { readonly result: CaseResult } | { readonly shrunk: Shrunk } {
  if (results.some((each) => each.suite === suite && each.name === name)) {
    return { shrunk: { suite, name, problem: name, message: `while it was shrunk: ${message}`, tries: 0 } };
  }
  return { result: { suite, name, status: "failed", message: `the page died: ${message}`, milliseconds: PATIENCE } };
}

/** Whether a message is that of the suite or of `diedIn` for a case without an answer. */
function isUnanswered({ status, message = "" }: CaseResult): boolean {
  return status === "failed" && /^(?:no answer within|the page died:) /.test(message);
}

function count(results: readonly CaseResult[], status: CaseResult["status"]): number {
  return results.filter((each) => each.status === status).length;
}

function cacheFolder(name: string): string {
  const folder = fileURLToPath(new URL(`../../.cache/${name}/`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** @returns the folder of the page */
async function bundlePage(peer: BrowserPeer, packages: string, folder: string): Promise<string> {
  await build({
    entryPoints: [join(HERE, "page/page.ts")],
    outfile: join(folder, "page.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
    nodePaths: [join(packages, "node_modules")],
    // The page uses parts of conformance that the package does not export, so it is bundled from the sources.
    conditions: ["convene-source"],
    alias: { "peer-adapter": join(HERE, peer.adapter) },
  });
  copyFileSync(join(HERE, "page/index.html"), join(folder, "index.html"));
  return folder;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/**
 * `pnpm peers <peer> conformance --browser`: the suite in a page of headless Chromium, on a library's graphics backend. A page
 * runs some hundred cases, and the next one goes on; a page that dies or hangs fails the case that it was in.
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
/** Cases for one page. */
const PIECE = 200;
/** Milliseconds without a word, after which a page is taken for dead. The limit of one case is less. */
const PATIENCE = 150_000;

export interface BrowserRun {
  readonly variant: string | undefined;
  readonly suites: readonly SuiteName[];
  readonly only: string | undefined;
  readonly selection: "quick" | "full";
  readonly seed: number;
  readonly random: number | undefined;
  readonly mode: "continue" | "anyway" | "fresh";
  /** Cases that gave no answer, or that the page died in, run once more: a busy machine makes some of them. */
  readonly again: boolean;
  readonly onProgress: (done: number, total: number, failed: number) => void;
}

export interface BrowserReport extends ConformanceReport {
  readonly shrunk: readonly Shrunk[];
  /** Cases of the selection that have not run, because the run was interrupted. */
  readonly left: number;
  /** Where each case's result is kept. */
  readonly file: string;
}

/** Runs what has not run yet. Ctrl-C ends it with what there is. */
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
  /** Which results a diagnosis would be of; `undefined` where nothing has failed. */
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
      // Failures that the page has found are shrunk in the next one, and those of all pages looked into together.
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

/** A case that the page died in has failed; a failure that it died in while it was shrunk stays as it is. */
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

/** As the suite says it, and `diedIn`. */
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

/** @returns the folder, with the page in it */
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
    // The page uses parts of conformance that the package does not export, and one copy of each.
    conditions: ["convene-source"],
    alias: { "peer-adapter": join(HERE, peer.adapter) },
  });
  copyFileSync(join(HERE, "page/index.html"), join(folder, "index.html"));
  return folder;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

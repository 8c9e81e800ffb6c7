/**
 * The playground's work, in the order of requests: it reads a photo, runs a filter or a network on two backends, compares them, and
 * measures again. A newer request ends an older one between two steps. This file uses no screen and no worker, so that tests can use
 * it.
 */

import { networkSize, type NetworkFiles, readFiles } from "../network-files.js";
import { type Backend, ConveneError } from "@convene/core";
import type { Pixels } from "./learn-filters.js";
import type { PhotoSource, PlaygroundEvent, PlaygroundRequest, RunSettings } from "./messages.js";
import type { BackendId } from "./settings.js";
import { createBench, type Bench, Superseded } from "./bench.js";
import { readNetwork, type PhotoNetwork } from "./photo-network.js";
import { runFilter } from "./run-filter.js";
import { runNetwork } from "./run-network.js";

/** A photo that gives its pixels at any size. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  readonly note?: string;
  /**
   * The pixels at a size. `"stretch"`: the whole photo; `"pad"`: the whole photo, with black at two sides; `"crop"`: the middle.
   */
  at(width: number, height: number, fit: "stretch" | "pad" | "crop"): Pixels;
}

/** The host's functions for the session. */
export interface Host {
  /** @throws BackendUnavailableError */
  open(backend: BackendId): Promise<Backend>;
  /** @throws Error with a sentence about the fault of the photo */
  readPhoto(source: PhotoSource): Promise<Photo>;
  post(event: PlaygroundEvent): void;
  /** Waits, so that newer requests can arrive. */
  pause(): Promise<void>;
}

export interface Session {
  /** Handles a request. The promise resolves when the work is done, and never rejects. */
  handle(request: PlaygroundRequest): Promise<void>;
  dispose(): Promise<void>;
}

/** The largest file of a network. Reading it needs twice its bytes. */
const MOST_NETWORK_BYTES = 512 * 2 ** 20;

export function createSession(host: Host): Session {
  const bench: Bench = createBench(host);
  let photo: { readonly photo: Photo; readonly isFrame: boolean } | undefined;
  let network: PhotoNetwork | undefined;
  let settings: RunSettings | undefined;
  let turn = 0;
  let photoTurn = 0;
  let previous: Promise<void> = Promise.resolve();

  const start = (): Promise<void> => {
    const mine = ++turn;
    const check = async (): Promise<void> => {
      await host.pause();
      if (mine !== turn) throw new Superseded();
    };
    const before = previous;
    const runNow = async (): Promise<void> => {
      await before;
      if (mine !== turn || !photo || !settings) return;
      try {
        const given = { bench, host, settings, check, ...photo };
        await (network ? runNetwork({ ...given, network }) : runFilter(given));
      } catch (error) {
        if (!(error instanceof Superseded)) host.post({ kind: "failed", ...wordsOf(error) });
      }
      if (mine !== turn) return;
      host.post({ kind: "doing", what: "", blocking: false });
      host.post({ kind: "done" });
    };
    previous = runNow();
    return previous;
  };

  const takePhoto = async (source: PhotoSource): Promise<void> => {
    const mine = ++photoTurn;
    try {
      if (source.kind !== "frame") host.post({ kind: "doing", what: "Reading the photo", blocking: false });
      const read = await host.readPhoto(source);
      if (mine !== photoTurn) return;
      photo = { photo: read, isFrame: source.kind === "frame" };
      if (source.kind !== "frame") bench.forgetLearnt();
      const { width, height, note } = read;
      host.post({ kind: "photo", width, height, ...(note !== undefined && { note }) });
    } catch (error) {
      if (mine !== photoTurn) return;
      host.post({ kind: "photo-failed", message: messageOf(error) });
      host.post({ kind: "doing", what: "", blocking: false });
      return;
    }
    await start();
  };

  const takeNetwork = async (files: NetworkFiles): Promise<void> => {
    const { name } = files;
    host.post({ kind: "doing", what: `Reading ${name}`, blocking: false });
    try {
      const size = networkSize(files);
      if (size > MOST_NETWORK_BYTES) {
        throw new Error(
          `The network has ${Math.round(size / 2 ** 20)} MiB, and a tab should not read more than ${MOST_NETWORK_BYTES / 2 ** 20}. Run it in Node: convene run model.onnx.`,
        );
      }
      const { bytes, external } = await readFiles(files);
      const read = readNetwork(bytes, external);
      network = read;
      host.post({ kind: "network", name, about: read.about, isBlazeFace: read.isBlazeFace });
    } catch (error) {
      host.post({ kind: "network-failed", name, message: messageOf(error) });
      host.post({ kind: "doing", what: "", blocking: false });
      return;
    }
    await start();
  };

  return {
    async handle(request) {
      if (request.kind === "photo") return takePhoto(request.source);
      if (request.kind === "network") return takeNetwork(request);
      if (request.kind === "no-network") network = undefined;
      else settings = request.settings;
      return start();
    },
    async dispose() {
      turn++;
      photoTurn++;
      await previous;
      await bench.dispose();
    },
  };
}

/** An error in words for the page: the fault, and the remedy if the error has one. */
export function wordsOf(error: unknown): { readonly message: string; readonly remedy?: string } {
  const { remedy, reason } = (error ?? {}) as { readonly remedy?: unknown; readonly reason?: unknown };
  const message = typeof reason === "string" ? `It cannot run here: ${reason}.` : messageOf(error);
  if (typeof remedy === "string") return { message, remedy: `${remedy}.` };
  if (error instanceof ConveneError && error.code === "ERR_SHAPE") {
    return {
      message: `${message}.`,
      remedy: "Choose another padding, a smaller kernel or dilation, or a larger photo.",
    };
  }
  return { message };
}

/** The message: one line for most errors, and the first lines for a list of faults. */
function messageOf(error: unknown): string {
  if (error instanceof ConveneError || error instanceof Error) {
    const lines = error.message.split("\n");
    return lines.length > 8 ? `${lines.slice(0, 8).join("\n")}\n…` : error.message;
  }
  return String(error);
}

/** The content of the playground, as signals. Events of the worker set them, and the state of the address is sent to the worker. */

import { computed, effect, signal } from "@preact/signals";
import { setState, stateOf } from "../address/address.js";
import { type NetworkFiles, sortFiles } from "../network-files.js";
import { type Camera, openCamera } from "./camera.js";
import { connect, type Connection, type WorkerLike } from "./connection.js";
import { resizeKernel } from "./custom-kernel.js";
import type { Difference } from "./difference.js";
import type { Picture } from "./display.js";
import type {
  Computed,
  NetworkAnswer,
  PhotoSource,
  Place,
  PlaygroundEvent,
  RunFacts,
  RunSettings,
} from "./messages.js";

/** Words about the present photo. */
export interface PhotoInfo {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly note?: string;
}

export type SideState =
  | { readonly facts: RunFacts; readonly median?: number; readonly runs?: number }
  | { readonly failed: string; readonly remedy?: string };

export const photoInfo = signal<PhotoInfo | undefined>(undefined);
/** The fault of the last photo, camera or network. The one before it stays in use. */
export const inputError = signal("");
export const networkInfo = signal<
  { readonly name: string; readonly about: string; readonly isBlazeFace: boolean } | undefined
>(undefined);
export const pictures = signal<Readonly<Partial<Record<Place | "difference", Picture>>>>({});
export const sides = signal<Readonly<Partial<Record<Place, SideState>>>>({});
export const computedFacts = signal<Computed | undefined>(undefined);
export const difference = signal<Difference | undefined>(undefined);
export const answer = signal<NetworkAnswer | undefined>(undefined);
/** A fault of the whole run. */
export const runError = signal<{ readonly message: string; readonly remedy?: string } | undefined>(undefined);
export const doing = signal("");
export const cameraIsOn = signal(false);
/** The number of complete runs. A change makes a screen reader read the result. */
export const finished = signal(0);

const SCENE: PhotoSource = { kind: "scene" };
const SCENE_NAME = "Houses at a canal (drawn by this page)";
let connection: Connection | undefined;
let camera: Camera | undefined;
/** The source of the photo. It is kept while another view is shown. */
let source: { readonly source: PhotoSource; readonly name: string } = { source: SCENE, name: SCENE_NAME };
let network: NetworkFiles | undefined;

const state = stateOf("playground");
/** The settings of a run, without the place of the divider. They are a string, so that equal settings run once. */
const settings = computed(() => {
  const { split: _split, custom, ...rest } = state.value;
  return JSON.stringify({ ...rest, custom: resizeKernel(custom, rest.kernel) } satisfies RunSettings);
});

/** Starts the worker, and sends it the settings of the address. @returns a function that ends this */
export function startPlayground(): () => void {
  const start = (): WorkerLike =>
    new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "playground",
    }) as unknown as WorkerLike;
  const own = connect(start, hear);
  connection = own;
  if (network) own.network(network);
  own.photo(source.source);
  const end = effect(() => {
    const next = JSON.parse(settings.value) as RunSettings;
    runError.value = undefined;
    own.run(next);
  });
  return () => {
    end();
    stopCamera();
    own.close();
    connection = undefined;
  };
}

/** Files that were dropped, pasted or chosen: a network with files of its weights, and a photo; or the first of each. */
export function takeFiles(files: Iterable<File>): void {
  const all = [...files];
  const { network: given, others, left: networks } = sortFiles(all);
  inputError.value = "";
  if (given) {
    network = given;
    connection?.network(given);
  }
  const [photo] = others;
  if (photo) takePhoto({ kind: "file", file: photo, name: photo.name }, photo.name || "Pasted photo");
  const left = [...networks, ...others.slice(1)];
  if (left.length > 0)
    inputError.value = `One photo and one network at a time: ${left.map(({ name }) => name).join(", ")} was left out.`;
  if (all.length === 0) inputError.value = "What was dropped or pasted is no file. A photo or an ONNX file works.";
}

export function takeScene(): void {
  inputError.value = "";
  takePhoto(SCENE, SCENE_NAME);
}

function takePhoto(next: PhotoSource, name: string): void {
  stopCamera();
  source = { source: next, name };
  connection?.photo(next);
}

export function removeNetwork(): void {
  network = undefined;
  networkInfo.value = undefined;
  answer.value = undefined;
  connection?.noNetwork();
}

export function stopRun(): void {
  connection?.stop();
}

export async function startCamera(): Promise<void> {
  inputError.value = "";
  try {
    camera = await openCamera(() => {
      stopCamera();
      inputError.value = "The camera stopped by itself. The last frame stays.";
    });
    cameraIsOn.value = true;
    await nextFrame();
  } catch (error) {
    stopCamera();
    inputError.value = error instanceof Error ? error.message : String(error);
  }
}

export function stopCamera(): void {
  camera?.stop();
  camera = undefined;
  cameraIsOn.value = false;
}

/** Milliseconds until the next question to a camera that has no frame yet. */
const FRAME_LATER = 100;

async function nextFrame(): Promise<void> {
  const own = camera;
  const bitmap = await own?.frame(state.peek().size);
  if (own !== camera || !own) return bitmap?.close();
  if (bitmap) connection?.photo({ kind: "frame", bitmap });
  else setTimeout(() => void nextFrame(), FRAME_LATER);
}

function hear(event: PlaygroundEvent): void {
  switch (event.kind) {
    case "photo": {
      const { kind: _kind, ...size } = event;
      photoInfo.value = { name: cameraIsOn.value ? "Camera" : source.name, ...size };
      break;
    }
    case "photo-failed":
      stopCamera();
      inputError.value = event.message;
      break;
    case "network":
      networkInfo.value = event;
      break;
    case "network-failed":
      // The earlier network stays in the worker, so its name stays here.
      inputError.value = `${event.name}: ${event.message}`;
      break;
    case "doing":
      doing.value = event.what;
      break;
    case "computed":
      runError.value = undefined;
      computedFacts.value = event.computed;
      sides.value = {};
      answer.value = undefined;
      break;
    case "picture":
      pictures.value = { ...pictures.peek(), [event.place]: event.picture };
      break;
    case "facts":
      sides.value = { ...sides.peek(), [event.facts.place]: { facts: event.facts } };
      break;
    case "times": {
      const side = sides.peek()[event.place];
      if (side && "facts" in side)
        sides.value = { ...sides.peek(), [event.place]: { ...side, median: event.median, runs: event.runs } };
      break;
    }
    case "answer":
      answer.value = event.answer;
      break;
    case "difference":
      difference.value = event.difference;
      if (!event.difference || networkInfo.peek()) withoutPicture("difference");
      finished.value++;
      break;
    case "failed": {
      const { place, message, remedy } = event;
      const words = remedy === undefined ? {} : { remedy };
      if (place === undefined) {
        // The old result belongs to another photo or to other settings, so it is removed.
        runError.value = { message, ...words };
        pictures.value = {};
        sides.value = {};
        computedFacts.value = undefined;
        difference.value = undefined;
      } else {
        sides.value = { ...sides.peek(), [place]: { failed: message, ...words } };
        withoutPicture(place);
      }
      break;
    }
    case "done":
      if (camera) void nextFrame();
      break;
  }
}

function withoutPicture(place: Place | "difference"): void {
  const { [place]: _gone, ...rest } = pictures.peek();
  pictures.value = rest;
}

/** Changes settings. If the kernel size changes, the custom weights change with it. */
export function change(next: Partial<typeof state.value>): void {
  const { kernel } = next;
  setState("playground", kernel === undefined ? next : { ...next, custom: resizeKernel(state.peek().custom, kernel) });
}

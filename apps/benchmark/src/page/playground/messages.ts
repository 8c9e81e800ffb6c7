/** What the page and its worker say to each other. Everything here can be cloned. */

import type { Score, Summary } from "../../engine/top.js";
import type { Face } from "./blaze-face.js";
import type { Difference } from "./difference.js";
import type { Picture } from "./display.js";
import type { BackendId, Display, FilterSettings, Scaling, Side } from "./settings.js";

/** Where a photo comes from. */
export type PhotoSource =
  | { readonly kind: "scene" }
  | { readonly kind: "file"; readonly file: Blob; readonly name: string }
  /** Of a camera: closed by who reads it. */
  | { readonly kind: "frame"; readonly bitmap: ImageBitmap };

/** All that a run depends on, but for the photo and the network. */
export interface RunSettings extends FilterSettings {
  readonly left: Side;
  readonly right: Side;
  /** The longest side that the photo is computed at, in pixels. */
  readonly size: number;
  /** `"auto"`: the filter's own. */
  readonly display: Display | "auto";
  /** One feature of several, from 0; −1 for all together. */
  readonly feature: number;
  /** Multiplies what is shown. */
  readonly gain: number;
  /** Multiplies the difference, as a power of two. */
  readonly amplify: number;
  /** What the photo's values become before a network reads them. */
  readonly scaling: Scaling;
}

/** To the worker. A later request of a kind takes the place of an earlier one. */
export type PlaygroundRequest =
  | { readonly kind: "photo"; readonly source: PhotoSource }
  | { readonly kind: "network"; readonly file: Blob; readonly name: string }
  | { readonly kind: "no-network" }
  | { readonly kind: "run"; readonly settings: RunSettings };

export type Place = "left" | "right";

/** What ran, and in which circumstances. */
export interface RunFacts {
  readonly place: Place;
  readonly backend: BackendId;
  /** The backend's own words for what it runs on. */
  readonly device: string;
  /** The algorithm of each layer; a network's are too many, and left out. */
  readonly algorithms: readonly string[];
  /** Milliseconds to plan and to pack weights. */
  readonly prepare: number;
  /** Milliseconds of the first run. */
  readonly first: number;
}

/** What was computed. */
export interface Computed {
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Multiply-accumulates. */
  readonly macs: number;
  readonly parameters: number;
  readonly layers: number;
  /** Features that can be shown by themselves. */
  readonly features: number;
}

/** What a network said of the photo. */
export interface NetworkAnswer {
  /** Left out where the network is not BlazeFace. */
  readonly faces?: readonly Face[];
  /** What stands out of each output. */
  readonly outputs: readonly {
    readonly name: string;
    readonly dims: readonly number[];
    /** Its largest values, where it looks like scores of classes. */
    readonly top?: readonly Score[];
    readonly summary: Summary;
  }[];
}

/** From the worker. */
export type PlaygroundEvent =
  | { readonly kind: "photo"; readonly width: number; readonly height: number; readonly note?: string }
  | { readonly kind: "photo-failed"; readonly message: string }
  | { readonly kind: "network"; readonly name: string; readonly about: string; readonly isBlazeFace: boolean }
  | { readonly kind: "network-failed"; readonly name: string; readonly message: string }
  /** What is being done now; nothing any more where it is empty. */
  | { readonly kind: "doing"; readonly what: string; readonly blocking: boolean }
  | { readonly kind: "computed"; readonly computed: Computed }
  | { readonly kind: "picture"; readonly place: Place | "difference"; readonly picture: Picture }
  | { readonly kind: "facts"; readonly facts: RunFacts }
  | { readonly kind: "times"; readonly place: Place; readonly median: number; readonly runs: number }
  | { readonly kind: "answer"; readonly answer: NetworkAnswer }
  | { readonly kind: "difference"; readonly difference: Difference | undefined }
  /** A side, or all of the run where there is no place, failed. */
  | { readonly kind: "failed"; readonly place?: Place; readonly message: string; readonly remedy?: string }
  /** All of the last run is there; a camera's next frame may come. */
  | { readonly kind: "done" };

/** The messages between the page and its worker. All of them can be cloned. */

import type { NetworkFiles } from "../network-files.js";
import type { Score, Summary } from "../../engine/top.js";
import type { Face } from "./blaze-face.js";
import type { Difference } from "./difference.js";
import type { Picture } from "./display.js";
import type { BackendId, Display, FilterSettings, Scaling, Side } from "./settings.js";

/** The source of a photo. */
export type PhotoSource =
  | { readonly kind: "scene" }
  | { readonly kind: "file"; readonly file: Blob; readonly name: string }
  /** A frame of a camera. Its reader closes the bitmap. */
  | { readonly kind: "frame"; readonly bitmap: ImageBitmap };

/** All settings of a run, without the photo and the network. */
export interface RunSettings extends FilterSettings {
  readonly left: Side;
  readonly right: Side;
  /** The longest side of the photo for the computation, in pixels. */
  readonly size: number;
  /** The display. `"auto"` is the filter's own. */
  readonly display: Display | "auto";
  /** The shown feature, from 0, or −1 for all together. */
  readonly feature: number;
  /** A factor on the shown values. */
  readonly gain: number;
  /** A factor on the difference, as a power of two. */
  readonly amplify: number;
  /** The scaling of the photo's values for a network. */
  readonly scaling: Scaling;
}

/** A request to the worker. A later request of a kind replaces an earlier one. */
export type PlaygroundRequest =
  | { readonly kind: "photo"; readonly source: PhotoSource }
  | ({ readonly kind: "network" } & NetworkFiles)
  | { readonly kind: "no-network" }
  | { readonly kind: "run"; readonly settings: RunSettings };

export type Place = "left" | "right";

/** Facts about a run, and its circumstances. */
export interface RunFacts {
  readonly place: Place;
  readonly backend: BackendId;
  /** The backend's own words for its device. */
  readonly device: string;
  /** The algorithm of each layer. Left out for a network, which has too many layers. */
  readonly algorithms: readonly string[];
  /** Milliseconds to plan and to pack weights. */
  readonly prepare: number;
  /** Milliseconds of the first run. */
  readonly first: number;
}

/** The result of a run. */
export interface Computed {
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** The number of multiply-accumulates. */
  readonly macs: number;
  readonly parameters: number;
  readonly layers: number;
  /** The number of features that can be shown one at a time. */
  readonly features: number;
}

/** A network's result for the photo. */
export interface NetworkAnswer {
  /** The faces. Left out if the network is not BlazeFace. */
  readonly faces?: readonly Face[];
  /** A summary of each output. */
  readonly outputs: readonly {
    readonly name: string;
    readonly dims: readonly number[];
    /** The largest values, if the output looks like scores of classes. */
    readonly top?: readonly Score[];
    readonly summary: Summary;
  }[];
}

/** An event from the worker. */
export type PlaygroundEvent =
  | { readonly kind: "photo"; readonly width: number; readonly height: number; readonly note?: string }
  | { readonly kind: "photo-failed"; readonly message: string }
  | { readonly kind: "network"; readonly name: string; readonly about: string; readonly isBlazeFace: boolean }
  | { readonly kind: "network-failed"; readonly name: string; readonly message: string }
  /** The present work. An empty text means that there is none. */
  | { readonly kind: "doing"; readonly what: string; readonly blocking: boolean }
  | { readonly kind: "computed"; readonly computed: Computed }
  | { readonly kind: "picture"; readonly place: Place | "difference"; readonly picture: Picture }
  | { readonly kind: "facts"; readonly facts: RunFacts }
  | { readonly kind: "times"; readonly place: Place; readonly median: number; readonly runs: number }
  | { readonly kind: "answer"; readonly answer: NetworkAnswer }
  | { readonly kind: "difference"; readonly difference: Difference | undefined }
  /** A side failed. Without a place, the whole run failed. */
  | { readonly kind: "failed"; readonly place?: Place; readonly message: string; readonly remedy?: string }
  /** The last run is complete, and a camera's next frame may come. */
  | { readonly kind: "done" };

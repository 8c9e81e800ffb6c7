/** The views, in the order of the navigation. A view's code is loaded when the view is first shown. Its fields are always loaded. */

import type { ComponentType } from "preact";
import type { Fields } from "./address/codec.js";
import { COMPARE_FIELDS } from "./compare/fields.js";
import { EXPLAIN_FIELDS } from "./explain/fields.js";
import { PLAYGROUND_FIELDS } from "./playground/fields.js";

export interface View {
  readonly title: string;
  /** One line for the head of the view. */
  readonly about: string;
  /** The fields of the view in an address. */
  readonly fields: Fields;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

export const VIEWS = {
  compare: {
    title: "Compare",
    about: "Which backend is fastest here, on these layers, among those that compute the right numbers.",
    fields: COMPARE_FIELDS,
    load: () => import("./compare/compare-view.js"),
  },
  explain: {
    title: "Explain",
    about: "What a grouped convolution computes, one multiplication after another.",
    fields: EXPLAIN_FIELDS,
    load: () => import("./explain/explain-view.js"),
  },
  playground: {
    title: "Playground",
    about: "A photo through a filter, on two backends side by side.",
    fields: PLAYGROUND_FIELDS,
    load: () => import("./playground/playground-view.js"),
  },
} as const satisfies Readonly<Record<string, View>>;

export type ViewName = keyof typeof VIEWS;

/** The view of an address without a name: it shows something before anything is computed. */
export const FIRST_VIEW: ViewName = "explain";

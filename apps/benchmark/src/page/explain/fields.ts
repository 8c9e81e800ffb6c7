/** What an address holds of the explain view. */

import { conv2dProblem } from "@convene/core";
import { problem } from "../address/field.js";
import type { Fields } from "../address/codec.js";

/** The textbook example: 128 filters of 3x3 over a 7x7x3 image. */
export const TEXTBOOK = conv2dProblem({ ic: 3, ih: 7, oc: 128, kh: 3 });

export const EXPLAIN_FIELDS = { problem: problem(TEXTBOOK) } as const satisfies Fields;

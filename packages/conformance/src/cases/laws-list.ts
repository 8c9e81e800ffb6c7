/**
 * The laws. Their operands are small integers, so that both sides must be equal bit for bit, and each side is something
 * that the backend computed, or a plain loop over the operands: none of them asks the reference.
 */

import { ORDER_LAWS } from "./laws-order.js";
import { PLACE_LAWS } from "./laws-places.js";
import { REWRITING_LAWS } from "./laws-rewriting.js";
import type { Law } from "./laws-runner.js";
import { SUM_LAWS } from "./laws-sums.js";

export const LAWS: readonly Law[] = [...SUM_LAWS, ...PLACE_LAWS, ...REWRITING_LAWS, ...ORDER_LAWS];

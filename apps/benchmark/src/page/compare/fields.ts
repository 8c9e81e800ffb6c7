/** What an address holds of the compare view. */

import type { Fields } from "../address/codec.js";

export const COMPARE_FIELDS = {} as const satisfies Fields;

/** What an address holds of the playground view. */

import type { Fields } from "../address/codec.js";

export const PLAYGROUND_FIELDS = {} as const satisfies Fields;

/** Backends with one planted fault each. If the suite passes one of them, it is the suite that is wrong. */

import { EPILOGUE_FAULTS } from "./epilogue-faults.js";
import type { Fault } from "./faulty-backend.js";
import { INDEXING_FAULTS } from "./indexing-faults.js";
import { ROUNDING_FAULTS } from "./rounding-faults.js";
import { STATE_FAULTS } from "./state-faults.js";

export const FAULTS: readonly Fault[] = [...INDEXING_FAULTS, ...EPILOGUE_FAULTS, ...STATE_FAULTS, ...ROUNDING_FAULTS];

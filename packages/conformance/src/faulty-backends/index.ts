/** Backends with one planted fault each. If one of them passes the suite, the suite is wrong. */

import { ADDRESSING_FAULTS } from "./addressing-faults.js";
import { CACHE_FAULTS } from "./cache-faults.js";
import { CHANNEL_FAULTS } from "./channel-faults.js";
import { CONTRACT_FAULTS } from "./contract-faults.js";
import { EPILOGUE_FAULTS } from "./epilogue-faults.js";
import type { Fault } from "./faulty-backend.js";
import { GEOMETRY_FAULTS } from "./geometry-faults.js";
import { INTO_FAULTS } from "./into-faults.js";
import { KNOWN_FAULT_FAULTS } from "./known-fault-faults.js";
import { MEMORY_FAULTS } from "./memory-faults.js";
import { NORMALIZATION_FAULTS } from "./normalization-faults.js";
import { OPERATION_MOVEMENT_FAULTS } from "./operation-movement-faults.js";
import { OPERATION_STATE_FAULTS } from "./operation-state-faults.js";
import { OPERATION_VALUE_FAULTS } from "./operation-value-faults.js";
import { OPERATION_WINDOW_FAULTS } from "./operation-window-faults.js";
import { QUEUE_FAULTS } from "./queue-faults.js";
import { ROUNDING_FAULTS } from "./rounding-faults.js";
import { STATE_FAULTS } from "./state-faults.js";
import { TILE_FAULTS } from "./tile-faults.js";
import { WINOGRAD_FAULTS } from "./winograd-faults.js";

export const FAULTS: readonly Fault[] = [
  ...GEOMETRY_FAULTS,
  ...CHANNEL_FAULTS,
  ...ADDRESSING_FAULTS,
  ...TILE_FAULTS,
  ...KNOWN_FAULT_FAULTS,
  ...WINOGRAD_FAULTS,
  ...EPILOGUE_FAULTS,
  ...ROUNDING_FAULTS,
  ...STATE_FAULTS,
  ...CACHE_FAULTS,
  ...MEMORY_FAULTS,
  ...INTO_FAULTS,
  ...QUEUE_FAULTS,
  ...CONTRACT_FAULTS,
  ...OPERATION_WINDOW_FAULTS,
  ...OPERATION_MOVEMENT_FAULTS,
  ...OPERATION_VALUE_FAULTS,
  ...NORMALIZATION_FAULTS,
  ...OPERATION_STATE_FAULTS,
];

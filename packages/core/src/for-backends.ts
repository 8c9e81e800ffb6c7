/**
 * @convene/core/backend: the parts that only the author of a backend, or of a reader of files, needs beside
 * `@convene/core`. A program that runs networks imports nothing from here. Each name stands in one of the two entries:
 * `Backend`, the problems and the errors are in `@convene/core`, because programs name them too.
 *
 * @packageDocumentation
 */

export { activationRange, isClamp } from "./activation.js";
export type { BackendImplementation, OperationPlanImplementation, PlanImplementation } from "./backend.js";
// For the factories of backends, so that they refuse bad options with the same words.
export { checkBoolean, checkInteger, checkKeys, checkOneOf } from "./check.js";
export { defineBackend } from "./define-backend.js";
export { type MemoryPlan, planMemory, type SizedLifetime } from "./memory-plan.js";
// Also for the factories of backends: a limit on the time that opening may take.
export { limitOpening, OPENING_LIMIT } from "./opening-limit.js";
export { OPERATION_KINDS } from "./operations/operation-problem.js";
export { type UpsampleSources, upsampleSources } from "./operations/upsample-sources.js";
export { transpose } from "./tensor.js";

/** A network as another library runs whole ones: from a file of its own format, in one session, fused as that library fuses. */

import type { Backend, Tensor } from "@convene/core";
import type { Workload } from "./workloads/workload.js";

/** A network that is ready to run. Inputs and outputs by the network's names. */
export interface OwnNetwork {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): void;
}

/**
 * @param backend that the same library has been opened as
 * @returns `undefined` where the library cannot have this network whole: then it runs layer by layer, as any backend
 */
export type PrepareNetwork = (
  backend: Backend,
  chain: NonNullable<Workload["chain"]>,
) => Promise<OwnNetwork | undefined>;

/** A whole network in another library's own way: from a file of its own format, in one session, with the library's own fusing. */

import type { Backend, Tensor } from "@convene/core";
import type { Workload } from "./workloads/workload.js";

/** A network that is ready to run. Inputs and outputs by the network's names. */
export interface OwnNetwork {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): void;
}

/**
 * @param backend the open backend of the same library
 * @returns `undefined` if the library cannot run this network as a whole. Then it runs layer by layer, as any backend does
 */
export type PrepareNetwork = (
  backend: Backend,
  chain: NonNullable<Workload["chain"]>,
) => Promise<OwnNetwork | undefined>;

/**
 * Compares a network that a library runs as a whole with the float64 reference, end to end. The checks of single layers do not cover
 * the library's session.
 */

import { messageOf, referenceBackend, thrownOf } from "@convene/conformance";
import { randomUniform, type Tensor, toLayout } from "@convene/core";
import type { Verdict } from "../compare-report.js";
import type { OpenBackend } from "../open-backends.js";
import { breathe, settle, UnsettledError, type Waiting } from "../settle.js";
import type { Workload } from "../workloads/index.js";
import { runLayers, valueOf } from "./check-network.js";

type Chain = NonNullable<Workload["chain"]>;

/**
 * The largest error of an output, as a share of the range of all outputs of its name. A theoretical bound grows tenfold with each
 * layer, and is useless after fifty layers. Rounding stays a hundred times below this number, and a wrong layer is far above it.
 */
export const TOLERANCE = 1e-4;
const SEED = 1;

export interface CheckOwnNetworksOptions {
  readonly waiting: Waiting;
  /** Milliseconds without an answer, after which a check has failed. */
  readonly limit?: number | undefined;
  readonly onVerdict: (verdict: Verdict) => void;
  readonly onProblem: (text: string) => void;
}

/** Checks the backends that run a network as a whole. Others are ignored, because their layers were checked. */
export async function checkOwnNetworks(
  workload: string,
  chain: Chain,
  backends: readonly OpenBackend[],
  { waiting, limit, onVerdict, onProblem }: CheckOwnNetworksOptions,
): Promise<void> {
  const own = backends.filter(({ prepareNetwork }) => prepareNetwork !== undefined);
  if (own.length === 0) return;
  onProblem("end to end");
  const inputs = Object.fromEntries(
    Object.entries(chain.inputShapes).map(([name, shape], index) => [
      name,
      randomUniform(shape, { seed: SEED + index, min: -1, max: 1 }),
    ]),
  );
  const expected = await referenceOutputs(chain, inputs, waiting);
  for (const { name, backend, prepareNetwork } of own) {
    const where = { workload, problem: "end to end", a: name } as const;
    try {
      const network = await settle(waiting, () => prepareNetwork!(backend, chain), { limit });
      if (!network) continue;
      try {
        const given = await settle(waiting, () => network.run(inputs), { limit });
        onVerdict({ ...where, ...compareOutputs(expected, given) });
      } finally {
        network.dispose();
      }
    } catch (error) {
      await breathe(waiting);
      const thrown = error instanceof UnsettledError ? undefined : thrownOf(error, "prepareNetwork");
      onVerdict({ ...where, status: "failed", message: messageOf(error), ...(thrown && { thrown }) });
    }
  }
}

/** The reference's outputs, by name, in NCHW. */
export async function referenceOutputs(
  { network, inputShapes }: Chain,
  inputs: Readonly<Record<string, Tensor>>,
  waiting: Waiting,
): Promise<ReadonlyMap<string, Float32Array>> {
  const problems = network.problems(inputShapes);
  const given = network.inputs.map((name) => inputs[name]!);
  const reference = await referenceBackend();
  const values = await runLayers(reference, network.layers, problems, given, () => breathe(waiting));
  await reference.dispose();
  return new Map(network.outputs.map(({ name, value }) => [name, valueOf(values, value)]));
}

/**
 * Compares each output with the reference. Pure. The message is about the element with the largest error.
 *
 * @param floors for some outputs a difference that is allowed in any case
 */
export function compareOutputs(
  expected: ReadonlyMap<string, Float32Array>,
  given: Readonly<Record<string, Tensor>>,
  floors: ReadonlyMap<string, number> = new Map(),
): Pick<Verdict, "status" | "errorOverBound" | "message"> {
  let worst = 0;
  let message: string | undefined;
  for (const [name, right] of expected) {
    const tensor = given[name];
    const found = tensor && toLayout(tensor, "nchw").data;
    if (found?.length !== right.length) {
      const length = found === undefined ? "missing" : `of ${found.length} elements`;
      return { status: "disagrees", message: `the output ${name} is ${length}; expected ${right.length} elements` };
    }
    const [low, high] = [right.reduce((a, b) => Math.min(a, b)), right.reduce((a, b) => Math.max(a, b))];
    const allowed = Math.max(TOLERANCE * Math.max(high - low, Math.abs(high)), floors.get(name) ?? 0);
    for (const [index, value] of found.entries()) {
      // If all outputs are zero, nothing is allowed, and a zero is right.
      const off = value === right[index] ? 0 : Math.abs(value - right[index]!) / allowed;
      // NaN counts as the largest error.
      const ratio = Number.isNaN(off) ? Infinity : off;
      if (ratio <= worst) continue;
      worst = ratio;
      if (ratio > 1)
        message = `element ${index} of the output ${name} is ${value}; expected ${right[index]}, and at most ${TOLERANCE} of the outputs' range off`;
    }
  }
  if (message === undefined) return { status: "agrees", errorOverBound: worst };
  return { status: "disagrees", ...(Number.isFinite(worst) && { errorOverBound: worst }), message };
}

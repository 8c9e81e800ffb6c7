/**
 * jax-js behind the Backend interface, on its default device. jax-js only pads with zeros.
 */

import {
  type Backend,
  type BackendFeatures,
  type Conv2dProblem,
  type Support,
  tensor,
  toLayout,
  weightShape,
} from "@convene/core";
import { activationRange, defineBackend } from "@convene/core/backend";
import { createHolders, type Holder } from "./holders.js";
import type { Jax, JaxArray } from "./jax-types.js";
import { createPendingReads } from "./pending-reads.js";
import { PEERS } from "./peers.js";

type TensorHolder = Holder<JaxArray>;

export interface JaxOptions {
  readonly name: string;
  /** The text about its engine, after the version. */
  readonly engine: string;
  readonly features: Pick<BackendFeatures, "nonFinite" | "subnormals">;
  /** Throws errors that the library only printed on the console. */
  readonly check?: () => Promise<void>;
}

/** @param jax the library, with its device started and set as the default */
export function jaxBackend(jax: Jax, { name, engine, features, check = async () => undefined }: JaxOptions): Backend {
  const { numpy: np } = jax;
  const holders = createHolders<JaxArray>();
  const { replace } = holders;
  const plans = new Set<{ dispose(): void }>();
  const reads = createPendingReads();
  let queue = Promise.resolve();
  /** Queues an operation. jax-js only records operations, and runs them when somebody asks for the result. So the queue asks. */
  const enqueue = (result: JaxArray): void => {
    const computed = async (): Promise<void> => {
      await result.blockUntilReady();
      result.dispose();
    };
    queue = queue.then(computed);
    // The next read or sync awaits the queue, and rejects. Until then the rejection must not count as unhandled.
    queue.catch(() => undefined);
  };
  return defineBackend<TensorHolder>({
    name,
    device: `jax-js ${PEERS["jax-js"].packages["@jax-js/jax"]} ${engine}`,
    features: { ...features, supports },
    allocate: holders.allocate,
    free: holders.free,
    upload(source, target) {
      replace(target, np.array(toLayout(source, "nchw").data.slice(), { shape: source.shape }));
    },
    async read({ value }, shape, layout) {
      if (!value) throw new Error("read before anything was written");
      const held = value.ref;
      const checked = async (): Promise<Float32Array> => {
        const values = await held.data();
        await check();
        return values;
      };
      // The check is a part of the read, because a `sync` that is called behind the read waits for all of the read.
      const data = await reads.add(queue.then(checked));
      return toLayout(tensor(data, shape, { layout: "nchw" }), layout);
    },
    async prepareConv2d(problem, { weight, bias }) {
      const filter = np.array(weight.slice(), { shape: weightShape(problem) });
      const biases = bias && np.array(bias.slice(), { shape: [1, problem.oc, 1, 1] });
      const constants = biases ? [filter, biases] : [filter];
      const convolve = jax.jit((x, ...others) => convolution(jax, problem, x!, others));
      const plan = {
        algorithm: "convGeneralDilated",
        run(input: TensorHolder, output: TensorHolder, residual: TensorHolder | undefined) {
          const operands = [input.value!, ...constants, ...(residual ? [residual.value!] : [])];
          const result = convolve(...operands.map((each) => each.ref));
          enqueue(result.ref);
          replace(output, result);
        },
        dispose() {
          plans.delete(plan);
          convolve.dispose();
          for (const each of constants) each.dispose();
        },
      };
      plans.add(plan);
      return plan;
    },
    async sync() {
      await queue;
      await reads.settled();
      await check();
    },
    async dispose() {
      await queue.catch(() => undefined);
      holders.dispose();
      for (const plan of plans) plan.dispose();
    },
  });
}

function supports(p: Conv2dProblem): Support {
  if (p.paddingMode !== "zeros" && p.pt + p.pl + p.pb + p.pr > 0) {
    return { reason: `paddingMode "${p.paddingMode}": jax-js pads with zeros` };
  }
  return true;
}

/** The convolution. `others` are filter, bias and residual in this order, if the problem has them. */
function convolution(jax: Jax, p: Conv2dProblem, x: JaxArray, others: readonly JaxArray[]): JaxArray {
  const [filter, ...added] = others;
  let y = jax.lax.convGeneralDilated(
    x,
    filter!,
    [p.sh, p.sw],
    [
      [p.pt, p.pb],
      [p.pl, p.pr],
    ],
    { rhsDilation: [p.dh, p.dw], featureGroupCount: p.g },
  );
  for (const each of added) y = jax.numpy.add(y, each);
  if (!p.activation) return y;
  const [min, max] = activationRange(p.activation).map((bound) => (Number.isFinite(bound) ? bound : undefined));
  return jax.numpy.clip(y, min, max);
}

/**
 * tfjs behind the Backend interface, for any of its backends. tfjs has standard and depthwise convolutions, pads with zeros or by
 * reflection, and takes a stride or a dilation, but not both.
 */

import { type Backend, type BackendFeatures, type Conv2dProblem, type Support, tensor, toLayout } from "@convene/core";
import { activationRange, defineBackend, OPERATION_KINDS } from "@convene/core/backend";
import type { Tf, TfPads, TfTensor } from "./tfjs-types.js";
import { createHolders, type Holder } from "./holders.js";
import { createPendingReads } from "./pending-reads.js";
import { hasSamePads, NOT_SAME } from "./same-pads.js";
import { operation, supportsOperation } from "./tfjs-operations.js";

export interface TfjsOptions {
  /** tfjs's name of the backend. */
  readonly backend: "cpu" | "wasm" | "webgl" | "webgpu";
  /** The text about its engine, after the version and the backend's name. */
  readonly engine: string;
  readonly features: Pick<BackendFeatures, "nonFinite" | "subnormals">;
  /** Waits for the work, if tfjs returns before the work is done. */
  readonly sync?: () => Promise<void>;
  /** Throws errors that tfjs only printed on the console. */
  readonly check?: () => Promise<void>;
  /** Whether calls use tfjs's word `"same"` instead of the sizes of pads. Then problems with other pads are refused. */
  readonly same?: boolean;
  /** Whether the adapter disposes of a tensor only after all reads that were called before. Default: tfjs must keep such a tensor. */
  readonly disposeAfterReads?: boolean;
}

type TensorHolder = Holder<TfTensor>;

/** @param tf the library, with its backend ready */
export function tfjsBackend(tf: Tf, options: TfjsOptions): Backend {
  const {
    backend,
    engine,
    features,
    sync = async () => undefined,
    check = async () => undefined,
    same = false,
    disposeAfterReads = false,
  } = options;
  const reads = createPendingReads();
  const holders = createHolders<TfTensor>(
    disposeAfterReads ? (held) => void reads.settled().then(() => held.dispose()) : undefined,
  );
  const { replace } = holders;
  const plans = new Set<{ dispose(): void }>();
  /** Selects this adapter's backend. Two copies of tfjs share one engine through a global, so another adapter may have switched it. */
  const activate = (): void => {
    if (tf.getBackend() !== backend) void tf.setBackend(backend);
  };
  return defineBackend<TensorHolder>({
    name: `tfjs-${backend}`,
    device: `tfjs ${tf.version_core} ${backend}, ${engine}`,
    features: {
      ...features,
      supports: (problem) => (same && !hasSamePads(problem) ? NOT_SAME : supports(problem)),
      operations: OPERATION_KINDS,
      supportsOperation,
    },
    allocate: holders.allocate,
    free: holders.free,
    upload(source, target) {
      activate();
      const [n, c, h, w] = source.shape;
      // The array is copied, because tfjs's cpu backend keeps it.
      replace(target, tf.tensor4d(toLayout(source, "nhwc").data.slice(), [n, h, w, c]));
    },
    async read({ value }, shape, layout) {
      if (!value) throw new Error("read before anything was written");
      activate();
      const checked = async (): Promise<Float32Array> => {
        const values = await value.data();
        await check();
        return values;
      };
      // The check is a part of the read, because a `sync` that is called behind the read waits for all of the read.
      const data = await reads.add(checked());
      return toLayout(tensor(data.slice(), shape, { layout: "nhwc" }), layout);
    },
    async prepareConv2d(problem, { weight, bias }) {
      activate();
      const filter = tf.tidy(() => packFilter(tf, problem, weight));
      const biases = bias && tf.tensor1d(bias.slice());
      const convolve = convolution(tf, problem, filter, biases, same);
      const plan = {
        algorithm: problem.g > 1 ? "FusedDepthwiseConv2D" : "FusedConv2D",
        run(input: TensorHolder, output: TensorHolder, residual: TensorHolder | undefined) {
          activate();
          replace(
            output,
            tf.tidy(() => convolve(input.value!, residual?.value)),
          );
        },
        dispose() {
          plans.delete(plan);
          filter.dispose();
          biases?.dispose();
        },
      };
      plans.add(plan);
      return plan;
    },
    async prepareOperation(problem, parameters) {
      activate();
      const made = operation(tf, problem, parameters);
      const plan = {
        algorithm: `tfjs ${problem.kind}`,
        run(inputs: readonly TensorHolder[], output: TensorHolder) {
          activate();
          replace(
            output,
            tf.tidy(() => made.run(inputs.map(({ value }) => value!))),
          );
        },
        dispose() {
          plans.delete(plan);
          made.dispose();
        },
      };
      plans.add(plan);
      return plan;
    },
    async sync() {
      await reads.settled();
      await sync();
      await check();
    },
    async dispose() {
      holders.dispose();
      for (const plan of plans) plan.dispose();
    },
  });
}

function supports(p: Conv2dProblem): Support {
  if (p.g > 1 && p.g !== p.ic) return { reason: "groups of more than one input channel: tfjs has none" };
  if (isPadded(p) && p.paddingMode !== "zeros" && p.paddingMode !== "reflect") {
    return { reason: `paddingMode "${p.paddingMode}": tfjs pads with zeros or by reflection` };
  }
  if ((p.sh > 1 || p.sw > 1) && (p.dh > 1 || p.dw > 1)) {
    return { reason: "a stride together with a dilation: tfjs takes one of them" };
  }
  return true;
}

function isPadded(p: Conv2dProblem): boolean {
  return p.pt + p.pl + p.pb + p.pr > 0;
}

/** Converts weights from OIHW to HWIO. For a depthwise convolution the result has the axes H, W, I and multiplier. */
function packFilter(tf: Tf, p: Conv2dProblem, weight: Float32Array): TfTensor {
  if (p.g === 1) return tf.transpose(tf.tensor4d(weight, [p.oc, p.ic, p.kh, p.kw]), [2, 3, 1, 0]);
  return tf.transpose(tf.tensor4d(weight, [p.ic, p.oc / p.ic, p.kh, p.kw]), [2, 3, 0, 1]);
}

function convolution(
  tf: Tf,
  p: Conv2dProblem,
  filter: TfTensor,
  bias: TfTensor | undefined,
  same: boolean,
): (x: TfTensor, residual: TfTensor | undefined) => TfTensor {
  const fused = p.g > 1 ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  const none = [0, 0] as const;
  // One number for all sides is not used, because tfjs then assumes a square kernel and a square stride.
  const pads: TfPads = [none, [p.pt, p.pb], [p.pl, p.pr], none];
  const mirrored = p.paddingMode === "reflect" && isPadded(p);
  const named = typeof p.activation === "string" && !p.residual ? p.activation : undefined;
  const [min, max] = activationRange(p.activation);
  return (x, residual) => {
    let y: TfTensor = fused({
      x: mirrored ? tf.mirrorPad(x, pads, "reflect") : x,
      filter,
      strides: [p.sh, p.sw],
      dilations: [p.dh, p.dw],
      pad: same ? "same" : mirrored ? [none, none, none, none] : pads,
      dataFormat: "NHWC",
      ...(bias ? { bias } : {}),
      ...(named ? { activation: named } : {}),
    });
    if (residual) y = tf.add(y, residual);
    return p.activation !== undefined && named === undefined ? tf.clipByValue(y, min, max) : y;
  };
}

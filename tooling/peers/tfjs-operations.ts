/** tfjs's operations beside convolution, on NHWC tensors. Operations that tfjs lacks are refused with the reason. */

import type { OperationParameters, OperationProblem, Support } from "@convene/core";
import { activationRange } from "@convene/core/backend";
import type { Tf, TfPads, TfTensor } from "./tfjs-types.js";

/** Whether tfjs can compute the operation, or the reason why not. */
export function supportsOperation(p: OperationProblem): Support {
  switch (p.kind) {
    case "avgPool2d":
      if (p.countIncludePad && p.pt + p.pl + p.pb + p.pr > 0)
        return { reason: "averages that count padding: tfjs has none" };
      return pooling(p);
    case "maxPool2d":
      return pooling(p);
    case "upsample":
      if (p.scaleH !== 0 || p.scaleW !== 0) return { reason: "a scale that is not the sizes' own: tfjs has none" };
      if (p.mode === "nearest") {
        const whole = p.oh % p.ih === 0 && p.ow % p.iw === 0;
        const floor = p.coordinates === "asymmetric" && p.rounding === "floor";
        return floor || (whole && p.coordinates !== "asymmetric")
          ? true
          : { reason: "nearest with other coordinates or another rounding: tfjs has one kind" };
      }
      return ["halfPixel", "alignCorners"].includes(p.coordinates)
        ? true
        : { reason: "bilinear with other coordinates: tfjs has two kinds" };
    case "groupNorm":
    case "layerNorm":
      return { reason: `${p.kind}: tfjs has none` };
    case "pixelShuffle":
      return p.rh === p.rw ? true : { reason: "two factors: tfjs has one" };
    case "activation":
      return typeof p.activation === "object" || !p.activation.startsWith("gelu")
        ? true
        : { reason: "gelu: tfjs has none" };
    default:
      return true;
  }
}

function pooling(p: Extract<OperationProblem, { kind: "maxPool2d" | "avgPool2d" }>): Support {
  if (p.dh > 1 || p.dw > 1) return { reason: "a dilation of a pool: tfjs has none" };
  return p.ceilMode ? { reason: "sizes that are rounded up: tfjs rounds down" } : true;
}

/** The operation as a function of its inputs. Its constants are kept until `dispose`. */
export function operation(
  tf: Tf,
  p: OperationProblem,
  { slope }: OperationParameters,
): { readonly run: (inputs: readonly TfTensor[]) => TfTensor; readonly dispose: () => void } {
  const kept = slope && tf.tensor1d(slope.slice());
  return { run: (inputs) => compute(tf, p, inputs, kept), dispose: () => kept?.dispose() };
}

function compute(tf: Tf, p: OperationProblem, inputs: readonly TfTensor[], slope: TfTensor | undefined): TfTensor {
  const [x, y] = inputs as [TfTensor, TfTensor];
  const none = [0, 0] as const;
  switch (p.kind) {
    case "activation":
      return activate(tf, p.activation, x);
    case "prelu":
      return tf.prelu(x, slope!);
    case "maxPool2d":
    case "avgPool2d": {
      const pads: TfPads = [none, [p.pt, p.pb], [p.pl, p.pr], none];
      const pool = p.kind === "maxPool2d" ? tf.maxPool : tf.avgPool;
      return pool(x, [p.kh, p.kw], [p.sh, p.sw], pads);
    }
    case "add":
    case "multiply": {
      const z = p.kind === "add" ? tf.add(x, y) : tf.mul(x, y);
      return p.activation === undefined ? z : tf.clipByValue(z, ...activationRange(p.activation));
    }
    case "concat":
      return inputs.length === 1 ? tf.clone(x) : tf.concat(inputs, 3);
    case "slice":
      return tf.stridedSlice(
        x,
        [0, p.fh, p.fw, p.fc],
        [p.n, p.fh + (p.oh - 1) * p.sh + 1, p.fw + (p.ow - 1) * p.sw + 1, p.fc + p.oc],
        [1, p.sh, p.sw, 1],
      );
    case "channelShuffle": {
      const apart = tf.reshape(x, [p.n, p.h, p.w, p.g, p.c / p.g]);
      return tf.reshape(tf.transpose(apart, [0, 1, 2, 4, 3]), [p.n, p.h, p.w, p.c]);
    }
    case "pad":
      return tf.pad(x, [none, [p.pt, p.pb], [p.pl, p.pr], [p.pf, p.pk]], p.value);
    case "upsample": {
      const align = p.coordinates === "alignCorners";
      const half = p.coordinates === "halfPixel" && p.mode === "bilinear";
      const resize = p.mode === "nearest" ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
      return resize(x, [p.oh, p.ow], align, half);
    }
    case "groupNorm":
    case "layerNorm":
      throw new Error(`${p.kind}: tfjs has none`);
    case "softmax":
      return tf.softmax(x, 3);
    case "pixelShuffle": {
      if (p.order === "dcr") return tf.depthToSpace(x, p.rh, "NHWC");
      const oc = p.ic / (p.rh * p.rw);
      const apart = tf.reshape(x, [p.n * p.ih, p.iw, oc, p.rh, p.rw]);
      return tf.reshape(tf.transpose(apart, [0, 3, 1, 4, 2]), [p.n, p.ih * p.rh, p.iw * p.rw, oc]);
    }
    case "reshape": {
      const to = [p.on, p.oh, p.ow, p.oc];
      if (p.order === "nhwc") return tf.reshape(x, to);
      return tf.transpose(tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [p.on, p.oc, p.oh, p.ow]), [0, 2, 3, 1]);
    }
  }
}

function activate(
  tf: Tf,
  activation: Extract<OperationProblem, { kind: "activation" }>["activation"],
  x: TfTensor,
): TfTensor {
  if (typeof activation === "object") {
    if ("clamp" in activation) return tf.clipByValue(x, ...activation.clamp);
    if ("leakyRelu" in activation) return tf.leakyRelu(x, activation.leakyRelu);
    const [alpha, beta] = activation.hardSigmoid;
    return tf.clipByValue(tf.add(tf.mul(x, tf.scalar(alpha)), tf.scalar(beta)), 0, 1);
  }
  switch (activation) {
    case "relu":
      return tf.relu(x);
    case "relu6":
      return tf.relu6(x);
    case "sigmoid":
      return tf.sigmoid(x);
    case "tanh":
      return tf.tanh(x);
    case "silu":
      return tf.mul(x, tf.sigmoid(x));
    case "hardSigmoid":
      return tf.clipByValue(tf.add(tf.mul(x, tf.scalar(1 / 6)), tf.scalar(0.5)), 0, 1);
    case "hardSwish":
      // Converters write this operation as a sum, a clamp and two products.
      return tf.mul(x, tf.mul(tf.relu6(tf.add(x, tf.scalar(3))), tf.scalar(1 / 6)));
    default:
      throw new Error(`${activation}: tfjs has none`);
  }
}

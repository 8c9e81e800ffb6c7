/**
 * tfjs's wasm backend (XNNPACK) behind the Backend interface, on one thread. Its limits are refused by name: it has
 * standard and depthwise convolutions on zero padding only, and no stride together with dilation.
 */

import { createRequire } from "node:module";
import {
  activationRange,
  type BackendImplementation,
  type Backend,
  type Conv2dProblem,
  ConveneError,
  defineBackend,
  tensor,
  toLayout,
  weightShape,
} from "@convene/core";
import type { Tf, TfTensor } from "./tfjs-types.js";

const require = createRequire(import.meta.url);

/** tfjs makes a tensor for every result, so a storage holds whichever came last. */
interface Holder {
  value: TfTensor | undefined;
}

export default async function tfjsWasm(): Promise<Backend> {
  // The CommonJS builds: the ESM ones import directories, which Node does not resolve.
  const tf = require("@tensorflow/tfjs-core") as Tf;
  require("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  await tf.ready();
  return defineBackend(implementation(tf));
}

function implementation(tf: Tf): BackendImplementation<Holder> {
  return {
    name: "tfjs-wasm",
    device: `tfjs ${tf.version_core}, ${tf.getBackend()} simd, 1 thread`,
    features: { nonFinite: true, subnormals: true },
    allocate: () => ({ value: undefined }),
    free: (holder) => holder.value?.dispose(),
    upload(source, target) {
      const [n, c, h, w] = source.shape;
      target.value?.dispose();
      target.value = tf.tensor4d(toLayout(source, "nhwc").data, [n, h, w, c]);
    },
    async read(source, shape, layout) {
      if (!source.value) throw new Error("read before anything was written");
      return toLayout(tensor(await source.value.data(), shape, { layout: "nhwc" }), layout);
    },
    async prepareConv2d(problem, { weight, bias }) {
      const reason = unsupported(problem);
      if (reason) throw new ConveneError("ERR_UNSUPPORTED", `tfjs-wasm has no ${reason}`);
      const depthwise = problem.g > 1;
      // OIHW to HWIO, or to HWI1 for depthwise.
      const filter = tf.tidy(() =>
        tf.transpose(tf.tensor4d(weight, [...weightShape(problem)]), depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]),
      );
      const biases = bias && tf.tensor1d(bias);
      const convolve = convolution(tf, problem, filter, biases);
      return {
        algorithm: depthwise ? "DepthwiseConv2dNative" : "Conv2D",
        run(input, output, residual) {
          const previous = output.value;
          output.value = tf.tidy(() => convolve(input.value!, residual?.value));
          previous?.dispose();
        },
        dispose: () => tf.dispose([filter, ...(biases ? [biases] : [])]),
      };
    },
    sync: async () => undefined,
    dispose: async () => undefined,
  };
}

function unsupported(p: Conv2dProblem): string | undefined {
  if (p.g > 1 && (p.g !== p.ic || p.g !== p.oc)) return `groups (${p.g}) of more than one channel`;
  if (p.paddingMode !== "zeros") return `paddingMode "${p.paddingMode}"`;
  if ((p.sh > 1 || p.sw > 1) && (p.dh > 1 || p.dw > 1)) return "stride together with dilation";
  return undefined;
}

function convolution(
  tf: Tf,
  p: Conv2dProblem,
  filter: TfTensor,
  bias: TfTensor | undefined,
): (x: TfTensor, residual: TfTensor | undefined) => TfTensor {
  const fused = p.g > 1 ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  const symmetric = p.pt === p.pb && p.pl === p.pr && p.pt === p.pl;
  const zero = [0, 0];
  const pad = symmetric ? p.pt : [zero, [p.pt, p.pb], [p.pl, p.pr], zero];
  const named = typeof p.activation === "string" && !p.residual ? p.activation : undefined;
  const [min, max] = activationRange(p.activation);
  return (x, residual) => {
    let y: TfTensor = fused({
      x,
      filter,
      strides: [p.sh, p.sw],
      dilations: [p.dh, p.dw],
      pad,
      dataFormat: "NHWC",
      ...(bias ? { bias } : {}),
      ...(named ? { activation: named } : {}),
    });
    if (residual) y = tf.add(y, residual);
    return p.activation !== undefined && named === undefined ? tf.clipByValue(y, min, max) : y;
  };
}

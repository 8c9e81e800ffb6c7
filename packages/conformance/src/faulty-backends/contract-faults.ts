/**
 * Backends with right results that break the contract in other ways. Most of them are written as a `Backend` by hand, because
 * `defineBackend` would prevent these faults.
 */

import { type Backend, type Conv2dPlan, ConveneError, tensor } from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { referenceImplementation } from "../reference-backend.js";
import { type Fault, faultyBackend } from "./faulty-backend.js";

export const CONTRACT_FAULTS: readonly Fault[] = [
  {
    name: "second-dispose-throws",
    about: "A second `dispose` of a plan throws, like a second release of memory.",
    caughtBy: ["lifecycle", "errors"],
    backend: withPlans("second-dispose-throws", (plan) => ({
      dispose: () => {
        if (plan.disposed) throw new ConveneError("ERR_DISPOSED", "this plan has been disposed");
        plan.dispose();
      },
    })),
  },
  {
    name: "second-backend-dispose-rejects",
    about: "A second `dispose` of a backend rejects, because its worker is gone and does not answer.",
    caughtBy: ["lifecycle"],
    backend: byHand("second-backend-dispose-rejects", (right) => ({
      dispose: async () => {
        if (right.disposed) throw new Error("the worker does not answer");
        await right.dispose();
      },
    })),
  },
  {
    name: "unusable-after-misuse",
    about:
      "Any exception marks the device as lost, also one about a wrong shape. So after one misuse every later call fails.",
    caughtBy: ["errors"],
    backend: byHand("unusable-after-misuse", (right) => {
      let lost: unknown;
      const watch = <T>(work: () => T): T => {
        if (lost) throw new ConveneError("ERR_EXECUTION", "the device is lost");
        try {
          return work();
        } catch (error) {
          lost = error;
          throw error;
        }
      };
      return {
        allocate: (shape) => watch(() => right.allocate(shape)),
        upload: (source, target) => watch(() => right.upload(source, target)),
        prepareConv2d: async (problem, weights, options) => {
          const plan = await watch(() => right.prepareConv2d(problem, weights, options));
          return changedPlan(plan, {
            run: (input, output, residual) => watch(() => plan.run(input, output, residual)),
          });
        },
      };
    }),
  },
  {
    name: "codes-of-its-own",
    about: "Misuse throws a TypeError without a code, so that a caller cannot know the reason.",
    caughtBy: ["errors"],
    backend: withPlans("codes-of-its-own", (plan) => ({
      run: (input, output, residual) => {
        try {
          plan.run(input, output, residual);
        } catch (error) {
          throw new TypeError(String(error), { cause: error });
        }
      },
    })),
  },
  {
    name: "shapes-not-checked",
    about: "A run accepts an input of any shape, and computes a part of it.",
    caughtBy: ["errors"],
    backend: withPlans("shapes-not-checked", (plan) => ({ run: forgiving("ERR_SHAPE", plan) })),
  },
  {
    name: "takes-tensors-of-others",
    about: "The backend checks only the fields of a tensor, so it accepts a tensor of another backend.",
    caughtBy: ["errors"],
    backend: withPlans("takes-tensors-of-others", (plan) => ({ run: forgiving("ERR_INVALID_OPTION", plan) })),
  },
  {
    name: "runs-after-dispose",
    about: "A disposed plan still runs, because the garbage collector has not freed its memory yet.",
    caughtBy: ["errors"],
    backend: withPlans("runs-after-dispose", (plan) => ({ run: forgiving("ERR_DISPOSED", plan) })),
  },
  {
    name: "upload-ignores-its-target",
    about: "An upload into a target makes a new tensor and leaves the target as it was.",
    caughtBy: ["lifecycle", "errors"],
    backend: byHand("upload-ignores-its-target", (right) => ({ upload: (source) => right.upload(source) })),
  },
  {
    name: "read-ignores-the-layout",
    about: "A read always gives nchw, and says so, even if nhwc was requested.",
    caughtBy: ["errors"],
    backend: byHand("read-ignores-the-layout", (right) => ({ read: (source) => right.read(source) })),
  },
  {
    name: "read-in-the-wrong-shape",
    about: "A read in nhwc gives its tensor the shape [n, h, w, c] instead of [n, c, h, w].",
    caughtBy: ["exact", "bounded", "goldens"],
    backend: faultyBackend("read-in-the-wrong-shape", (right) => ({
      read: async (source, shape, layout) => {
        const { data } = await right.read(source, shape, layout);
        const [n, c, h, w] = shape;
        return tensor(data, layout === "nchw" ? shape : [n, h, w, c], { layout });
      },
    })),
  },
  {
    name: "prepare-throws-a-string",
    about: "A library in another language throws a string for a kernel of more than 5 rows.",
    caughtBy: ["exact", "bounded", "goldens"],
    backend: byHand("prepare-throws-a-string", (right) => ({
      prepareConv2d: (problem, weights, options) =>
        problem.kh > 5 ? Promise.reject("kernel too large") : right.prepareConv2d(problem, weights, options),
    })),
  },
  {
    name: "declares-to-lose-subnormals",
    about: "`features` says that the device flushes subnormals, but it keeps them.",
    caughtBy: ["manifest"],
    backend: faultyBackend("declares-to-lose-subnormals", ({ features }) => ({
      features: { ...features, subnormals: { reason: "flushed on devices of this kind" } },
    })),
  },
  {
    name: "declares-to-lose-nan",
    about: "`features` says that NaN and infinities are lost. This was true of an earlier version.",
    caughtBy: ["manifest"],
    backend: faultyBackend("declares-to-lose-nan", ({ features }) => ({
      features: { ...features, nonFinite: { reason: "lost in the clamp" } },
    })),
  },
  {
    name: "takes-what-it-declares-not-to",
    about: "`supports` refuses dilation, but `prepareConv2d` computes it. The limit is out of date.",
    caughtBy: ["manifest"],
    backend: byHand("takes-what-it-declares-not-to", (right) => ({
      features: {
        ...right.features,
        supports: ({ dh, dw }) => (dh > 1 || dw > 1 ? { reason: "dilation is not done yet" } : true),
      },
    })),
  },
];

/** The reference's backend with methods replaced. */
function byHand(name: string, change: (right: Backend) => Partial<Backend>): () => Promise<Backend> {
  return async () => {
    const right = defineBackend({ ...referenceImplementation, name, device: "the reference, one fault" });
    return Object.create(right, Object.getOwnPropertyDescriptors(change(right))) as Backend;
  };
}

/** The reference's backend with methods of its plans replaced. */
function withPlans(name: string, change: (right: Conv2dPlan) => Partial<Conv2dPlan>): () => Promise<Backend> {
  return byHand(name, (right) => ({
    prepareConv2d: async (problem, weights, options) => {
      const plan = await right.prepareConv2d(problem, weights, options);
      return changedPlan(plan, change(plan));
    },
  }));
}

function changedPlan(right: Conv2dPlan, change: Partial<Conv2dPlan>): Conv2dPlan {
  return Object.create(right, Object.getOwnPropertyDescriptors(change)) as Conv2dPlan;
}

/** Runs the plan, and ignores an error of this code. */
function forgiving(code: ConveneError["code"], plan: Conv2dPlan): Conv2dPlan["run"] {
  return (input, output, residual) => {
    try {
      plan.run(input, output, residual);
    } catch (error) {
      if (!(error instanceof ConveneError && error.code === code)) throw error;
    }
  };
}

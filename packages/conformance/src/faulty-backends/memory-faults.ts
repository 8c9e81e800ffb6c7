/** Faults with right results in memory of another object, or in memory that is not allocated yet, or not any more. */

import { type Conv2dWeights, inputShape, outputShape, type Shape4, tensor, toLayout } from "@convene/core";
import { rememberedConv2d } from "../remembered-reference.js";
import type { ReferenceStorage } from "../reference-backend.js";
import { copyWeights, type Fault, faultyBackend, type Implementation, planOf } from "./faulty-backend.js";

export const MEMORY_FAULTS: readonly Fault[] = [
  {
    name: "read-gives-device-memory",
    about: "A read in the device's own layout returns the memory itself, which later runs overwrite.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-gives-device-memory", (right) => ({
      read: async (source, shape, layout) =>
        layout === "nchw" ? { shape, layout, data: source.data } : right.read(source, shape, layout),
    })),
  },
  {
    name: "upload-keeps-the-callers-array",
    about: "An upload in the device's own layout keeps the caller's array, so later changes of the array show.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("upload-keeps-the-callers-array", (right) => ({
      upload: (source, target) => {
        if (source.layout === "nchw") target.data = source.data;
        else right.upload(source, target);
      },
    })),
  },
  {
    name: "read-gives-device-memory-in-nhwc",
    about:
      "A read in nhwc returns the memory of a device whose own layout is nhwc. Reads in nchw convert, so tests in nchw pass.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-gives-device-memory-in-nhwc", () => ({
      ...NHWC,
      read: async (source, shape, layout) =>
        layout === "nhwc" ? { shape, layout, data: source.data } : NHWC.read(source, shape, layout),
    })),
  },
  {
    name: "upload-keeps-the-callers-array-in-nhwc",
    about:
      "An upload in nhwc keeps the caller's array, on a device whose own layout is nhwc. Only a conversion copies.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("upload-keeps-the-callers-array-in-nhwc", () => ({
      ...NHWC,
      upload: (source, target) => {
        if (source.layout === "nhwc") target.data = source.data;
        else NHWC.upload(source, target);
      },
    })),
  },
  {
    name: "upload-takes-the-callers-array",
    about: "An upload transfers the caller's array to a worker, so the caller's array becomes empty.",
    caughtBy: ["exact", "bounded"],
    backend: faultyBackend("upload-takes-the-callers-array", (right) => ({
      upload: (source, target) => {
        right.upload(source, target);
        source.data.fill(0);
      },
    })),
  },
  {
    name: "weights-packed-in-place",
    about: "Weights are packed inside the caller's array, so a second plan with the same array gets wrong weights.",
    caughtBy: ["exact", "bounded"],
    backend: faultyBackend("weights-packed-in-place", () => ({
      prepareConv2d: async (problem, weights) => {
        const kept = copyWeights(weights);
        weights.weight.reverse();
        return planOf((operands, output) => output.set(rememberedConv2d(problem, operands).output), kept);
      },
    })),
  },
  {
    name: "pointwise-keeps-the-callers-weights",
    about:
      "Weights of a kernel of 1x1 need no packing, so the plan reads the caller's array, and copies other weights.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("pointwise-keeps-the-callers-weights", () => ({
      prepareConv2d: async (problem, weights) => {
        const kept = problem.kh * problem.kw === 1 ? weights : copyWeights(weights);
        return planOf((operands, output) => output.set(rememberedConv2d(problem, operands).output), kept);
      },
    })),
  },
  {
    name: "pool-forgets-what-is-out",
    about: "A pool gives out storage by size, and does not mark it as used. So two tensors of one size share memory.",
    caughtBy: ["exact", "bounded", "goldens", "lifecycle"],
    problems: { wrong: "ic4_ih6_oc4_kh3_ph1", right: "ic4_ih6_oc4_kh3" },
    backend: faultyBackend("pool-forgets-what-is-out", (right) => {
      const pool = new Map<number, ReferenceStorage>();
      return {
        allocate: (shape: Shape4) => {
          const storage = pool.get(sizeOf(shape)) ?? right.allocate(shape);
          pool.set(sizeOf(shape), storage);
          return storage;
        },
      };
    }),
  },
  {
    name: "dispose-frees-anothers-weights",
    about: "Weights are in an arena. `dispose` of any plan gives back the block that was reserved last.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("dispose-frees-anothers-weights", () => {
      const arena: Conv2dWeights[] = [];
      return {
        prepareConv2d: async (problem, weights) => {
          const mine = copyWeights(weights);
          arena.push(mine);
          return {
            ...planOf((operands, output) => output.set(rememberedConv2d(problem, operands).output), mine),
            dispose: () => {
              const freed = arena.pop();
              freed?.weight.fill(NaN);
              freed?.bias?.fill(NaN);
            },
          };
        },
      };
    }),
  },
  {
    name: "freed-under-a-read",
    about: "A tensor's memory is given back at once, even if a read of the tensor is pending.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("freed-under-a-read", (right) => {
      const freed = new WeakSet<ReferenceStorage>();
      return {
        free: (storage) => void freed.add(storage),
        read: async (source, shape, layout) => {
          const result = await right.read(source, shape, layout);
          await Promise.resolve();
          return freed.has(source) ? { ...result, data: result.data.fill(NaN) } : result;
        },
      };
    }),
  },
  {
    name: "plans-leak",
    about: "A plan's weights stay reserved after `dispose`, so the counter of bytes only grows.",
    caughtBy: ["lifecycle", "errors"],
    backend: faultyBackend("plans-leak", () => {
      let used = 0;
      return {
        prepareConv2d: async (problem, weights) => {
          used += weights.weight.byteLength + (weights.bias?.byteLength ?? 0);
          return planOf(
            (operands, output) => output.set(rememberedConv2d(problem, operands).output),
            copyWeights(weights),
          );
        },
        memory: () => ({ used, reserved: used }),
      };
    }),
  },
  {
    name: "tensors-leak",
    about: "`dispose` of a tensor frees nothing. The memory is freed with the backend.",
    caughtBy: ["lifecycle", "errors"],
    backend: faultyBackend("tensors-leak", (right) => {
      let used = 0;
      return {
        allocate: (shape: Shape4) => {
          used += 4 * sizeOf(shape);
          return right.allocate(shape);
        },
        memory: () => ({ used, reserved: used }),
      };
    }),
  },
];

/** The reference on a device whose own layout is nhwc. */
const NHWC = {
  upload: (source, target) => target.data.set(toLayout(source, "nhwc").data),
  read: async ({ data }, shape, layout) => toLayout(tensor(data.slice(), shape, { layout: "nhwc" }), layout),
  prepareConv2d: async (problem, weights) =>
    planOf(({ input, residual, ...rest }, output) => {
      const nchw = (data: Float32Array, shape: Shape4): Float32Array =>
        toLayout(tensor(data, shape, { layout: "nhwc" }), "nchw").data;
      const { output: result } = rememberedConv2d(problem, {
        ...rest,
        input: nchw(input, inputShape(problem)),
        residual: residual && nchw(residual, outputShape(problem)),
      });
      output.set(toLayout(tensor(Float32Array.from(result), outputShape(problem)), "nhwc").data);
    }, copyWeights(weights)),
} satisfies Partial<Implementation>;

function sizeOf([n, c, h, w]: Shape4): number {
  return n * c * h * w;
}

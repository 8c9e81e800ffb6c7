/** Reads into the caller's tensor that write too little, wrong values, too late, or too often. An ordinary `read` is right. */

import type { Tensor } from "@convene/core";
import type { ReferenceStorage } from "../reference-backend.js";
import { type Fault, faultyBackend, type Implementation } from "./faulty-backend.js";

export const INTO_FAULTS: readonly Fault[] = [
  {
    name: "read-into-writes-another-tensor",
    about: "A read into the caller's tensor makes a new tensor, and does not write the caller's tensor.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-into-writes-another-tensor", (right) => ({
      readInto: async (source, target) => void (await resultOf(right, source, target)),
    })),
  },
  {
    name: "read-into-leaves-out-the-last-row",
    about: "A read into the caller's tensor copies all rows except the last.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-into-leaves-out-the-last-row", (right) => ({
      readInto: async (source, target) => {
        const data = await resultOf(right, source, target);
        target.data.set(data.subarray(0, data.length - target.shape[3]));
      },
    })),
  },
  {
    name: "read-into-ignores-the-layout",
    about: "A read into the caller's tensor writes in the device's own layout.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-into-ignores-the-layout", () => ({
      readInto: async ({ data }, target) => target.data.set(data),
    })),
  },
  {
    name: "read-into-keeps-the-target",
    about: "The caller's tensor becomes the staging memory of all later reads of the same size.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-into-keeps-the-target", (right) => {
      let staging: Float32Array | undefined;
      return {
        readInto: async (source, target) => {
          const data = await resultOf(right, source, target);
          if (staging?.length === data.length) staging.set(data);
          staging ??= target.data;
          target.data.set(data);
        },
      };
    }),
  },
  {
    name: "read-into-resolves-too-early",
    about: "A read into the caller's tensor resolves when the copy is requested, not when it is done.",
    caughtBy: ["lifecycle"],
    backend: faultyBackend("read-into-resolves-too-early", (right) => ({
      readInto: async (source, target) => {
        const data = await resultOf(right, source, target);
        setTimeout(() => target.data.set(data), 0);
      },
    })),
  },
];

async function resultOf(
  right: Implementation,
  source: ReferenceStorage,
  { shape, layout }: Tensor,
): Promise<Float32Array> {
  return (await right.read(source, shape, layout)).data;
}

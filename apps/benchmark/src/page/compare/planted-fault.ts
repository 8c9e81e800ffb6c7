/** A backend with a fault, which demonstrates how the page shows a fault: cpu with one wrong number in each read. */

import type { Backend } from "@convene/core";

/** The error of the last element. It is larger than any rounding. */
const ERROR = 1;

export async function plantedFault(): Promise<Backend> {
  const { cpu } = await import("@convene/cpu");
  const backend = await cpu();
  return {
    ...backend,
    name: "planted-fault",
    read: async (...given) => {
      const tensor = await backend.read(...given);
      tensor.data[tensor.data.length - 1]! += ERROR;
      return tensor;
    },
  };
}

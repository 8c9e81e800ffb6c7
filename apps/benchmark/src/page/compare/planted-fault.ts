/** A backend with a fault: cpu, and one wrong number in all that is read from it. For showing how a fault is shown. */

import type { Backend } from "@convene/core";

/** How far off the last element is: more than any rounding. */
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

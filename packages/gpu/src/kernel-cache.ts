/** Compiled kernels by their key. Kernels that no plan uses are kept for a while. */

import type { Engine } from "./engines/engine.js";
import type { Kernel } from "./gpu-js.js";
import type { Arguments } from "./kernel-source.js";
import type { Step } from "./operations/steps.js";

/** The most unused kernels that are kept for later plans of the same problems, because compiling takes milliseconds. */
const MOST_KEPT = 64;

interface Compiled {
  readonly kernel: Kernel;
  users: number;
}

export interface KernelCache {
  /** Returns the step's kernel, which then has one more user. Calls must not overlap. */
  take(step: Step): Promise<Kernel>;
  /** Says that the step's kernel has one user less. */
  leave(step: Step): void;
}

export function kernelCache<Handle>(engine: Engine<Handle>): KernelCache {
  const compiled = new Map<string, Compiled>();
  /** The kernels that no plan uses; the kernel that has been unused for the longest time comes first. */
  const unused = new Map<string, Compiled>();
  return {
    async take({ key, reads, output, source }) {
      let one = compiled.get(key);
      if (!one) {
        const args: Arguments = Object.fromEntries(Object.entries(reads).map(([name, { planes }]) => [name, planes]));
        one = { kernel: await engine.compile(source(engine.access(args)), args, output), users: 0 };
      }
      compiled.set(key, one);
      unused.delete(key);
      one.users++;
      return one.kernel;
    },
    leave({ key }) {
      const one = compiled.get(key)!;
      if (--one.users > 0) return;
      unused.set(key, one);
      if (unused.size <= MOST_KEPT) return;
      const [oldest] = unused.keys();
      unused.get(oldest!)!.kernel.destroy();
      unused.delete(oldest!);
      compiled.delete(oldest!);
    },
  };
}

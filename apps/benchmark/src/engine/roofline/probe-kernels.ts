/** The kernels that the roofline is measured with, compiled from apps/benchmark/assembly. */

import { CommandError } from "@convene/conformance";
import { relaxed, simd128 } from "../../generated/probes.js";
import type { LoadRate, Peak } from "./roofline.js";

/** Something whose rate is to be measured. */
export interface Probe {
  /** Floating-point operations, or bytes read, of one run. */
  readonly work: number;
  /** Runs it `count` times; comes back when that is done. */
  run(count: number): void;
}

export interface ArithmeticProbe extends Probe, Pick<Peak, "operations" | "accumulators"> {
  /** Whether its operations lie in pairs, which an engine may join to 256 bits. */
  readonly pairs: boolean;
}

export interface LoadProbe extends Probe, Pick<LoadRate, "level" | "bytes"> {}

export interface Probes {
  readonly arithmetic: readonly ArithmeticProbe[];
  /** From the smallest buffer to the largest. */
  readonly loads: readonly LoadProbe[];
}

/** What the module exports; each takes addresses of its memory. */
interface Exports {
  readonly peak12: PeakKernel;
  readonly peak24: PeakKernel;
  readonly peak24Pairs: PeakKernel;
  readonly sum: (x: number, bytes: number, passes: number, y: number) => void;
}

type PeakKernel = (factors: number, accumulators: number, steps: number) => void;

const KERNELS = [
  { name: "peak12", accumulators: 12, pairs: false },
  { name: "peak24", accumulators: 24, pairs: false },
  { name: "peak24Pairs", accumulators: 24, pairs: true },
] as const;

/**
 * The first, second and last are small enough for what nearly every machine has of level 1 and of level 2, and too large
 * for any cache but a server's. Those in between are where most layers lie, on whatever level this machine has there.
 */
const BUFFERS = [
  { level: "L1", bytes: 2 ** 14 },
  { level: "L2", bytes: 2 ** 18 },
  { level: "1 MiB", bytes: 2 ** 20 },
  { level: "4 MiB", bytes: 2 ** 22 },
  { level: "16 MiB", bytes: 2 ** 24 },
  { level: "memory", bytes: 2 ** 26 },
] as const;

/** Where they lie in the kernels' memory: a page for factors and accumulators, then the buffer that is read. */
const FACTORS = 0;
const ACCUMULATORS = 64;
const BUFFER = 65_536;
const PAGE = 65_536;

/** Steps of a chain in one call: microseconds, so that calling counts for nothing, and an engine sees many calls. */
const STEPS = 2000;
/** A call of `sum` reads at least this much, for the same reason. */
const LEAST_READ = 2 ** 18;
const LANES = 4;

/** @throws CommandError where the engine has no WebAssembly SIMD */
export async function loadProbes(): Promise<Probes> {
  const memory = { initial: 1 + BUFFERS.at(-1)!.bytes / PAGE };
  const apart = await start(simd128, memory);
  const fused = await start(relaxed, { initial: 1 });
  if (!apart) {
    throw new CommandError("this engine has no WebAssembly SIMD to measure a roofline with; leave --roofline out");
  }
  const arithmetic = [
    { operations: "apart", exports: apart },
    { operations: "fused", exports: fused },
  ] as const;
  return {
    arithmetic: arithmetic.flatMap(({ operations, exports }) =>
      exports
        ? KERNELS.map(({ name, accumulators, pairs }) => ({
            operations,
            accumulators,
            pairs,
            work: 2 * LANES * accumulators * STEPS,
            run: (count: number) => {
              for (let i = 0; i < count; i++) exports[name](FACTORS, ACCUMULATORS, STEPS);
            },
          }))
        : [],
    ),
    loads: BUFFERS.map(({ level, bytes }) => {
      const passes = Math.max(1, LEAST_READ / bytes);
      return {
        level,
        bytes,
        work: bytes * passes,
        run: (count) => {
          for (let i = 0; i < count; i++) apart.sum(BUFFER, bytes, passes, ACCUMULATORS);
        },
      };
    }),
  };
}

/** @returns `undefined` where the engine does not take it */
async function start(base64: string, pages: { readonly initial: number }): Promise<Exports | undefined> {
  if (typeof WebAssembly !== "object") return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory(pages);
  // Memory that nobody has written to is one page of zeros, as often as it is read, and would lie in level 1.
  new Float32Array(memory.buffer).fill(0.5);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports as unknown as Exports;
}

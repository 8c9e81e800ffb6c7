/** The kernels that measure the roofline, compiled from apps/benchmark/assembly. */

import { CommandError } from "@convene/conformance";
import { relaxed, simd128 } from "../../generated/probes.js";
import type { LoadRate, Peak } from "./roofline.js";

/** A piece of work whose rate is measured. */
export interface Probe {
  /** Floating-point operations, or bytes read, of one run. */
  readonly work: number;
  /** Runs the work `count` times, and returns when it is done. */
  run(count: number): void;
}

export interface ArithmeticProbe extends Probe, Pick<Peak, "operations" | "accumulators"> {
  /** Whether the operations come in pairs, which an engine may join to 256 bits. */
  readonly pairs: boolean;
}

export interface LoadProbe extends Probe, Pick<LoadRate, "level" | "bytes"> {}

export interface Probes {
  readonly arithmetic: readonly ArithmeticProbe[];
  /** The probes of loads, from the smallest buffer to the largest. */
  readonly loads: readonly LoadProbe[];
}

/** The exports of the module. Each function takes addresses of the module's memory. */
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
 * The buffers. The first fits into level 1 of nearly every machine, and the second into level 2. The last is too large for every cache
 * except a server's. The others have the sizes of most layers, and their level depends on the machine.
 */
const BUFFERS = [
  { level: "L1", bytes: 2 ** 14 },
  { level: "L2", bytes: 2 ** 18 },
  { level: "1 MiB", bytes: 2 ** 20 },
  { level: "4 MiB", bytes: 2 ** 22 },
  { level: "16 MiB", bytes: 2 ** 24 },
  { level: "memory", bytes: 2 ** 26 },
] as const;

/** Addresses in the kernels' memory: a page for factors and accumulators, then the buffer that is read. */
const FACTORS = 0;
const ACCUMULATORS = 64;
const BUFFER = 65_536;
const PAGE = 65_536;

/** The steps of a chain in one call. They take microseconds, so that the time of the call does not count, and an engine sees many calls. */
const STEPS = 2000;
/** A call of `sum` reads at least this number of bytes, for the same reason. */
const LEAST_READ = 2 ** 18;
const LANES = 4;

/** @throws CommandError if the engine has no WebAssembly SIMD */
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

/** @returns `undefined` if the engine does not take the module */
async function start(base64: string, pages: { readonly initial: number }): Promise<Exports | undefined> {
  if (typeof WebAssembly !== "object") return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory(pages);
  // Memory that was never written is one page of zeros behind all addresses, and this page would lie in level 1.
  new Float32Array(memory.buffer).fill(0.5);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports as unknown as Exports;
}

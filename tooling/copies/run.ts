/**
 * Measures how much longer an upload and a read take in NCHW, where the data are transposed, than in NHWC, which is the device's own
 * layout. Both run in turn, so that other work of the machine affects both. `pnpm copies [rounds]`.
 */

import process from "node:process";
import { type Backend, type Layout, randomUniform, type Shape4 } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";

const SHAPES: readonly Shape4[] = [
  [1, 3, 224, 224],
  [1, 32, 112, 112],
  [1, 3, 1080, 1920],
  [1, 1280, 7, 7],
];

const LAYOUTS = ["nchw", "nhwc"] as const;

const rounds = Number(process.argv[2] ?? 40);

/** The medians in milliseconds. */
async function measure(backend: Backend, shape: Shape4): Promise<Record<"upload" | "read", Record<Layout, number>>> {
  const device = backend.allocate(shape);
  const times = { upload: { nchw: [], nhwc: [] }, read: { nchw: [], nhwc: [] } } as Record<
    "upload" | "read",
    Record<Layout, number[]>
  >;
  const tensors = LAYOUTS.map((layout) => randomUniform(shape, { layout }));
  for (let round = -5; round < rounds; round++) {
    for (const tensor of tensors) {
      const start = performance.now();
      backend.upload(tensor, device);
      const uploaded = performance.now();
      await backend.read(device, { layout: tensor.layout });
      const read = performance.now();
      if (round < 0) continue;
      times.upload[tensor.layout].push(uploaded - start);
      times.read[tensor.layout].push(read - uploaded);
    }
  }
  device.dispose();
  const medians = ({ nchw, nhwc }: Record<Layout, number[]>) => ({ nchw: median(nchw), nhwc: median(nhwc) });
  return { upload: medians(times.upload), read: medians(times.read) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

console.log(`Node ${process.versions.node}, medians of ${rounds}, in milliseconds`);
for (const open of [cpu, workerThreads]) {
  const backend = await open();
  console.log(`${backend.name} (${backend.device})`);
  for (const shape of SHAPES) {
    for (const [what, { nchw, nhwc }] of Object.entries(await measure(backend, shape))) {
      const figures = `nchw ${nchw.toFixed(3).padStart(7)}  nhwc ${nhwc.toFixed(3).padStart(7)}`;
      console.log(`  ${shape.join(" x ").padEnd(20)} ${what.padEnd(6)}  ${figures}  ratio ${(nchw / nhwc).toFixed(2)}`);
    }
  }
  await backend.dispose();
}

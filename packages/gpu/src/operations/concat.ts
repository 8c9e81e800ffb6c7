/** Concat: the channels of several tensors one after another. */

import { type ConcatProblem, formatOperation, operationProblem } from "@convene/core";
import type { Access, ArgumentName } from "../kernel-source.js";
import { kernelText } from "../kernel-text.js";
import { LANES, nc4hw4Of } from "../nc4hw4.js";
import { channelOf, eachChannelLane, here, planeAt, readChannel, readTexel, when, ZEROS } from "./place.js";
import { input, type OperationKernels, type Read, type Step } from "./steps.js";

export const concat: OperationKernels<ConcatProblem> = {
  /** If there are more inputs than a kernel can read, a first step joins some of them. */
  steps(p, mostInputs) {
    const steps: Step[] = [];
    let parts: readonly Part[] = p.channels.map((channels, index) => ({
      channels,
      read: input([p.n, channels, p.h, p.w], index),
    }));
    while (parts.length > mostInputs) {
      parts = chunks(parts, mostInputs).map((chunk) => {
        if (chunk.length === 1) return chunk[0]!;
        const step = stepOf(p, chunk);
        steps.push(step);
        const read: Read = { of: "step", index: steps.length - 1, planes: step.output };
        return { channels: channelsOf(chunk), read };
      });
    }
    steps.push(stepOf(p, parts));
    return { algorithm: `concat by ${isAligned(parts) ? "texels" : "lanes"}`, steps };
  },
};

/** One of the tensors that are joined. */
interface Part {
  readonly channels: number;
  readonly read: Read;
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

function channelsOf(parts: readonly Part[]): number {
  return parts.reduce((total, { channels }) => total + channels, 0);
}

/** Whether every part begins at a texel. */
function isAligned(parts: readonly Part[]): boolean {
  return parts.slice(0, -1).every(({ channels }) => channels % LANES === 0);
}

function stepOf({ n, h, w }: ConcatProblem, parts: readonly Part[]): Step {
  const problem = operationProblem({ kind: "concat", n, channels: parts.map(({ channels }) => channels), h, w });
  return {
    key: formatOperation(problem),
    reads: Object.fromEntries(parts.map(({ read }, index) => [`in${index}`, read])),
    output: nc4hw4Of([n, channelsOf(parts), h, w]),
    source: (access) => concatSource(problem, isAligned(parts), access),
  };
}

function concatSource({ n, channels, h, w }: ConcatProblem, aligned: boolean, access: Access): string {
  const total = channels.reduce((a, b) => a + b, 0);
  const at = here(access, [n, total, h, w]);
  const parts = channels.map((count, index) => {
    const from = channels.slice(0, index).reduce((a, b) => a + b, 0);
    return {
      name: `in${index}` as ArgumentName,
      index,
      count,
      from,
      isFirst: index === 0,
      isLast: index === channels.length - 1,
    };
  });
  const byTexels = parts.flatMap(({ name, index, count, from, isFirst, isLast }) => {
    const inside = [
      !isFirst && `${at.o} > ${from / LANES - 0.5}`,
      !isLast && `${at.o} < ${(from + count) / LANES - 0.5}`,
    ];
    const block = isFirst ? at.o : `${at.o} - ${from / LANES}`;
    return when(inside, readTexel(access, name, planeAt(at, count, block), at.y, at.x, `v${index}`));
  });
  const byLanes = eachChannelLane(total, at, (lane) => [
    `const k${lane} = ${channelOf(at, lane)};`,
    ...parts.flatMap(({ name, index, count, from, isFirst, isLast }) => {
      const inside = [!isFirst && `k${lane} > ${from - 0.5}`, !isLast && `k${lane} < ${from + count - 0.5}`];
      const channel = isFirst ? `k${lane}` : `k${lane} - ${from}`;
      const from0 = { image: at.image, channels: count, y: at.y, x: at.x };
      return when(inside, readChannel(access, name, from0, lane, channel, `${lane}of${index}`));
    }),
  ]);
  const names = parts.map(({ name }) => name);
  return kernelText(names, [...at.lines, ...ZEROS, ...(aligned ? byTexels : byLanes)]);
}

/** Normalisations: groups of channels over all pixels of an image, and the channels of each pixel. Both take the variance about the mean. */

import { formatOperation, type GroupNormProblem, type LayerNormProblem, type Shape4 } from "@convene/core";
import type { Access } from "../kernel-source.js";
import { EACH, kernelText, literal, loop, quotient, spareLines, sum, times } from "../kernel-text.js";
import { LANES, nc4hw4Of } from "../nc4hw4.js";
import { channelOf, eachChannelLane, here, planeAt, readTexel, ZEROS } from "./place.js";
import { input, type OperationKernels, type Read, type Step } from "./steps.js";

/** Five kernels: sums of each row, means, sums of squares of each row, factors, results. So many threads share the work of a sum. */
export const groupNorm: OperationKernels<GroupNormProblem> = {
  steps(p) {
    const shape: Shape4 = [p.n, p.c, p.h, p.w];
    const rows = nc4hw4Of([p.n, p.c, p.h, 1]);
    const channels = nc4hw4Of([p.n, p.c, 1, 1]);
    const key = (name: string): string => `${formatOperation(p)} ${name}`;
    const from = (index: number): Read => ({ of: "step", index, planes: index % 2 === 0 ? rows : channels });
    const x = input(shape);
    const steps: readonly Step[] = [
      { key: key("sums"), reads: { in0: x }, output: rows, source: (access) => rowsSource(p, access, false) },
      {
        key: key("means"),
        reads: { in0: from(0) },
        output: channels,
        source: (access) => groupsSource(p, access, false),
      },
      {
        key: key("squares"),
        reads: { in0: x, in1: from(1) },
        output: rows,
        source: (access) => rowsSource(p, access, true),
      },
      {
        key: key("factors"),
        reads: { in0: from(2) },
        output: channels,
        source: (access) => groupsSource(p, access, true),
      },
      {
        key: formatOperation(p),
        reads: { in0: x, in1: from(1), in2: from(3) },
        output: nc4hw4Of(shape),
        source: (access) => resultSource(p, access),
      },
    ];
    return { algorithm: p.kind, steps };
  },
};

/** Makes a texel for each row of four channels: the sum of its elements, or of the squares of their differences from the mean. */
function rowsSource(p: GroupNormProblem, access: Access, squares: boolean): string {
  const at = here(access, [p.n, p.c, p.h, 1]);
  const v = access.texel("v", "in0", at.z, at.y, "ix");
  const mean = access.texel("mean", "in1", at.z, "0", "0");
  const body = [
    ...v.lines,
    ...EACH.flatMap((l) =>
      squares
        ? [`const d${l} = ${v.lanes[l]} - mean${l};`, `s${l} = s${l} + d${l} * d${l};`]
        : [`s${l} = s${l} + ${v.lanes[l]};`],
    ),
  ];
  return kernelText(squares ? ["in0", "in1"] : ["in0"], [
    ...at.lines,
    ...ZEROS,
    ...(squares ? [...mean.lines, ...EACH.map((l) => `const mean${l} = ${mean.lanes[l]};`)] : []),
    // A loop of one turn has no counter.
    ...(p.w === 1 ? ["const ix = 0;"] : []),
    ...loop("ix", p.w, body),
  ]);
}

/** Makes a texel of four channels: the mean of each channel's group, or the factor of its differences. */
function groupsSource(p: GroupNormProblem, access: Access, factor: boolean): string {
  const at = here(access, [p.n, p.c, 1, 1]);
  const each = p.c / p.g;
  const lane = (l: number): readonly string[] => {
    const plane = planeAt(at, p.c, `q${l}`);
    const value = access.lane("in0", plane, `iy${l}`, "0", `c${l} - q${l} * ${LANES}`);
    const mean = `s${l} / ${literal(each * p.h * p.w)}`;
    return [
      `const first${l} = ${times(quotient(channelOf(at, l), each), each)};`,
      ...(each === 1 ? [`const k${l} = 0;`] : []),
      ...loop(`k${l}`, each, [
        `const c${l} = first${l} + k${l};`,
        `const q${l} = ${quotient(`c${l}`, LANES)};`,
        `let t${l} = 0.0;`,
        ...(p.h === 1 ? [`const iy${l} = 0;`] : []),
        ...loop(`iy${l}`, p.h, [`t${l} = t${l} + ${value};`]),
        `s${l} = s${l} + t${l};`,
      ]),
      factor ? `s${l} = 1.0 / Math.sqrt(${mean} + ${literal(p.eps)});` : `s${l} = ${mean};`,
    ];
  };
  return kernelText(["in0"], [...at.lines, ...ZEROS, ...eachChannelLane(p.c, at, lane)]);
}

function resultSource(p: GroupNormProblem, access: Access): string {
  const at = here(access, [p.n, p.c, p.h, p.w]);
  const mean = access.texel("mean", "in1", at.z, "0", "0");
  const factor = access.texel("factor", "in2", at.z, "0", "0");
  return kernelText(
    ["in0", "in1", "in2"],
    [
      ...at.lines,
      ...ZEROS,
      ...readTexel(access, "in0", at.z, at.y, at.x),
      ...mean.lines,
      ...factor.lines,
      ...EACH.map((l) => `s${l} = (s${l} - ${mean.lanes[l]}) * ${factor.lanes[l]};`),
      ...spareLines(p.c, at.o),
    ],
  );
}

/** Two kernels, so that a pixel's mean and variance are computed once and not for each texel. */
export const layerNorm: OperationKernels<LayerNormProblem> = {
  steps(p) {
    const shape: Shape4 = [p.n, p.c, p.h, p.w];
    const pixels = nc4hw4Of([p.n, 1, p.h, p.w]);
    return {
      algorithm: p.kind,
      steps: [
        {
          key: `${formatOperation(p)} statistics`,
          reads: { in0: input(shape) },
          output: pixels,
          source: (access) => statisticsSource(p, access),
        },
        {
          key: formatOperation(p),
          reads: { in0: input(shape), in1: { of: "step", index: 0, planes: pixels } },
          output: nc4hw4Of(shape),
          source: (access) => normalizedSource(p, access),
        },
      ],
    };
  },
};

/** Makes a texel for each pixel: the mean of its channels, and the factor of their differences. */
function statisticsSource(p: LayerNormProblem, access: Access): string {
  const at = here(access, [p.n, 1, p.h, p.w]);
  const full = Math.floor(p.c / LANES);
  /** `as` is the beginning of the names of one pass over the channels. */
  const over = (as: string, body: (v: string, name: string, lane: number) => readonly string[]): readonly string[] => {
    const read = (name: string, block: string, lanes: readonly number[]) => {
      const texel = access.texel(name, "in0", planeAt(at, p.c, block), at.y, at.x);
      return [...texel.lines, ...lanes.flatMap((l) => body(texel.lanes[l]!, `${name}${l}`, l))];
    };
    return [
      ...(full > 0 ? loop("i", full, read(`${as}v`, full > 1 ? "i" : "0", EACH)) : []),
      ...(p.c % LANES > 0 ? read(`${as}rest`, String(full), EACH.slice(0, p.c % LANES)) : []),
    ];
  };
  const total = (name: string): string => `((${name}0 + ${name}1) + (${name}2 + ${name}3)) / ${literal(p.c)}`;
  return kernelText(
    ["in0"],
    [
      ...at.lines,
      ...EACH.map((l) => `let sum${l} = 0.0;`),
      ...over("mean", (v, _, lane) => [`sum${lane} = sum${lane} + ${v};`]),
      `const s0 = ${total("sum")};`,
      ...EACH.map((l) => `let square${l} = 0.0;`),
      ...over("square", (v, name, lane) => [
        `const ${name}d = ${v} - s0;`,
        `square${lane} = square${lane} + ${name}d * ${name}d;`,
      ]),
      `const s1 = 1.0 / Math.sqrt(${total("square")} + ${literal(p.eps)});`,
      "const s2 = 0.0;",
      "const s3 = 0.0;",
    ],
  );
}

function normalizedSource(p: LayerNormProblem, access: Access): string {
  const at = here(access, [p.n, p.c, p.h, p.w]);
  const pixel = access.texel("pixel", "in1", sum(at.image || "0"), at.y, at.x);
  return kernelText(
    ["in0", "in1"],
    [
      ...at.lines,
      ...ZEROS,
      ...readTexel(access, "in0", at.z, at.y, at.x),
      ...pixel.lines,
      `const mean = ${pixel.lanes[0]};`,
      `const factor = ${pixel.lanes[1]};`,
      ...EACH.map((l) => `s${l} = (s${l} - mean) * factor;`),
      ...spareLines(p.c, at.o),
    ],
  );
}

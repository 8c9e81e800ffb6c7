/**
 * A problem as a kernel of gpu.js: a JavaScript function, as text. The function computes one texel, four channels of
 * one output pixel, and has every size in it as a number. gpu.js translates the function for the device. The inner loop
 * is over input channels, so that the place of a tap is computed once for all of them.
 */

import { type Conv2dProblem, inputShape, outputShape } from "@convene/core";
import { clampLines, EACH, indented, kernelText, loop, quotient, spareLines, sum, times } from "./kernel-text.js";
import { type Algorithm, algorithmOf, blocks, LANES, type Nc4hw4, nc4hw4Of, weightPlanes } from "./nc4hw4.js";
import { raggedPasses, raggedTap } from "./ragged-groups.js";

/** The names of a kernel's arguments: the input, or several inputs by number; the weights, or another table of numbers; the residual. */
export type ArgumentName = "x" | `in${number}` | "w" | "r";

/** The sizes of a kernel's arguments by name, in the kernel's order. */
export type Arguments = Readonly<Record<string, Nc4hw4>>;

/** A thread's plane, row and column, as expressions, and the lines that must stand before these expressions. */
export interface Place {
  readonly lines: readonly string[];
  readonly z: string;
  readonly y: string;
  readonly x: string;
}

/** The pieces of text by which a kernel finds its place and reads its arguments. They differ between buffers and textures. */
export interface Access {
  place(output: Nc4hw4): Place;
  /** Lines that read a texel, and expressions for its lanes after these lines. `as` is an unused name. */
  texel(
    as: string,
    from: ArgumentName,
    z: string,
    y: string,
    x: string,
  ): { readonly lines: readonly string[]; readonly lanes: readonly string[] };
  /** One lane of a texel. */
  lane(from: ArgumentName, z: string, y: string, x: string, lane: string): string;
}

export function kernelArguments(p: Conv2dProblem): Arguments {
  const output = nc4hw4Of(outputShape(p));
  return { x: nc4hw4Of(inputShape(p)), w: weightPlanes(p), ...(p.residual ? { r: output } : {}) };
}

export function kernelSource(p: Conv2dProblem, access: Access): string {
  const { lines: start, z, y, x } = access.place(nc4hw4Of(outputShape(p)));
  const images = p.n > 1;
  // gpu.js makes a float of every named value. An expression without a name stays an integer.
  const o = images ? "o" : z;
  const bias = p.bias ? access.texel("bias", "w", o, String(p.kh * p.kw), "0") : undefined;
  const algorithm = ALGORITHMS[algorithmOf(p)];
  const taps = loop("ky", p.kh, [
    ...coordinate("iy", times(y, p.sh), "ky", p.kh, p.dh, p.pt, p.pb, p.ih, p.paddingMode, (iy) =>
      loop("kx", p.kw, [
        ...coordinate("ix", times(x, p.sw), "kx", p.kw, p.dw, p.pl, p.pr, p.iw, p.paddingMode, (ix) => {
          const at = { z, o, iy, ix, row: sum(p.kh > 1 && times("ky", p.kw), p.kw > 1 && "kx") };
          return algorithm.tap(p, access, at);
        }),
      ]),
    ),
  ]);
  const lines = [
    ...start,
    ...(images ? [`const image = ${quotient(z, blocks(p.oc))};`, `const o = ${z} - image * ${blocks(p.oc)};`] : []),
    ...(bias ? bias.lines : []),
    ...EACH.map((l) => `let s${l} = ${bias ? bias.lanes[l] : "0.0"};`),
    ...algorithm.before(p, o),
    ...(algorithm.around?.(p, o, taps) ?? taps),
  ];
  if (p.residual) {
    const residual = access.texel("skip", "r", z, y, x);
    lines.push(...residual.lines, ...EACH.map((l) => `s${l} += ${residual.lanes[l]};`));
  }
  // Spare lanes must be 0. Their weights are 0, but 0 times an infinity is NaN, so the lanes are set to 0 here.
  lines.push(...clampLines(p.activation), ...spareLines(p.oc, o));
  return kernelText(Object.keys(kernelArguments(p)), lines);
}

/** The place of a tap: output plane, output plane within the image, input row and column, row of the weights. */
export interface Tap {
  readonly z: string;
  readonly o: string;
  readonly iy: string;
  readonly ix: string;
  readonly row: string;
}

interface Lines {
  /** Lines before all taps. */
  before(p: Conv2dProblem, o: string): readonly string[];
  /** Lines around all taps. Left out: the lines of the taps. */
  around?(p: Conv2dProblem, o: string, taps: readonly string[]): readonly string[];
  /** Lines for a tap. */
  tap(p: Conv2dProblem, access: Access, at: Tap): readonly string[];
}

const ALGORITHMS: Readonly<Record<Algorithm, Lines>> = {
  dense: {
    before(p, o) {
      // The first input plane of the image, plus the first plane of the group.
      const image = p.n > 1 && `image * ${blocks(p.ic)}`;
      const group = p.g > 1 && `${quotient(o, p.oc / p.g / LANES)} * ${p.ic / p.g / LANES}`;
      return image || group ? [`const plane = ${sum(image, group)};`] : [];
    },
    tap(p, access, { o, iy, ix, row }) {
      const count = blocks(p.ic / p.g);
      const plane = sum((p.n > 1 || p.g > 1) && "plane", count > 1 && "i");
      const v = access.texel("v", "x", plane, iy, ix);
      // Lanes that only fill up the texel have weights of 0, so their products are left out.
      const used = EACH.slice(0, Math.min(p.ic / p.g, LANES));
      const w = used.map((c) =>
        access.texel(`w${c}`, "w", o, row, sum(count > 1 && times("i", LANES), (c > 0 || count === 1) && String(c))),
      );
      return loop("i", count, [
        ...v.lines,
        // Each lane gets a name, because it is used four times.
        ...used.map((c) => `const v${c} = ${v.lanes[c]};`),
        ...w.flatMap(({ lines }) => lines),
        ...EACH.map((l) => `s${l} += ${used.map((c) => `v${c} * ${w[c]!.lanes[l]}`).join(" + ")};`),
      ]);
    },
  },
  depthwise: {
    before: () => [],
    tap(_, access, { z, o, iy, ix, row }) {
      const [v, w] = [access.texel("v", "x", z, iy, ix), access.texel("w0", "w", o, row, "0")];
      return [...v.lines, ...w.lines, ...EACH.map((l) => `s${l} += ${v.lanes[l]} * ${w.lanes[l]};`)];
    },
  },
  ragged: { before: () => [], around: raggedPasses, tap: raggedTap },
  grouped: {
    before: (p, o) => [
      ...(p.n > 1 ? [`const plane = image * ${blocks(p.ic)};`] : []),
      // Each lane's first input channel.
      ...EACH.map((l) => `const c${l} = ${quotient(`${o} * ${LANES} + ${l}`, p.oc / p.g)} * ${p.ic / p.g};`),
    ],
    tap(p, access, { o, iy, ix, row }) {
      const count = p.ic / p.g;
      const w = access.texel("w0", "w", o, row, count > 1 ? "i" : "0");
      return loop("i", count, [
        ...w.lines,
        ...EACH.flatMap((l) => {
          const block = `q${l}`;
          const channel = sum(`c${l}`, count > 1 && "i");
          const value = access.lane("x", sum(p.n > 1 && "plane", block), iy, ix, `${channel} - ${block} * ${LANES}`);
          return [`const ${block} = ${quotient(channel, LANES)};`, `s${l} += ${value} * ${w.lanes[l]};`];
        }),
      ]);
    },
  },
};

/** The lines of `body` for the input coordinate `at` of a tap. They are skipped where the coordinate lies in padding of zeros. */
function coordinate(
  at: "ix" | "iy",
  first: string,
  k: "kx" | "ky",
  count: number,
  dilation: number,
  before: number,
  after: number,
  size: number,
  mode: Conv2dProblem["paddingMode"],
  body: (where: string) => readonly string[],
): readonly string[] {
  const place = sum(first, count > 1 && times(k, dilation)) + (before > 0 ? ` - ${before}` : "");
  if (before === 0 && after === 0) return body(place);
  const define = `let ${at} = ${place};`;
  const inside = body(at);
  const last = size - 1;
  switch (mode) {
    case "zeros":
      return [define, `if (${at} >= 0 && ${at} < ${size}) {`, ...indented(inside), "}"];
    case "replicate":
      return [define, `if (${at} < 0) { ${at} = 0; }`, `if (${at} > ${last}) { ${at} = ${last}; }`, ...inside];
    case "reflect":
      return [
        define,
        `if (${at} < 0) { ${at} = -${at}; }`,
        `if (${at} > ${last}) { ${at} = ${2 * last} - ${at}; }`,
        ...inside,
      ];
    case "circular":
      return [
        define,
        `if (${at} < 0) { ${at} = ${at} + ${size}; }`,
        `if (${at} > ${last}) { ${at} = ${at} - ${size}; }`,
        ...inside,
      ];
  }
}

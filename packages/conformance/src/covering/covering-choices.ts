/** Makes the list in `cases/covering-problems.ts`; only its test runs this. */

import { type Activation, type Conv2dProblem, conv2dProblem, type PaddingMode } from "@convene/core";
import { randomSource } from "../random-source.js";
import { type Constraint, coveringArray } from "./covering-array.js";

/** The options and their levels. */
export const OPTION_SPACE = {
  paddingMode: ["zeros", "reflect", "replicate", "circular"],
  kh: [1, 2, 3, 4, 5, 6, 7],
  dh: [1, 2, 3],
  sh: [1, 2, 3],
  verticalPads: ["none", "before", "after", "equal", "unequal"],
  height: ["one pixel", "less than the kernel", "one output", "more"],
  kw: [1, 2, 3, 4, 5, 6, 7],
  dw: [1, 2, 3],
  sw: [1, 2, 3],
  horizontalPads: ["none", "before", "after", "equal", "unequal"],
  width: ["one pixel", "less than the kernel", "one output", "more"],
  groups: ["standard", "two", "three", "depthwise", "multiplier"],
  inChannels: [1, 3, 5, 13],
  outChannels: [1, 4, 8, 17],
  n: [1, 2, 3],
  bias: [true, false],
  residual: [false, true],
  activation: [undefined, "relu", "relu6", { clamp: [-5, 40] }],
} as const satisfies Readonly<Record<string, readonly unknown[]>> & {
  readonly paddingMode: readonly PaddingMode[];
  readonly activation: readonly (Activation | undefined)[];
};

type Option = keyof typeof OPTION_SPACE;
/** A level of each option. */
export type Choice = { readonly [K in Option]: (typeof OPTION_SPACE)[K][number] };

const OPTIONS = Object.keys(OPTION_SPACE) as Option[];

/** Along an axis these have to go together, and no others anywhere. */
const VERTICAL = ["paddingMode", "kh", "dh", "sh", "verticalPads", "height"] as const;
const HORIZONTAL = ["paddingMode", "kw", "dw", "sw", "horizontalPads", "width"] as const;

let made: readonly Choice[] | undefined;

/** The rows of the covering array, always the same ones. */
export function coveringChoices(): readonly Choice[] {
  made ??= coveringArray(
    OPTIONS.map((option) => OPTION_SPACE[option].length),
    { constraints: [VERTICAL, HORIZONTAL].map(constraintOf), random: randomSource(1) },
  ).map((row) => Object.fromEntries(OPTIONS.map((option, at) => [option, OPTION_SPACE[option][row[at]!]])) as Choice);
  return made;
}

function constraintOf(options: typeof VERTICAL | typeof HORIZONTAL): Constraint {
  return {
    factors: options.map((option) => OPTIONS.indexOf(option)),
    allows: (levels) =>
      // A level for each option, in their order, is what the tuple says; `map` gives a list of no known length.
      axisOf(...(options.map((option, at) => OPTION_SPACE[option][levels[at]!]) as unknown as AxisLevels)) !==
      undefined,
  };
}

/** The problem of a row. */
export function problemOf(choice: Choice): Conv2dProblem {
  const { paddingMode, kh, dh, kw, dw, sh, sw, n, bias, residual, activation } = choice;
  const vertical = axisOf(paddingMode, kh, dh, sh, choice.verticalPads, choice.height)!;
  const horizontal = axisOf(paddingMode, kw, dw, sw, choice.horizontalPads, choice.width)!;
  return conv2dProblem({
    n,
    ...channelsOf(choice),
    ih: vertical.size,
    iw: horizontal.size,
    kh,
    kw,
    sh,
    sw,
    dh,
    dw,
    pt: vertical.before,
    pb: vertical.after,
    pl: horizontal.before,
    pr: horizontal.after,
    paddingMode,
    bias,
    residual,
    activation,
  });
}

/** Few channels in each group, so that the problems stay small, and prime numbers of them everywhere. */
function channelsOf({ groups, inChannels, outChannels }: Choice): { g: number; ic: number; oc: number } {
  switch (groups) {
    case "standard":
      return { g: 1, ic: inChannels, oc: outChannels };
    case "two":
      return { g: 2, ic: 2 * inChannels, oc: 2 * outChannels };
    case "three":
      return { g: 3, ic: 3 * inChannels, oc: 3 * outChannels };
    case "depthwise": {
      // From 2 to 30 channels: whole vectors, tails, and primes.
      const channels = inChannels + outChannels;
      return { g: channels, ic: channels, oc: channels };
    }
    case "multiplier": {
      const channels = inChannels + 1;
      return { g: channels, ic: channels, oc: channels * (1 + Math.ceil(outChannels / 3)) };
    }
  }
}

interface Axis {
  readonly size: number;
  readonly before: number;
  readonly after: number;
}

/** How many more pixels than it needs an input of `"more"` has. */
const MORE = 6;
/** The widest pads that are tried: those that a kernel of 7, dilated by 3, needs around one pixel. */
const WIDEST = 19;

type AxisLevels = readonly [
  mode: PaddingMode,
  kernel: number,
  dilation: number,
  stride: number,
  pads: Choice["verticalPads"],
  size: Choice["height"],
];

/** The smallest pads of this kind, and the size, that go with this kernel; `undefined` where none do. */
function axisOf(...[mode, kernel, dilation, stride, pads, size]: AxisLevels): Axis | undefined {
  const span = dilation * (kernel - 1) + 1;
  for (let pad = 1; pad <= WIDEST; pad++) {
    const before = pads === "none" || pads === "after" ? 0 : pad;
    const after = pads === "none" || pads === "before" ? 0 : pads === "unequal" ? pad + 1 : pad;
    const widest = Math.max(before, after);
    // PyTorch's limits: a reflection does not reach past the far edge, and wrapping around happens once.
    const least = mode === "reflect" ? widest + 1 : mode === "circular" ? Math.max(widest, 1) : 1;
    const needed = Math.max(span - before - after, least);
    const chosen = {
      "one pixel": 1,
      "less than the kernel": span - 1,
      "one output": needed,
      more: needed + MORE,
    }[size];
    if (chosen < needed || (size === "one output" && chosen + before + after !== span)) continue;
    // Of one pixel with wide pads, outputs can all lie beside it: such a problem would test nothing.
    const outputs = Array.from({ length: Math.floor((chosen + before + after - span) / stride) + 1 }, (_, at) => at);
    const taps = Array.from({ length: kernel }, (_, at) => at);
    const readsInput = outputs.some((at) =>
      taps.some((tap) => isInside(at * stride + tap * dilation - before, chosen)),
    );
    if (readsInput) return { size: chosen, before, after };
  }
  return undefined;
}

function isInside(at: number, size: number): boolean {
  return at >= 0 && at < size;
}

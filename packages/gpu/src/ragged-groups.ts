/**
 * Groups that begin or end within a texel, such as 31 channels a group. A texel of outputs belongs to one group, or to
 * two. For each of these groups the kernel goes over the texels that the group's inputs touch. Texels in the middle
 * belong to this group only, and the first and the last texels may belong to it in part. Lanes of another group are set
 * to zero, because an infinity in such a lane times a weight of zero would be NaN.
 */

import type { Conv2dProblem } from "@convene/core";
import type { Access, Tap } from "./kernel-source.js";
import { EACH, indented, loop, quotient, sum, times } from "./kernel-text.js";
import { blocks, LANES, texelsOfGroup } from "./nc4hw4.js";

/**
 * Lines around all taps: a pass for each group of the thread's four outputs, of which there are one or two. Both passes are the same code.
 * With code for each group, the kernel took 1.6 times as long as whole texels for a 3x3 of 4 x (31→31) channels, and 1.3 times in this form.
 * For a 1x1 the figures are 1.7 and 1.4 (WebGPU in software, two cores of an AMD EPYC, `bench` with both kernels in turn). The longer
 * kernel is slow also where no thread has a second group, so its length counts, and not its work.
 */
export function raggedPasses(p: Conv2dProblem, o: string, taps: readonly string[]): readonly string[] {
  const [inputs, outputs] = [p.ic / p.g, p.oc / p.g];
  return [
    `const first = ${quotient(`${o} * ${LANES}`, outputs)};`,
    // The number of lanes of the first group. It is four or more if there is no second group.
    `let lanes = (first + 1) * ${outputs} - ${o} * ${LANES};`,
    ...(p.oc % LANES === 0 ? [] : [`if (first > ${p.g - 1.5}) { lanes = ${LANES}; }`]),
    `let start = first * ${inputs};`,
    // 1 in the pass of the first group, and -1 in the pass of the second.
    "let side = 1.0;",
    ...loop("pass", 2, [
      `const texel = ${quotient("start", LANES)};`,
      `const skip = start - texel * ${LANES};`,
      `const plane = ${sum(p.n > 1 && `image * ${blocks(p.ic)}`, "texel")};`,
      ...EACH.map((l) => `let sum${l} = 0.0;`),
      ...taps,
      // The lanes of the pass's group take its sums.
      ...EACH.map((l) => `if (side * (lanes - ${l + 0.5}) > 0.0) { s${l} += sum${l}; }`),
      `if (lanes > ${LANES - 0.5}) { break; }`,
      `start = start + ${inputs};`,
      "side = -1.0;",
    ]),
  ];
}

/** Lines that add the products of a tap with all of the group's inputs to `sum0` to `sum3`. */
export function raggedTap(p: Conv2dProblem, access: Access, { o, iy, ix, row }: Tap): readonly string[] {
  const inputs = p.ic / p.g;
  const whole = Math.floor(inputs / LANES);
  /** Lines that add the products of a texel of inputs. `masks` are lines that set lanes of other groups to zero. */
  const texel = (as: string, t: string, column: (c: number) => string, masks: readonly string[]): readonly string[] => {
    const v = access.texel(`${as}v`, "x", sum("plane", t), iy, ix);
    const w = EACH.map((c) => access.texel(`${as}w${c}`, "w", o, row, column(c)));
    return [
      ...v.lines,
      ...EACH.map((c) => `let ${as}${c} = ${v.lanes[c]};`),
      ...masks,
      ...w.flatMap(({ lines }) => lines),
      ...EACH.map((l) => `sum${l} += ${EACH.map((c) => `${as}${c} * ${w[c]!.lanes[l]}`).join(" + ")};`),
    ];
  };
  const edge = (t: number): readonly string[] => {
    const as = `t${t}_`;
    const before = t === 0 ? EACH.slice(0, -1).map((c) => `if (skip > ${c + 0.5}) { ${as}${c} = 0.0; }`) : [];
    const end = (c: number): number => LANES * t + c - inputs + 0.5;
    const after = EACH.filter((c) => end(c) > 0).map((c) => `if (skip < ${end(c)}) { ${as}${c} = 0.0; }`);
    const lines = texel(as, String(t), (c) => String(LANES * t + c), [...before, ...after]);
    // A group that begins at the start of a texel touches fewer texels, so this texel is tested for.
    return end(0) > 0 ? [`if (skip > ${end(0)}) {`, ...indented(lines), "}"] : lines;
  };
  return [
    ...edge(0),
    ...(whole > 1
      ? loop(
          "i",
          whole - 1,
          texel(
            "m",
            whole > 2 ? "i + 1" : "1",
            (c) => (whole > 2 ? `${times("i", LANES)} + ${LANES + c}` : String(LANES + c)),
            [],
          ),
        )
      : []),
    ...Array.from({ length: texelsOfGroup(p) - Math.max(whole, 1) }, (_, i) => edge(Math.max(whole, 1) + i)).flat(),
  ];
}

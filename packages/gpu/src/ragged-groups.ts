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

/** Lines before all taps: the groups of the thread's four outputs, and where the inputs of these groups begin. */
export function raggedLines(p: Conv2dProblem, o: string): readonly string[] {
  const [inputs, outputs] = [p.ic / p.g, p.oc / p.g];
  return [
    `const first = ${quotient(`${o} * ${LANES}`, outputs)};`,
    // The number of lanes of the first group. It is four or more if there is no second group.
    `let lanes = (first + 1) * ${outputs} - ${o} * ${LANES};`,
    ...(p.oc % LANES === 0 ? [] : [`if (first > ${p.g - 1.5}) { lanes = ${LANES}; }`]),
    ...["A", "B"].flatMap((group, index) => [
      `const start${group} = ${index === 0 ? "first" : "(first + 1)"} * ${inputs};`,
      `const texel${group} = ${quotient(`start${group}`, LANES)};`,
      `const skip${group} = start${group} - texel${group} * ${LANES};`,
      `const plane${group} = ${sum(p.n > 1 && `image * ${blocks(p.ic)}`, `texel${group}`)};`,
    ]),
  ];
}

/** Lines for a tap. */
export function raggedTap(p: Conv2dProblem, access: Access, at: Tap): readonly string[] {
  return [
    ...groupLines(p, access, at, "A"),
    ...EACH.map((l) => (l === 0 ? "s0 += A0;" : `if (lanes > ${l + 0.5}) { s${l} += A${l}; }`)),
    `if (lanes < ${LANES - 0.5}) {`,
    ...indented([
      ...groupLines(p, access, at, "B"),
      ...EACH.slice(1).map((l) => `if (lanes < ${l + 0.5}) { s${l} += B${l}; }`),
    ]),
    "}",
  ];
}

/** Lines that compute the sums of a tap over all of the group's inputs, in `A0` to `A3` or `B0` to `B3`. */
function groupLines(p: Conv2dProblem, access: Access, { o, iy, ix, row }: Tap, group: "A" | "B"): readonly string[] {
  const inputs = p.ic / p.g;
  const whole = Math.floor(inputs / LANES);
  /** Lines that add the products of a texel of inputs. `masks` are lines that set lanes of other groups to zero. */
  const texel = (as: string, t: string, column: (c: number) => string, masks: readonly string[]): readonly string[] => {
    const v = access.texel(`${as}v`, "x", sum(`plane${group}`, t), iy, ix);
    const w = EACH.map((c) => access.texel(`${as}w${c}`, "w", o, row, column(c)));
    return [
      ...v.lines,
      ...EACH.map((c) => `let ${as}${c} = ${v.lanes[c]};`),
      ...masks,
      ...w.flatMap(({ lines }) => lines),
      ...EACH.map((l) => `${group}${l} += ${EACH.map((c) => `${as}${c} * ${w[c]!.lanes[l]}`).join(" + ")};`),
    ];
  };
  const edge = (t: number): readonly string[] => {
    const as = `${group.toLowerCase()}${t}_`;
    const before = t === 0 ? EACH.slice(0, -1).map((c) => `if (skip${group} > ${c + 0.5}) { ${as}${c} = 0.0; }`) : [];
    const end = (c: number): number => LANES * t + c - inputs + 0.5;
    const after = EACH.filter((c) => end(c) > 0).map((c) => `if (skip${group} < ${end(c)}) { ${as}${c} = 0.0; }`);
    const lines = texel(as, String(t), (c) => String(LANES * t + c), [...before, ...after]);
    // A group that begins at the start of a texel touches fewer texels, so this texel is tested for.
    return end(0) > 0 ? [`if (skip${group} > ${end(0)}) {`, ...indented(lines), "}"] : lines;
  };
  const middle = `${group.toLowerCase()}i`;
  return [
    ...EACH.map((l) => `let ${group}${l} = 0.0;`),
    ...edge(0),
    ...(whole > 1
      ? loop(
          middle,
          whole - 1,
          texel(
            `${group.toLowerCase()}m`,
            whole > 2 ? `${middle} + 1` : "1",
            (c) => (whole > 2 ? `${times(middle, LANES)} + ${LANES + c}` : String(LANES + c)),
            [],
          ),
        )
      : []),
    ...Array.from({ length: texelsOfGroup(p) - Math.max(whole, 1) }, (_, i) => edge(Math.max(whole, 1) + i)).flat(),
  ];
}

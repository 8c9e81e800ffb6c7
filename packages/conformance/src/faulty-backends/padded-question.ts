/** Faults of the border. The input is padded by hand, and one padding mode reads the wrong places. */

import type { PaddingMode } from "@convene/core";
import { gather } from "./elements.js";
import { faultyQuestion } from "./faulty-backend.js";

/** The reference, but in padding mode `mode` a coordinate outside `[0, size)` reads at `source`. */
export function paddedQuestion(
  name: string,
  mode: PaddingMode,
  source: (at: number, size: number) => number,
): ReturnType<typeof faultyQuestion> {
  const inside = (at: number, size: number): number => (at >= 0 && at < size ? at : source(at, size));
  return faultyQuestion(name, (problem, operands) => {
    if (problem.paddingMode !== mode) return [problem, operands];
    const { n, ic, ih, iw, pt, pl, pb, pr } = problem;
    const input = gather([n, ic, ih + pt + pb, iw + pl + pr], operands.input, ({ image, c, y, x }) => {
      const [sourceY, sourceX] = [inside(y - pt, ih), inside(x - pl, iw)];
      return ((image * ic + c) * ih + sourceY) * iw + sourceX;
    });
    const padded = { ...problem, ih: ih + pt + pb, iw: iw + pl + pr, pt: 0, pl: 0, pb: 0, pr: 0 };
    return [padded, { ...operands, input }];
  });
}

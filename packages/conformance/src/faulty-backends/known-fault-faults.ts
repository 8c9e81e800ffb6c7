/** Faults that public libraries had. They show at sizes that no other part of the suite has. */

import { weightShape } from "@convene/core";
import { faultyElements, gather } from "./elements.js";
import { type Fault, faultyQuestion } from "./faulty-backend.js";

export const KNOWN_FAULT_FAULTS: readonly Fault[] = [
  {
    name: "taps-counted-in-8-bits",
    about: "A tap's row and column have one byte each, so row 256 of a kernel is read as row 0.",
    caughtBy: ["known-faults"],
    problems: { wrong: "ic1_ih257_iw2_oc2_kh257_kw1", right: "ic1_ih254_iw2_oc2_kh254_kw1" },
    backend: faultyQuestion("taps-counted-in-8-bits", (problem, operands) => {
      const { kh, kw } = problem;
      const weight = gather(weightShape(problem), operands.weight, ({ at, y, x }) =>
        y > 254 || x > 254 ? at - (y > 254 ? 255 * kw : 0) - (x > 254 ? 255 : 0) : at,
      );
      return [problem, kh > 255 || kw > 255 ? { ...operands, weight } : operands];
    }),
  },
  {
    name: "depthwise-dilation-of-4",
    about:
      "Two columns share one texel, so a depthwise kernel has a form for each dilation. Dilation 4 gets the form of dilation 2.",
    caughtBy: ["known-faults"],
    problems: { wrong: "g3_ic3_ih9_oc3_kh3_ph4_dh4", right: "g3_ic3_ih9_oc3_kh3_ph3_dh3" },
    backend: faultyQuestion("depthwise-dilation-of-4", (problem, operands) => {
      const { g, ic, dw, kw } = problem;
      const wrong = g > 1 && g === ic && dw === 4 && kw === 3;
      return [wrong ? { ...problem, dw: 2, pl: problem.pl - 2, pr: problem.pr - 2 } : problem, operands];
    }),
  },
  {
    name: "tile-of-32-columns",
    about: "A row of the output is one tile of 32 columns. Only pointwise kernels have code for a second tile.",
    caughtBy: ["known-faults"],
    problems: { wrong: "ic3_ih4_iw60_oc4_kh3_ph1", right: "ic3_ih4_iw32_oc4_kh3_ph1" },
    backend: faultyElements("tile-of-32-columns", ({ x, at }, result, { g, kh, kw, sw }) =>
      g === 1 && kh === 3 && kw === 3 && sw === 1 && x >= 32 ? 0 : result[at]!,
    ),
  },
  {
    name: "last-tile-of-wide-channels",
    about:
      "From the 129th output channel on, channels are computed in blocks of 32. The channels after the last whole block are not computed.",
    caughtBy: ["known-faults"],
    problems: { wrong: "ic3_ih2_oc150_kh1", right: "ic3_ih2_oc160_kh1" },
    backend: faultyElements("last-tile-of-wide-channels", ({ c, at }, result, { g, oc }) =>
      g === 1 && oc > 128 && c >= oc - (oc % 32) ? 0 : result[at]!,
    ),
  },
];

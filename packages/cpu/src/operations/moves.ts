/** Operations that only move elements, row by row: concat, slice, pad, nearest upsampling. */

import {
  type ConcatProblem,
  operationInputShapes,
  operationOutputShape,
  type OperationProblem,
  type PadProblem,
  type SliceProblem,
  type UpsampleProblem,
} from "@convene/core";
import { upsampleSources } from "@convene/core/backend";
import type { OperationPlan, Step, Workplace } from "../algorithms/algorithm.js";
import { storageLayout } from "../storage.js";
import { copyStep, type RowsOfRuns, runsOf } from "./copy-runs.js";

/** An operation's tensors, as `copyStep` takes them. */
export function imagesOf(
  problem: OperationProblem,
  input = 0,
): Pick<RowsOfRuns, "n" | "outputRow" | "inputImage" | "outputImage"> {
  const output = operationOutputShape(problem);
  const [n, c, , w] = output;
  return {
    n,
    outputRow: c * w,
    inputImage: storageLayout(operationInputShapes(problem)[input]!).image,
    outputImage: storageLayout(output).image,
  };
}

/** A plan of steps that copy. */
export function copies(steps: readonly Step[]): OperationPlan {
  return { algorithm: "copy", steps, workspace: { shared: 0, own: 0 } };
}

/** A step for each input. */
export function planConcat(place: Workplace, p: ConcatProblem): OperationPlan {
  const { channels, h, w } = p;
  const all = channels.reduce((sum, c) => sum + c, 0);
  let first = 0;
  const steps = channels.map((c, input) => {
    const to = first;
    first += c;
    return {
      ...copyStep(place, {
        ...imagesOf(p, input),
        rows: Int32Array.from({ length: h }, (_, y) => y * w * c),
        runs: runsOf(w, (x) => ({ to: x * all + to, from: x * c, count: c })),
      }),
      input,
    };
  });
  return copies(steps);
}

export function planSlice(place: Workplace, p: SliceProblem): OperationPlan {
  const step = copyStep(place, {
    ...imagesOf(p),
    rows: Int32Array.from({ length: p.oh }, (_, y) => (p.fh + y * p.sh) * p.iw * p.c),
    runs: runsOf(p.ow, (x) => ({ to: x * p.oc, from: (p.fw + x * p.sw) * p.c + p.fc, count: p.oc })),
  });
  return copies([step]);
}

export function planPad(place: Workplace, p: PadProblem): OperationPlan {
  const [oc, oh, ow] = [p.pf + p.c + p.pk, p.pt + p.ih + p.pb, p.pl + p.iw + p.pr];
  const end = (p.pl + p.iw) * oc;
  const step = copyStep(place, {
    ...imagesOf(p),
    value: p.value,
    rows: Int32Array.from({ length: oh }, (_, y) => (y < p.pt || y >= p.pt + p.ih ? -1 : (y - p.pt) * p.iw * p.c)),
    runs: [
      { to: 0, from: undefined, count: p.pl * oc },
      ...runsOf(p.iw, (x) => x).flatMap((x) => {
        const to = (p.pl + x) * oc;
        return [
          { to, from: undefined, count: p.pf },
          { to: to + p.pf, from: x * p.c, count: p.c },
          { to: to + p.pf + p.c, from: undefined, count: p.pk },
        ];
      }),
      { to: end, from: undefined, count: ow * oc - end },
    ],
  });
  return copies([step]);
}

export function planNearest(place: Workplace, p: UpsampleProblem): OperationPlan {
  const [rows, columns] = [upsampleSources(p, "h").low, upsampleSources(p, "w").low];
  const step = copyStep(place, {
    ...imagesOf(p),
    rows: rows.map((y) => y * p.iw * p.c),
    runs: runsOf(p.ow, (x) => ({ to: x * p.c, from: columns[x]! * p.c, count: p.c })),
  });
  return copies([step]);
}

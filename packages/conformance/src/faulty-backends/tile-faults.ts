/** Faults between tiles: some right results are never written, or written elsewhere, or written twice. */

import { rememberedConv2d } from "../remembered-reference.js";
import { randomSource } from "../random-source.js";
import { faultyElements } from "./elements.js";
import { copyWeights, type Fault, faultyBackend, faultyCompute, planOf } from "./faulty-backend.js";

const REFERENCE_SUITES = ["exact", "bounded", "goldens"] as const;

export const TILE_FAULTS: readonly Fault[] = [
  {
    name: "tail-not-written",
    about:
      "Channels after the last whole tile of 8 are never written, because the loop over tiles ends one tile early.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic4_ih5_oc13_kh3", right: "ic4_ih5_oc16_kh3" },
    // Without a whole tile another loop computes, and that loop is right.
    backend: faultyElements("tail-not-written", ({ c, at }, result, { oc }) =>
      oc < 8 || c < oc - (oc % 8) ? result[at]! : undefined,
    ),
  },
  {
    name: "last-odd-column-missing",
    about: "Columns are computed in pairs, and the last column of an odd number is never written.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih5_oc4_kh3", right: "ic3_ih6_oc4_kh3" },
    backend: faultyElements("last-odd-column-missing", ({ x, at }, result, { ow }) =>
      ow % 2 === 0 || x < ow - 1 ? result[at]! : undefined,
    ),
  },
  {
    name: "last-row-of-a-partial-tile-missing",
    about: "Tiles have 4 rows. If fewer rows are left, the last row is taken for the border, and skipped.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih7_oc4_kh3", right: "ic3_ih6_oc4_kh3" },
    backend: faultyElements("last-row-of-a-partial-tile-missing", ({ y, at }, result, { oh }) =>
      oh % 4 === 0 || y < oh - 1 ? result[at]! : undefined,
    ),
  },
  {
    name: "overlapping-tiles-added-twice",
    about:
      "The last tile of 4 rows is moved back so that it is whole. The rows that it shares with the tile before are summed twice.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih7_oc4_kh3", right: "ic3_ih6_oc4_kh3" },
    backend: faultyElements("overlapping-tiles-added-twice", ({ y, at }, result, { oh }) => {
      const shared = oh > 4 && y >= oh - 4 && y < oh - (oh % 4);
      return shared ? 2 * result[at]! : result[at]!;
    }),
  },
  {
    name: "winograd-corner",
    about:
      "In a Winograd tile of 2 x 2 outputs, one sign of the output transform is wrong, so the corner output lacks a tap.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic3_ih6_oc4_kh3", right: "ic3_ih9_oc4_kh3_sh2" },
    backend: faultyCompute("winograd-corner", (problem, operands, output) => {
      const { kh, kw, sh, sw, dh, dw, oh, ow } = problem;
      output.set(rememberedConv2d(problem, operands).output);
      if (kh !== 3 || kw !== 3 || sh !== 1 || sw !== 1 || dh !== 1 || dw !== 1) return;
      const weight = operands.weight.map((each, at) => (at % 9 === 8 ? 0 : each));
      const lacking = rememberedConv2d(problem, { ...operands, weight }).output;
      for (let at = 0; at < output.length; at++) {
        const [y, x] = [Math.floor(at / ow) % oh, at % ow];
        if (y % 2 === 1 && x % 2 === 1) output[at] = lacking[at]!;
      }
    }),
  },
  {
    name: "tiles-race",
    about: "Two threads sometimes take the same ticket. Then their tiles, of one channel each, are exchanged.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic3_ih6_oc5_kh3", right: "ic3_ih6_oc1_kh3" },
    backend: faultyBackend("tiles-race", () => ({
      prepareConv2d: async (problem, weights) => {
        // Each plan has its own random source, so that a problem has the same race alone and in the suite.
        const random = randomSource(1);
        return planOf((operands, output) => {
          output.set(rememberedConv2d(problem, operands).output);
          const size = problem.oh * problem.ow;
          for (let tile = size; tile < output.length; tile += size) {
            if (random() < 0.5) continue;
            const other = output.slice(tile - size, tile);
            output.copyWithin(tile - size, tile, tile + size);
            output.set(other, tile);
          }
        }, copyWeights(weights));
      },
    })),
  },
  {
    name: "output-not-cleared",
    about: "Sums are added to the old content of the output, which is zero only in new memory.",
    caughtBy: [...REFERENCE_SUITES, "lifecycle"],
    problems: { wrong: "ic3_ih6_oc4_kh3", right: "ic3_ih6_oc4_kh1" },
    backend: faultyElements("output-not-cleared", ({ at }, result, { kh, kw }, _operands, before) =>
      // With one tap there is no sum over taps.
      kh * kw === 1 ? result[at]! : before + result[at]!,
    ),
  },
  {
    name: "zeros-not-written",
    about: "A result of zero is not stored, because new memory is zero.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih6_oc4_kh3_relu", right: "g4_ic4_ih3_oc4_kh1_nobias" },
    backend: faultyElements("zeros-not-written", ({ at }, result) => (result[at] === 0 ? undefined : result[at]!)),
  },
  {
    name: "padding-only-output-is-zero",
    about: "An output whose taps are all in the padding is left at zero, and does not get its bias.",
    caughtBy: REFERENCE_SUITES,
    problems: { wrong: "ic3_ih5_oc4_kh1_ph1", right: "ic3_ih5_oc4_kh1_ph1_nobias" },
    backend: faultyElements("padding-only-output-is-zero", ({ y, x, at }, result, problem) => {
      const { ih, iw, kh, kw, sh, sw, dh, dw, pt, pl, paddingMode } = problem;
      const misses = (first: number, taps: number, dilation: number, size: number): boolean =>
        Array.from({ length: taps }, (_, index) => first + index * dilation).every((tap) => tap < 0 || tap >= size);
      const skipped = paddingMode === "zeros" && (misses(y * sh - pt, kh, dh, ih) || misses(x * sw - pl, kw, dw, iw));
      return skipped ? 0 : result[at]!;
    }),
  },
];

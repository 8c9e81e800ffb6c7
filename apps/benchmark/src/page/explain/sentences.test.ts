import { conv2dProblem } from "@convene/core";
import { expect, it } from "vitest";
import { TEXTBOOK } from "./fields.js";
import { count, describeCell, describePicture, shown } from "./sentences.js";
import { layerOf, pairOf } from "./stages.js";
import { valuesOf } from "./values.js";

const PADDED = conv2dProblem({ ic: 4, g: 2, ih: 4, oc: 4, kh: 3, pt: 1, pb: 1, pl: 1, pr: 1, paddingMode: "reflect" });

it("says which inputs an output reads", () => {
  expect(describeCell([TEXTBOOK], undefined, { kind: "output", board: 0, index: [5, 0, 4] })).toBe(
    "Output plane 5, row 0, column 4: 27 products of input planes 0 to 2 and filter 5.",
  );
  const said = describeCell([PADDED], valuesOf([PADDED], [layerOf(PADDED)]), {
    kind: "output",
    board: 0,
    index: [3, 0, 0],
  });
  expect(said).toContain("18 products of input planes 2 to 3 and filter 3. 10 of them read the padding (reflect).");
  expect(said).toMatch(/Their sum and the bias: −?\d+\.\d\d\. Group 1 of 2; the other groups have no part in it\.$/);
});

it("says which outputs read an input", () => {
  expect(describeCell([TEXTBOOK], undefined, { kind: "input", board: 0, index: [1, 3, 3] })).toBe(
    "Input plane 1, row 3, column 3: 9 places in 128 output planes (0 to 127) read it: 1,152 multiplications.",
  );
  const strided = conv2dProblem({ ic: 1, ih: 3, oc: 1, kh: 1, sh: 2 });
  expect(describeCell([strided], undefined, { kind: "input", board: 0, index: [0, 1, 1] })).toContain(
    "no output reads it.",
  );
});

it("says which inputs a weight multiplies", () => {
  expect(describeCell([PADDED], undefined, { kind: "weight", board: 0, index: [2, 1, 0, 2] })).toBe(
    "Filter 2, channel 1, row 0, column 2: it multiplies 16 places of input plane 3, one for each element of output plane 2.",
  );
});

it("describes the picture", () => {
  expect(describePicture(pairOf(TEXTBOOK))).toBe(
    "Step 1: 3 input planes of 7 by 7, 3 filters of 1 by 3 by 3, 3 output planes of 5 by 5. Each output plane reads 1 input plane. 3 groups: each of them has its own input planes, filters and output planes. Step 2: 3 input planes of 5 by 5, 128 filters of 3 by 1 by 1, 128 output planes of 5 by 5. Each output plane reads every input plane.",
  );
  expect([count(86400), shown(-0.5), shown(123.4)]).toEqual(["86,400", "−0.50", "123"]);
});

import { parseOperation, type ReshapeProblem } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";
import { reshape } from "./reshape.js";

/** The place in the tensor of an element's, in the order of the layout. */
function placeIn([, c, h, w]: readonly [number, number, number, number], order: "nchw" | "nhwc") {
  return (n: number, k: number, y: number, x: number): number =>
    order === "nchw" ? ((n * c + k) * h + y) * w + x : ((n * h + y) * w + x) * c + k;
}

it.each([
  "reshape_ic6_ih2_iw3_oc36_oh1",
  "reshape_ic36_ih1_oc6_oh2_ow3",
  "reshape_n2_ic6_ih2_iw3_oc4_oh9_ow1",
  "reshape_n2_ic6_ih2_iw3_oc4_oh9_ow1_nhwc",
  "reshape_n6_ic5_ih2_iw2_on4_oc3_oh5_ow2",
  "reshape_n6_ic5_ih2_iw2_on4_oc3_oh5_ow2_nhwc",
  "reshape_n3_ic4_ih2_iw1_on1_oc1_oh1_ow24",
  "reshape_n2_ic7_ih3_oc7_oh3",
  "reshape_ic1_ih1_oc1_oh1",
])("%s keeps the elements in their order", async (text) => {
  const { data, problem } = await runOperation(text);
  const { n, ic, ih, iw, on, oc, oh, ow, order } = problem as ReshapeProblem;
  const [source, target] = [placeIn([n, ic, ih, iw], order), placeIn([on, oc, oh, ow], order)];
  const elements: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < ic; c++) {
      for (let y = 0; y < ih; y++)
        for (let x = 0; x < iw; x++) elements[source(i, c, y, x)] = indexIn(problem, 0)(i, c, y, x);
    }
  }
  expect(data).toEqual(eachPlace(problem, (i, c, y, x) => DISTINCT(elements[target(i, c, y, x)]!, 0)));
});

it("takes a tensor of more elements than float32 can count, because it counts axis by axis, and refuses an axis that is too long", () => {
  const refuse = (text: string): string | undefined => reshape.refuse!(parseOperation(text) as ReshapeProblem);
  expect(refuse("reshape_n64_ic512_ih64_iw64_oc2097152_oh1")).toBeUndefined();
  expect(refuse("reshape_ic512_ih256_iw256_oc1_oh512_ow65536")).toBeUndefined();
  expect(refuse("reshape_n2_ic4097_ih8192_iw1_oc8192_oh4097_ow1")).toMatch(
    /counted up to \d+ on the way.*exact up to 2\^24/,
  );
});

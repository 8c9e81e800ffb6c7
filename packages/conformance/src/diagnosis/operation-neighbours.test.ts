import { formatOperation, parseOperation } from "@convene/core";
import { expect, test } from "vitest";
import { neighboursOfOperation } from "./operation-neighbours.js";

const textsOf = (text: string): readonly string[] => neighboursOfOperation(parseOperation(text)).map(formatOperation);

test("neighbours differ from the operation, and from one another", () => {
  const text = "maxPool2d_n3_c2_ih9_iw7_kh2_kw3_sh2_sw1_pt1_pl2_pr2_dh3_dw2";
  const texts = textsOf(text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).not.toContain(text);
});

test("a field of one axis gets the value of the other axis", () => {
  const texts = textsOf("maxPool2d_c2_ih9_kh3_sh2_sw1");
  expect(texts).toContain("maxPool2d_c2_ih9_kh3");
  expect(texts).toContain("maxPool2d_c2_ih9_kh3_sh2");
});

test("a flag is inverted, a choice has another value, a list is reversed", () => {
  expect(textsOf("add_c3_h4")).toContain("add_c3_h4_perChannel");
  expect(textsOf("concat_channels1:2:3_h4")).toContain("concat_channels3:2:1_h4");
  const reshaped = neighboursOfOperation(parseOperation("reshape_ic6_ih4_iw3_oc12_oh2_ow3"));
  expect(reshaped.map((each) => each.kind === "reshape" && each.order)).toContain("nhwc");
});

test("none has an output without elements", () => {
  for (const { n } of neighboursOfOperation(parseOperation("softmax_c4_h3"))) expect(n).toBeGreaterThan(0);
});

import type { ChannelShuffleProblem } from "@convene/core";
import { expect, it } from "vitest";
import { DISTINCT, eachPlace, indexIn, runOperation } from "../testing/run-operation.js";

it.each([
  "channelShuffle_g2_c6_h2_w3",
  "channelShuffle_n2_g3_c9_h2",
  "channelShuffle_g8_c16_h1",
  "channelShuffle_g5_c5_h1",
])("%s takes the groups' channels in turn", async (text) => {
  const { data, problem } = await runOperation(text);
  const { g, c: channels } = problem as ChannelShuffleProblem;
  const from = indexIn(problem, 0);
  const source = (c: number): number => (c % g) * (channels / g) + Math.floor(c / g);
  expect(data).toEqual(eachPlace(problem, (n, c, y, x) => DISTINCT(from(n, source(c), y, x), 0)));
});

import { tensor } from "@convene/core";
import { describe, expect, test } from "vitest";
import { type DisplayOptions, hue, toPicture } from "./display.js";

const base: DisplayOptions = { display: "clamped", colour: false, reach: 4, gain: 1 };
const grey = (values: number[], options: Partial<DisplayOptions>, channels = 1): number[] => {
  const width = values.length / channels;
  const { data } = toPicture(tensor(values, [1, channels, 1, width]), { ...base, ...options });
  return Array.from({ length: width }, (_, at) => data[at * 4]!);
};

describe("toPicture", () => {
  test("clamped: 0 is black, 1 is white, and larger values are white too", () => {
    expect(grey([-1, 0, 0.5, 1, 7], {})).toEqual([0, 0, 128, 255, 255]);
    expect(grey([0.25], { gain: 2 })).toEqual([64]);
  });

  test("centred: 0 is grey, and the largest value that the filter can give is white", () => {
    expect(grey([-4, 0, 4, 2], { display: "centred" })).toEqual([0, 128, 255, 191]);
    expect(grey([-2, 2], { display: "centred", gain: 2 })).toEqual([0, 255]);
  });

  test("absolute: the sign is not shown", () => {
    expect(grey([-4, 0, 4, -2], { display: "absolute" })).toEqual([255, 0, 255, 128]);
  });

  test("magnitude: the length over features", () => {
    expect(grey([3, 0, 0, 4, 0, 0], { display: "magnitude", reach: 5 }, 3)).toEqual([153, 204]);
    expect(grey([3, 4], { display: "magnitude", reach: 5 }, 2)).toEqual([255]);
  });

  test("one feature of several is signed, so it is shown centred", () => {
    expect(grey([3, -4], { display: "magnitude", feature: 1 }, 2)).toEqual([0]);
    expect(grey([3, -4], { display: "strongest", feature: 1 }, 2)).toEqual([0]);
  });

  test("stretched: from the smallest to the largest; a flat channel is grey", () => {
    expect(grey([10, 12, 11], { display: "stretched" })).toEqual([0, 255, 128]);
    expect(grey([5, 5], { display: "stretched" })).toEqual([128, 128]);
  });

  test("strongest: the hue of the feature with the largest answer, as bright as that", () => {
    const { data } = toPicture(tensor([4, 0, -2, 0], [1, 4, 1, 1]), { ...base, display: "strongest" });
    expect([...data]).toEqual([...hue(0), 255]);
    const other = toPicture(tensor([1, 0, -2, 0], [1, 4, 1, 1]), { ...base, display: "strongest" });
    expect([...other.data].slice(0, 3)).toEqual(hue(2 / 4).map((each) => Math.round(each / 2)));
  });

  test("colours are kept apart: channels of one colour lie together", () => {
    const { data } = toPicture(tensor([1, 0, 0.5], [1, 3, 1, 1]), { ...base, colour: true });
    expect([...data]).toEqual([255, 0, 128, 255]);
    const pairs = tensor([3, 4, 0, 0, 0, 5], [1, 6, 1, 1]);
    const magnitudes = toPicture(pairs, { ...base, colour: true, display: "magnitude", reach: 5 });
    expect([...magnitudes.data]).toEqual([255, 0, 255, 255]);
  });

  test.each(["clamped", "centred", "absolute", "magnitude"] as const)("%s: NaN is magenta", (display) => {
    const { data } = toPicture(tensor([NaN], [1, 1, 1, 1]), { ...base, display });
    expect([...data]).toEqual([255, 0, 255, 255]);
  });

  test("strongest: NaN is magenta", () => {
    const { data } = toPicture(tensor([1, NaN], [1, 2, 1, 1]), { ...base, display: "strongest" });
    expect([...data]).toEqual([255, 0, 255, 255]);
  });

  test("another layout is refused, and so are channels that do not divide into colours", () => {
    expect(() => toPicture(tensor([1, 2], [1, 2, 1, 1]), { ...base, colour: true })).toThrow(RangeError);
    expect(() => toPicture(tensor([1], [1, 1, 1, 1], { layout: "nhwc" }), base)).toThrow("nhwc");
  });
});

test("each feature has its own hue", () => {
  const hues = Array.from({ length: 12 }, (_, at) => hue(at / 12).join());
  expect(new Set(hues).size).toBe(12);
});

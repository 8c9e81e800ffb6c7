import { describe, expect, test } from "vitest";
import { answerMemory } from "./answer-memory.js";

function counted(most?: number) {
  let asked = 0;
  const memory = answerMemory<Float64Array>(
    (answer) => [answer],
    (answer) => answer.slice(),
    most,
  );
  const sum = (key: string, ...question: (Float32Array | undefined)[]): Float64Array =>
    memory(key, question, () => {
      asked++;
      return Float64Array.of(question.reduce((total, data) => total + (data?.[0] ?? 0), 0));
    });
  return { sum, asked: () => asked };
}

describe("a result is computed once", () => {
  test("for the same key and the same numbers, in any arrays", () => {
    const { sum, asked } = counted();
    expect(sum("a", Float32Array.of(1, 2), undefined)).toEqual(Float64Array.of(1));
    expect(sum("a", new Float32Array([9, 1, 2]).subarray(1), undefined)).toEqual(Float64Array.of(1));
    expect(sum("nan", Float32Array.of(NaN))).toEqual(sum("nan", Float32Array.of(NaN)));
    expect(asked()).toBe(2);
  });

  test.each<[string, readonly (Float32Array | undefined)[]]>([
    ["b", [Float32Array.of(0, 2), undefined]],
    ["a", [Float32Array.of(0, 3), undefined]],
    ["a", [Float32Array.of(-0, 2), undefined]],
    ["a", [Float32Array.of(0, 2, 0), undefined]],
    ["a", [Float32Array.of(0, 2), Float32Array.of(0)]],
    ["a", [Float32Array.of(0, 2)]],
  ])("and again for another question: %s, %o", (key, question) => {
    const { sum, asked } = counted();
    sum("a", Float32Array.of(0, 2), undefined);
    sum(key, ...question);
    expect(asked()).toBe(2);
  });
});

test("a caller who changes a question or an answer does not change the next answer", () => {
  const { sum, asked } = counted();
  const question = Float32Array.of(5);
  sum("a", question).fill(7);
  sum("a", question).fill(8);
  question.fill(6);
  expect(sum("a", Float32Array.of(5))).toEqual(Float64Array.of(5));
  expect(asked()).toBe(1);
});

test("the oldest answers are forgotten, and answers that are too large are not kept", () => {
  const { sum, asked } = counted(4);
  sum("a", Float32Array.of(1));
  sum("a", Float32Array.of(2));
  sum("a", Float32Array.of(2));
  expect(asked()).toBe(2);
  sum("a", Float32Array.of(3));
  sum("a", Float32Array.of(2));
  expect(asked()).toBe(3);
  sum("a", Float32Array.of(1));
  expect(asked()).toBe(4);
  sum("large", new Float32Array(4));
  sum("large", new Float32Array(4));
  expect(asked()).toBe(6);
});

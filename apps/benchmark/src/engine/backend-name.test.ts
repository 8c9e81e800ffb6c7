import { describe, expect, it } from "vitest";
import { InputError } from "@convene/conformance";
import { parseBackendName } from "./backend-name.js";

describe("parseBackendName", () => {
  it.each([
    ["cpu", { base: "cpu", options: {} }],
    ["cpu:wide", { base: "cpu:wide", options: {} }],
    ["worker-threads?threads=2", { base: "worker-threads", options: { threads: 2 } }],
    ["cpu?simd=simd128&wide=false", { base: "cpu", options: { simd: "simd128", wide: false } }],
    ["./mine.js?device=a=b", { base: "./mine.js", options: { device: "a=b" } }],
  ])("%s", (text, expected) => {
    expect(parseBackendName(text)).toEqual(expected);
  });

  it.each([
    ["cpu?", /"" must be an option and its value, as in worker-threads\?threads=2/],
    ["cpu?threads", /"threads" must be an option and its value/],
    ["cpu?a=", /"a=" must be/],
    ["cpu?a=1&a=2", /a is there twice/],
    ["cpu?__proto__=1", /"__proto__=1" must be/],
  ])("refuses %s", (text, message) => {
    expect(() => parseBackendName(text)).toThrow(InputError);
    expect(() => parseBackendName(text)).toThrow(message);
  });
});

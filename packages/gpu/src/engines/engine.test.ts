import { describe, expect, it } from "vitest";
import { checkMode, lostError, withKind } from "./engine.js";

describe("the mode that gpu.js ran", () => {
  it.each([
    ["cpu", null, /ran a kernel in mode "cpu", not "webgpu"/],
    ["gpu", null, /in mode "webgl", not "webgpu"/],
    ["webgpu", "no adapter", /\(no adapter\)/],
  ])("is an error if it is not the requested mode: %s, %s", (mode, fallbackReason, message) => {
    expect(() => checkMode({ kernel: { constructor: { mode }, fallbackReason } }, "webgpu")).toThrow(
      expect.objectContaining({ code: "ERR_EXECUTION", message: expect.stringMatching(message) }),
    );
  });
  it("passes if it is the requested mode", () => {
    checkMode({ kernel: { constructor: { mode: "webgpu" }, fallbackReason: null } }, "webgpu");
  });
});

it("says whether an adapter is software", () => {
  expect(withKind("google swiftshader")).toBe("google swiftshader, software");
  expect(withKind("mesa", "llvmpipe (LLVM 15)")).toBe("mesa, software");
  expect(withKind("nvidia hopper", "NVIDIA H100")).toBe("nvidia hopper, hardware");
});

it("names the remedy if the device is lost", () => {
  expect(lostError()).toMatchObject({ code: "ERR_EXECUTION", message: expect.stringMatching(/open another/) });
});

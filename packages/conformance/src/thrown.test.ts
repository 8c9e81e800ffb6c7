import { ConveneError } from "@convene/core";
import { describe, expect, it } from "vitest";
import { describeThrown, thrownOf } from "./thrown.js";

const CORE = "    at Object.run (file:///app/node_modules/@convene/core/dist/index.js:1:2)";
const V8 = [
  "Error: mine: no such kernel",
  CORE,
  "caused by: TypeError: no such kernel",
  "    at new Promise (<anonymous>)",
  "    at pack (file:///app/my-backend.js:12:11)",
  "    at async prepare (/app/my-backend.js:30:5)",
  "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
  "    at async Promise.all (index 0)",
  CORE,
  "    at runCase (/app/packages/conformance/src/run-case.ts:1:2)",
].join("\n");

describe("the lines of a report", () => {
  it("are the call, the innermost cause, and its place in the backend", () => {
    expect(describeThrown({ call: "prepareConv2d", stack: V8 })).toEqual([
      "thrown by    prepareConv2d",
      "cause        TypeError: no such kernel",
      "stack        at pack (file:///app/my-backend.js:12:11)",
      "             at async prepare (/app/my-backend.js:30:5)",
    ]);
  });

  it("are those of the error itself if it has no cause, and frames of any code if no frame is the backend's", () => {
    expect(describeThrown({ call: "read", stack: `Error: no\nway\n${CORE}` })).toEqual([
      "thrown by    read",
      `stack        ${CORE.trim()}`,
    ]);
  });

  it("are not the suite's own frames, where the suite only found the fault", () => {
    expect(describeThrown({ stack: `RangeError: 2 elements\n${CORE}` })).toEqual([]);
  });

  it("are four frames at most, in other engines' form too", () => {
    const stack = ["Error: no", ...[1, 2, 3, 4, 5].map((line) => `pack@https://app/my-backend.js:${line}:1`)].join(
      "\n",
    );
    expect(describeThrown({ stack })).toEqual([
      "stack        pack@https://app/my-backend.js:1:1",
      ...[2, 3, 4].map((line) => `             pack@https://app/my-backend.js:${line}:1`),
    ]);
  });

  it("are the call alone if the thrown value has no stack", () => {
    expect(describeThrown({ call: "plan.run" })).toEqual(["thrown by    plan.run"]);
  });
});

describe("thrownOf", () => {
  it("has the stacks of an error and of all its causes", () => {
    const cause = new TypeError("no such kernel", { cause: new RangeError("index 5") });
    const { call, stack } = thrownOf(new ConveneError("ERR_EXECUTION", "mine: no such kernel", { cause }), "read")!;
    expect(call).toBe("read");
    expect(stack!.split("\ncaused by: ").map((each) => each.split("\n")[0])).toEqual([
      // The name of the class depends on the engine.
      expect.stringMatching(/Error: mine: no such kernel$/),
      "TypeError: no such kernel",
      "RangeError: index 5",
    ]);
    expect(stack).toContain("thrown.test.ts");
  });

  it("puts the message first if an engine leaves it out", () => {
    const error = Object.assign(new TypeError("no such kernel"), { stack: "pack@https://app/my-backend.js:1:1" });
    expect(thrownOf(error, undefined)).toEqual({
      stack: "TypeError: no such kernel\npack@https://app/my-backend.js:1:1",
    });
  });

  it("ends if causes form a circle", () => {
    const error = new Error("a");
    error.cause = error;
    expect(thrownOf(error, "read")!.stack!.split("caused by").length).toBeLessThan(20);
  });

  it.each(["out of luck", undefined, null, Object.create(null)])("takes %j, which has no stack", (error) => {
    expect(thrownOf(error, "read")).toEqual({ call: "read" });
    expect(thrownOf(error, undefined)).toBeUndefined();
  });

  it("takes an error whose properties throw", () => {
    const error = {
      get stack(): string {
        throw new Error("no");
      },
    };
    expect(thrownOf(error, "read")).toEqual({ call: "read" });
  });
});

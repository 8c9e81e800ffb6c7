import { ConveneError } from "@convene/core";
import { describe, expect, it } from "vitest";
import { CommandError, InputError } from "../command-error.js";
import { createColors } from "./colors.js";
import { endWith } from "./complain.js";

function end(error: unknown, { columns, aborted = false }: { columns?: number; aborted?: boolean } = {}) {
  let stderr = "";
  const abort = new AbortController();
  if (aborted) abort.abort();
  const code = endWith(error, "program", {
    stdout: { write: () => undefined },
    stderr: { write: (text) => (stderr += text) },
    columns: undefined,
    interactive: columns !== undefined,
    size: () => ({ columns: columns ?? 80, rows: 24 }),
    colors: createColors(false),
    signal: abort.signal,
    cwd: ".",
  });
  return { code, stderr };
}

describe("endWith", () => {
  it.each([
    [new InputError("no such\nthing"), 2, "program: no such thing\n"],
    [new CommandError("cannot"), 1, "program: cannot\n"],
    [new ConveneError("ERR_UNSUPPORTED", "not here"), 1, "program: not here\n"],
    [Object.assign(new Error("gone"), { code: "ERR_EXECUTION" }), 1, "program: ERR_EXECUTION: gone\n"],
    ["thrown", 1, "program: thrown\n"],
  ])("%s: one line, and exit code %i", (error, code, stderr) => {
    expect(end(error)).toEqual({ code, stderr });
  });

  it("prints the stack of a fault of the command itself", () => {
    expect(end(new TypeError("oops")).stderr).toMatch(/^program: TypeError: oops\n +at .*complain\.test\.ts/);
  });

  it("wraps words on a terminal", () => {
    expect(end(new InputError("one two three four"), { columns: 16 }).stderr).toBe("program: one two\n  three four\n");
  });

  it("says nothing after Ctrl-C", () => {
    expect(end(new Error("interrupted"), { aborted: true })).toEqual({ code: 130, stderr: "" });
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { processIo } from "./io.js";

const { signal } = new AbortController();
afterEach(() => vi.unstubAllGlobals());

function stub(tty: boolean, env: Readonly<Record<string, string>>, columns = 100): void {
  const stream = { isTTY: tty, columns, rows: 30, hasColors: () => true, write: () => true };
  const descriptors = { stdout: { value: stream }, stderr: { value: stream }, env: { value: env } };
  vi.stubGlobal("process", Object.create(process, descriptors));
}

describe("processIo", () => {
  it.each([
    [true, {}, { columns: 100, interactive: true, colored: true }],
    [true, { NO_COLOR: "1" }, { columns: 100, interactive: true, colored: false }],
    [true, { TERM: "dumb" }, { columns: 100, interactive: false, colored: true }],
    [false, {}, { columns: undefined, interactive: false, colored: false }],
  ])("terminal %s, %o", (tty, env, expected) => {
    stub(tty, env);
    const { columns, interactive, colors } = processIo(signal);
    expect({ columns, interactive, colored: colors.red("a") !== "a" }).toEqual(expected);
  });

  it("takes 0 columns as an unknown width", () => {
    stub(true, {}, 0);
    expect(processIo(signal).columns).toBeUndefined();
    expect(processIo(signal).size()).toEqual({ columns: 80, rows: 30 });
  });
});

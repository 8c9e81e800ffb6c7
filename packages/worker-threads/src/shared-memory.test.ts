import { afterEach, describe, expect, it, vi } from "vitest";
import { checkSharedMemory } from "./shared-memory.js";

const refused = (reason: RegExp) =>
  expect.objectContaining({
    code: "ERR_BACKEND_UNAVAILABLE",
    backend: "worker-threads",
    reason: expect.stringMatching(reason),
    remedy: expect.stringMatching(
      /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
    ),
  });
const check = (): void => checkSharedMemory("worker-threads");

/** Counts what is left open. */
function channels(post: () => void) {
  const closed: string[] = [];
  class Channel {
    port1 = { postMessage: post, close: () => closed.push("port1") };
    port2 = { postMessage: post, close: () => closed.push("port2") };
  }
  vi.stubGlobal("MessageChannel", Channel);
  return closed;
}

afterEach(() => void vi.unstubAllGlobals());

describe("checkSharedMemory", () => {
  it("passes here, and leaves nothing open", () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
    check();
    expect(process.getActiveResourcesInfo().filter((name) => name === "MessagePort")).toHaveLength(before);
  });

  it("says that an old engine has no SharedArrayBuffer", () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(check).toThrow(refused(/^SharedArrayBuffer is not available, so threads cannot share memory$/));
  });

  it("says that the page is not isolated, if this is the reason", () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    vi.stubGlobal("crossOriginIsolated", false);
    expect(check).toThrow(refused(/not available.*the page is not isolated.*crossOriginIsolated is false/));
  });

  it("says that shared memory may not be sent, and how this was found out", () => {
    const closed = channels(() => {
      throw new DOMException("SharedArrayBuffer transfer requires self.crossOriginIsolated.", "DataCloneError");
    });
    vi.stubGlobal("crossOriginIsolated", false);
    expect(check).toThrow(
      refused(/^SharedArrayBuffer is there, but may not be sent.*was tried \(DataCloneError: .*isolated.*is false/),
    );
    expect(closed).toEqual(["port1", "port2"]);
  });

  it("passes if shared memory may be sent without isolation, as in Electron with a switch", () => {
    vi.stubGlobal("crossOriginIsolated", false);
    check();
  });

  it("passes if the check cannot be made, because MessageChannel is missing", () => {
    vi.stubGlobal("MessageChannel", undefined);
    check();
  });
});

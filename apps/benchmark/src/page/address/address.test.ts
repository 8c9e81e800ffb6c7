/** The address bar and the state follow each other, in a place that stands for a browser's window. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";

const listeners = new Map<string, () => void>();
const place = { hash: "", href: "http://localhost/" };

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  listeners.clear();
  place.hash = "";
  vi.stubGlobal("location", place);
  vi.stubGlobal("history", { replaceState: (_: null, __: "", address: string) => void (place.hash = address) });
  vi.stubGlobal("addEventListener", (name: string, listener: () => void) => void listeners.set(name, listener));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("writes changes to the address, after a moment", async () => {
  const { setState, startAddress } = await import("./address.js");
  startAddress();
  setState("explain", { speed: 5 });
  vi.advanceTimersByTime(1000);
  expect(place.hash).toMatch(/^#explain.*speed=5/);
});

it("reads an opened link, and writes later changes over it", async () => {
  const { setState, startAddress, stateOf } = await import("./address.js");
  startAddress();
  place.hash = "#explain?problem=ic4_ih5_oc8_kh3";
  listeners.get("hashchange")!();
  expect(stateOf("explain").peek().problem).toMatchObject({ ic: 4, oc: 8 });
  setState("explain", { speed: 5 });
  vi.advanceTimersByTime(1000);
  expect(place.hash).toMatch(/ic4_ih5_oc8_kh3.*speed=5/);
});

it("does not write over a link that was opened a moment ago, before the page has read the link", async () => {
  const { setState, startAddress, stateOf } = await import("./address.js");
  startAddress();
  setState("explain", { speed: 5 });
  // The browser tells of it in a later task, and the timer's may come first.
  place.hash = "#explain?problem=ic4_ih5_oc8_kh3";
  vi.advanceTimersByTime(1000);
  listeners.get("hashchange")!();
  expect(stateOf("explain").peek().problem).toMatchObject({ ic: 4, oc: 8 });
});

it("writes later changes after a link to the current view", async () => {
  const { addressOf, setState, startAddress } = await import("./address.js");
  startAddress();
  place.hash = addressOf("explain");
  listeners.get("hashchange")!();
  setState("explain", { speed: 5 });
  vi.advanceTimersByTime(1000);
  expect(place.hash).toMatch(/speed=5/);
});

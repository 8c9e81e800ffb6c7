import { type Backend, BackendUnavailableError, ConveneError } from "@convene/core";
import { cpu } from "@convene/cpu";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PlaygroundEvent, PlaygroundRequest, RunSettings } from "./messages.js";
import { drawScene } from "./scene.js";
import { createSession, type Host, type Photo } from "./session.js";
import type { BackendId } from "./settings.js";

const SETTINGS: RunSettings = {
  filter: "sobel",
  kernel: 3,
  stride: 1,
  dilation: 1,
  padding: "reflect",
  groups: 3,
  custom: [0, 0, 0, 0, 1, 0, 0, 0, 0],
  seed: 1,
  left: "cpu",
  right: "cpu:js",
  size: 256,
  display: "auto",
  feature: -1,
  gain: 1,
  amplify: 20,
  scaling: "auto",
};
const RUN: PlaygroundRequest = { kind: "run", settings: SETTINGS };
const SCENE: PlaygroundRequest = { kind: "photo", source: { kind: "scene" } };
const run = (change: Partial<RunSettings>): PlaygroundRequest => ({
  kind: "run",
  settings: { ...SETTINGS, ...change },
});

const photoOf = (width: number, height: number): Photo => ({ width, height, at: (w, h) => drawScene(w, h) });

const open = (id: BackendId): Promise<Backend> => {
  if (id === "cpu") return cpu();
  if (id === "cpu:js") return cpu({ kernels: "js" });
  throw new BackendUnavailableError(id, "there is none here", "Take another");
};

async function withSession(
  requests: readonly PlaygroundRequest[],
  change: Partial<Host> = {},
): Promise<readonly PlaygroundEvent[]> {
  const events: PlaygroundEvent[] = [];
  const session = createSession({
    open,
    readPhoto: async () => photoOf(24, 16),
    post: (event) => events.push(event),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...change,
  });
  await Promise.all(requests.map((request) => session.handle(request)));
  await session.dispose();
  return events;
}

const ofKind = <K extends PlaygroundEvent["kind"]>(events: readonly PlaygroundEvent[], kind: K) =>
  events.filter((event): event is Extract<PlaygroundEvent, { kind: K }> => event.kind === kind);

describe("a filter", () => {
  test("runs on both sides, which are compared and measured", async () => {
    const events = await withSession([SCENE, RUN]);
    expect(ofKind(events, "failed")).toEqual([]);
    expect(ofKind(events, "computed")[0]!.computed).toMatchObject({
      input: [1, 3, 16, 24],
      output: [1, 6, 16, 24],
      macs: 16 * 24 * 6 * 9,
      parameters: 54,
      features: 2,
    });
    expect(ofKind(events, "picture").map(({ place }) => place)).toEqual(["left", "right", "difference"]);
    expect(ofKind(events, "facts").map(({ facts }) => [facts.place, facts.backend])).toEqual([
      ["left", "cpu"],
      ["right", "cpu:js"],
    ]);
    const { difference } = ofKind(events, "difference")[0]!;
    expect(difference!.elements).toBe(6 * 16 * 24);
    expect(difference!.ratio).toBeLessThan(1);
    expect(ofKind(events, "times").at(-1)!.runs).toBeGreaterThan(0);
    expect(events.at(-1)).toEqual({ kind: "done" });
  });

  test("a newer request ends an older one, which sends no more events", async () => {
    const events = await withSession([SCENE, RUN, run({ filter: "box" }), run({ filter: "emboss" })]);
    expect(ofKind(events, "done")).toHaveLength(1);
    expect(ofKind(events, "difference")).toHaveLength(1);
  });

  test("an unavailable side is reported with its remedy, and the other side runs", async () => {
    const events = await withSession([SCENE, run({ right: "gpu:webgl2" })]);
    expect(ofKind(events, "failed")).toEqual([
      { kind: "failed", place: "right", message: "It cannot run here: there is none here.", remedy: "Take another." },
    ]);
    expect(ofKind(events, "picture").map(({ place }) => place)).toEqual(["left"]);
    expect(ofKind(events, "difference")).toEqual([{ kind: "difference", difference: undefined }]);
    expect(ofKind(events, "times").at(-1)!.place).toBe("left");
  });

  test("a side can be the photo itself", async () => {
    const events = await withSession([SCENE, run({ left: "photo" })]);
    expect(ofKind(events, "picture").map(({ place }) => place)).toEqual(["left", "right"]);
    expect(ofKind(events, "facts")).toHaveLength(1);
  });

  test("settings that do not fit the photo are reported in core's words", async () => {
    const events = await withSession([SCENE, run({ padding: "reflect", kernel: 7, dilation: 8 })], {
      readPhoto: async () => photoOf(1, 1),
    });
    expect(ofKind(events, "failed")[0]!.message).toContain('where paddingMode is "reflect"');
    expect(events.at(-1)).toEqual({ kind: "done" });
  });

  test("a backend that fails while it runs is opened again", async () => {
    let opened = 0;
    const failing = async (id: BackendId): Promise<Backend> => {
      if (id !== "cpu") return open(id);
      const backend = await cpu();
      if (opened++ > 0) return backend;
      const lost = new ConveneError("ERR_EXECUTION", "the device is lost");
      return Object.create(backend, { read: { value: () => Promise.reject(lost) } }) as Backend;
    };
    const events: PlaygroundEvent[] = [];
    const host: Host = {
      open: failing,
      readPhoto: async () => photoOf(8, 8),
      post: (event) => events.push(event),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
    };
    const session = createSession(host);
    await Promise.all([session.handle(SCENE), session.handle(RUN)]);
    expect(ofKind(events, "failed")[0]).toMatchObject({ place: "left", message: "the device is lost" });
    await session.handle(RUN);
    expect(ofKind(events, "failed")).toHaveLength(1);
    expect(ofKind(events, "facts").at(-2)!.facts.backend).toBe("cpu");
    await session.dispose();
  });
});

describe("photos", () => {
  test("a photo that cannot be read is reported, and the photo before it stays", async () => {
    let first = true;
    const events = await withSession([RUN], {
      readPhoto: async () => {
        if (!first) throw new Error("This is a PDF.");
        first = false;
        return photoOf(8, 8);
      },
    });
    expect(events.filter(({ kind }) => kind !== "done")).toEqual([]);
    const session: PlaygroundEvent[] = [];
    let count = 0;
    const own = createSession({
      open,
      readPhoto: async () => {
        if (count++ > 0) throw new Error("This is a PDF.");
        return photoOf(8, 8);
      },
      post: (event) => session.push(event),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
    });
    await Promise.all([own.handle(RUN), own.handle(SCENE)]);
    await own.handle(SCENE);
    expect(ofKind(session, "photo-failed")).toEqual([{ kind: "photo-failed", message: "This is a PDF." }]);
    await own.handle(RUN);
    expect(ofKind(session, "difference").length).toBe(2);
    await own.dispose();
  });

  test("a frame of a camera is run once, and the next frame may come", async () => {
    const frame: PlaygroundRequest = { kind: "photo", source: { kind: "frame", bitmap: {} as ImageBitmap } };
    const events = await withSession([RUN, frame]);
    expect(ofKind(events, "times")).toEqual([]);
    expect(ofKind(events, "difference")).toHaveLength(1);
    expect(events.at(-1)).toEqual({ kind: "done" });
  });

  test("filters are learnt from the photo", async () => {
    const events = await withSession([SCENE, run({ filter: "learnt" })]);
    expect(ofKind(events, "computed")[0]!.computed).toMatchObject({ output: [1, 12, 16, 24], features: 12 });
    expect(ofKind(events, "failed")).toEqual([]);
  });
});

describe("networks", () => {
  const torch = new URL("../../../../../packages/onnx/test-files/torch/", import.meta.url);
  const file = (name: string): Blob => new Blob([readFileSync(new URL(name, torch))]);

  test("a network gives a result for the photo, on both sides", async () => {
    const network: PlaygroundRequest = { kind: "network", file: file("mobilenet-v2.onnx"), name: "m.onnx" };
    const events = await withSession([RUN, network, SCENE]);
    expect(ofKind(events, "network-failed")).toEqual([]);
    expect(ofKind(events, "failed")).toEqual([]);
    expect(ofKind(events, "network")[0]).toMatchObject({ name: "m.onnx", isBlazeFace: false });
    expect(ofKind(events, "answer").at(-1)!.answer.outputs[0]!.summary.notFinite).toBe(0);
    expect(ofKind(events, "difference").at(-1)!.difference!.largest).toBeLessThan(1e-3);
  });

  test("a network may be two files", async () => {
    const folder = new URL("../two-files/", torch);
    const [model, data] = ["model.onnx", "model.onnx.data"].map(
      (name) => new Blob([readFileSync(new URL(name, folder))]),
    );
    const network: PlaygroundRequest = {
      kind: "network",
      file: model!,
      name: "m.onnx",
      weights: { "model.onnx.data": data! },
    };
    const events = await withSession([RUN, network, SCENE]);
    expect(ofKind(events, "network-failed")).toEqual([]);
    expect(ofKind(events, "answer").at(-1)!.answer.outputs[0]!.summary.notFinite).toBe(0);
    const alone = await withSession([RUN, { kind: "network", file: model!, name: "m.onnx" }, SCENE]);
    expect(ofKind(alone, "network-failed")[0]!.message).toBe(
      'its weights lie in another file, "model.onnx.data", which was not given. Give both files at once',
    );
  });

  test("if both sides are the photo, no network runs", async () => {
    const network: PlaygroundRequest = { kind: "network", file: file("mobilenet-v2.onnx"), name: "m.onnx" };
    const events = await withSession([run({ left: "photo", right: "photo" }), network, SCENE]);
    expect(ofKind(events, "failed").at(-1)!.remedy).toContain("Choose a backend");
  });

  test.each([
    ["no ONNX", new Blob(["hello"]), "ONNX"],
    ["an empty file", new Blob([]), "ONNX"],
    ["too large", { size: 2 ** 30 } as Blob, "1024 MiB, and a tab should not read more than 512"],
  ])("%s is refused in words, and filters still run", async (_, blob, words) => {
    const events = await withSession([RUN, { kind: "network", file: blob, name: "x.onnx" }, SCENE]);
    expect(ofKind(events, "network-failed")).toEqual([
      { kind: "network-failed", name: "x.onnx", message: expect.stringContaining(words) },
    ]);
    expect(ofKind(events, "difference").at(-1)!.difference).toBeDefined();
  });
});

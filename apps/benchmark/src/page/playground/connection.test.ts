import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connect, type WorkerLike } from "./connection.js";
import type { PlaygroundEvent, PlaygroundRequest, RunSettings } from "./messages.js";

class FakeWorker implements WorkerLike {
  readonly sent: PlaygroundRequest[] = [];
  ended = false;
  private readonly listeners = new Map<string, (event: never) => void>();
  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, listener);
  }
  postMessage(message: PlaygroundRequest): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  say(data: PlaygroundEvent): void {
    this.listeners.get("message")?.({ data } as never);
  }
  fail(message: string): void {
    this.listeners.get("error")?.({ message } as never);
  }
}

let workers: FakeWorker[];
let heard: PlaygroundEvent[];
const settings = (stride: number): RunSettings => ({ stride }) as RunSettings;
const open = () =>
  connect(
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    (event) => heard.push(event),
  );
const running = { kind: "doing", what: "Running on cpu:js", blocking: true } as const;

beforeEach(() => {
  workers = [];
  heard = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("requests go to one worker", () => {
  const connection = open();
  connection.photo({ kind: "scene" });
  connection.run(settings(1));
  connection.run(settings(2));
  expect(workers).toHaveLength(1);
  expect(workers[0]!.sent.map(({ kind }) => kind)).toEqual(["photo", "run", "run"]);
});

test("a run that cannot be interrupted is ended after a newer run has waited; the new worker gets all requests", () => {
  const connection = open();
  connection.photo({ kind: "scene" });
  connection.run(settings(1));
  workers[0]!.say(running);
  connection.run(settings(2));
  vi.advanceTimersByTime(2900);
  expect(workers).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
  expect(workers[1]!.sent).toEqual([
    { kind: "run", settings: settings(2) },
    { kind: "photo", source: { kind: "scene" } },
  ]);
  workers[0]!.say({ kind: "done" });
  expect(heard.at(-1)).toEqual({ kind: "doing", what: "", blocking: false });
});

test("a worker that answers in time is kept", () => {
  const connection = open();
  connection.run(settings(1));
  workers[0]!.say(running);
  connection.run(settings(2));
  vi.advanceTimersByTime(2000);
  workers[0]!.say({ kind: "done" });
  vi.advanceTimersByTime(10_000);
  expect(workers).toHaveLength(1);
  expect(workers[0]!.ended).toBe(false);
});

test("a backend that hangs is reported and stopped, and the next change starts again", () => {
  const connection = open();
  connection.run(settings(1));
  workers[0]!.say({ kind: "doing", what: "Opening gpu:webgpu", blocking: false });
  vi.advanceTimersByTime(60_100);
  expect(workers[0]!.ended).toBe(true);
  expect(heard.at(-1)).toMatchObject({
    kind: "failed",
    message: '"Opening gpu:webgpu" did not come to an end within 60 s, and was stopped.',
  });
  connection.run(settings(3));
  expect(workers[1]!.sent).toEqual([{ kind: "run", settings: settings(3) }]);
});

test("a worker that breaks is reported, and the next change starts another", () => {
  const connection = open();
  connection.run(settings(1));
  workers[0]!.fail("no memory");
  expect(heard.at(-1)).toMatchObject({ kind: "failed", message: "The worker that computes has ended: no memory." });
  connection.network({ file: new Blob([]), name: "x.onnx" });
  expect(workers[1]!.sent.map(({ kind }) => kind)).toEqual(["run", "network"]);
  connection.noNetwork();
  connection.stop();
  connection.run(settings(2));
  expect(workers[2]!.sent.map(({ kind }) => kind)).toEqual(["run"]);
});

test("stopping ends the worker once, and no event comes from it any more", () => {
  const connection = open();
  connection.run(settings(1));
  workers[0]!.say(running);
  connection.stop();
  workers[0]!.say({ kind: "done" });
  vi.advanceTimersByTime(100_000);
  expect(heard).toEqual([running, { kind: "doing", what: "", blocking: false }]);
});

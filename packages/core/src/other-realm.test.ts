/**
 * Values that are not of this realm, as Jest and `node:vm` hand them in, or of another copy of this package, as a program
 * has that loads its ESM and its CommonJS build.
 */

import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { Conv2d, isConv2d } from "./conv2d.js";
import { defineBackend } from "./define-backend.js";
import { BackendUnavailableError, ConveneError, messageOf } from "./errors.js";
import { conv2d } from "./functional.js";
import { network } from "./network.js";
import { isOutOfMemory } from "./out-of-memory.js";
import { prepare } from "./prepare.js";
import { fromImageData } from "./image-data.js";
import { tensor, toLayout } from "./tensor.js";
import { expectError, expectRejection } from "./testing/expect-error.js";
import { plainBackend } from "./testing/plain-backend.js";

/** Evaluated where nothing is of this realm but what the language shares. */
const foreign = <T>(code: string): T => runInNewContext(code) as T;
const floats = (...values: readonly number[]): Float32Array => foreign(`Float32Array.of(${values.join()})`);

describe("values of another realm", () => {
  it("have a Float32Array that is no instance of this realm's class", () => {
    expect(floats(1) instanceof Float32Array).toBe(false);
  });

  it("are taken as a tensor's data, a layer's weights, the tensor of into, and the bias of conv2d", async () => {
    const { backend } = plainBackend();
    const x = tensor(floats(1, 2, 3, 4, 5, 6), [1, 2, 1, 3]);
    const conv = new Conv2d(
      { inChannels: 2, outChannels: 1, kernelSize: 1 },
      { weight: floats(10, 1), bias: floats(100) },
    );
    const expected = [114, 125, 136];
    const model = await prepare(backend, conv, [1, 2, 1, 3]);
    const into = tensor(floats(0, 0, 0), [1, 1, 1, 3]);
    expect(await model.run(x, { into })).toBe(into);
    expect([...into.data]).toEqual(expected);
    const weight = tensor(floats(10, 1), [1, 2, 1, 1]);
    expect([...(await conv2d(backend, x, weight, { bias: floats(100) })).data]).toEqual(expected);
    expect([...toLayout(x, "nhwc").data]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it("are taken if the array is over shared memory or resizable memory", async () => {
    const { backend } = plainBackend();
    const shared = new Float32Array(new SharedArrayBuffer(16)).fill(3);
    expect((await backend.read(backend.upload(tensor(shared, [1, 1, 2, 2])))).data).toEqual(
      Float32Array.of(3, 3, 3, 3),
    );
    const grows = foreign<Float32Array>("new Float32Array(new ArrayBuffer(8, { maxByteLength: 16 })).fill(3)");
    expect([...(await backend.read(backend.upload(tensor(grows, [1, 1, 1, 2])))).data]).toEqual([3, 3]);
  });

  it("are refused if the array is no Float32Array, also if its tag says Float32Array", () => {
    expectError(() => tensor(foreign("new Float64Array(1)"), [1, 1, 1, 1]), "ERR_SHAPE", "a Float64Array of 8 bytes");
    const liar = Object.defineProperty(new Uint8Array(1), Symbol.toStringTag, { value: "Float32Array" });
    expectError(() => tensor(liar as never, [1, 1, 1, 1]), "ERR_SHAPE", "must be a Float32Array");
    expectError(() => tensor(new Proxy(floats(1), {}), [1, 1, 1, 1]), "ERR_SHAPE", "must be a Float32Array");
  });

  it("are taken as a shape, as an image, and as options", () => {
    expect(tensor(foreign<number[]>("[1, 2]"), foreign("[1, 1, 1, 2]"), foreign("({ layout: 'nhwc' })"))).toEqual({
      shape: [1, 1, 1, 2],
      layout: "nhwc",
      data: Float32Array.of(1, 2),
    });
    const image = foreign("({ width: 1, height: 1, data: Uint8ClampedArray.of(255, 0, 51, 9) })");
    expect(fromImageData(image as never).data).toEqual(Float32Array.of(1, 0, 0.2));
  });
});

describe("an error of another realm", () => {
  it("keeps its message", async () => {
    expect(messageOf(foreign("new TypeError('no')"))).toBe("no");
    const { backend } = plainBackend({
      fail: (call) => {
        if (call === "upload") throw foreign("new TypeError('not this')");
      },
    });
    expectError(() => backend.upload(tensor([1], [1, 1, 1, 1])), "ERR_EXECUTION", "plain: not this");
  });

  it("is recognised as want of memory by its name and message", () => {
    expect(isOutOfMemory(foreign("new RangeError('Array buffer allocation failed')"))).toBe(true);
    expect(isOutOfMemory(foreign("new RangeError('Maximum call stack size exceeded')"))).toBe(false);
    expect(isOutOfMemory(foreign("new TypeError('Array buffer allocation failed')"))).toBe(false);
  });

  it("fails the next sync, if a promise rejected with the error", async () => {
    const backend = defineBackend<number>({
      name: "foreign",
      device: "another realm",
      features: { nonFinite: true, subnormals: true },
      allocate: () => 0,
      free: () => undefined,
      upload: () => foreign("Promise.reject(new Error('too late'))"),
      read: () => new Promise(() => undefined),
      prepareConv2d: () => new Promise(() => undefined),
      sync: async () => undefined,
      dispose: async () => undefined,
    });
    backend.upload(tensor([1], [1, 1, 1, 1]));
    await expectRejection(backend.sync(), "ERR_EXECUTION", "foreign: too late");
  });
});

describe("another copy of this package", async () => {
  vi.resetModules();
  const other = await import("./index.js");

  it("has classes that differ from this copy's", () => {
    expect(other.Conv2d).not.toBe(Conv2d);
    expect(other.ConveneError).not.toBe(ConveneError);
  });

  it("has errors that are instances of this copy's error classes, each of its own class only", () => {
    const plain = new other.ConveneError("ERR_SHAPE", "no");
    const unavailable = new other.BackendUnavailableError("gpu", "why", "what to do");
    expect(plain instanceof ConveneError).toBe(true);
    expect(plain instanceof BackendUnavailableError).toBe(false);
    expect(unavailable instanceof ConveneError).toBe(true);
    expect(unavailable instanceof BackendUnavailableError).toBe(true);
    class Own extends ConveneError {}
    class OwnUnavailable extends BackendUnavailableError {}
    expect(plain instanceof Own).toBe(false);
    expect(unavailable instanceof OwnUnavailable).toBe(false);
    expect(new Own("ERR_SHAPE", "no") instanceof Own).toBe(true);
    expect(new Own("ERR_SHAPE", "no") instanceof ConveneError).toBe(true);
    expect(new OwnUnavailable("gpu", "", "") instanceof OwnUnavailable).toBe(true);
    for (const none of [undefined, null, 1, {}, new Error("no"), { code: "ERR_SHAPE", remedy: "" }]) {
      expect(none instanceof ConveneError).toBe(false);
      expect(none instanceof BackendUnavailableError).toBe(false);
    }
  });

  it("has layers that this copy's network takes, and errors about such a layer name the layer", async () => {
    const conv = new other.Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 1 });
    expect(isConv2d(conv)).toBe(true);
    // A Conv2d of another copy of core, which the compiler takes for another class.
    const net = network({ conv: conv as unknown as Conv2d, name: "first" }, conv as unknown as Conv2d);
    expectError(() => net.problems([1, 2, 1, 1]), "ERR_SHAPE", "layer first: input ([1, 2, 1, 1]) has 2 channels");
    const { backend } = plainBackend();
    const model = await other.prepare(backend as never, net as never, [1, 1, 1, 1]);
    expect((await model.run(other.zeros([1, 1, 1, 1]))).data).toHaveLength(1);
  });

  it("has errors whose code a backend of this copy keeps", async () => {
    const { backend } = plainBackend({
      fail: (call) => {
        if (call === "allocate") throw new other.ConveneError("ERR_OUT_OF_MEMORY", "full");
      },
    });
    expectError(() => backend.allocate([1, 1, 1, 1]), "ERR_OUT_OF_MEMORY", "full");
  });
});

it("a layer works behind a proxy, as in the state of a user interface", async () => {
  const conv = new Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 1 }, { seed: 3 });
  const proxied = new Proxy(conv, {});
  expect(proxied.weights).toBe(conv.weights);
  const { backend } = plainBackend();
  const x = tensor([2], [1, 1, 1, 1]);
  const run = async (layer: Conv2d): Promise<Float32Array> =>
    (await (await prepare(backend, layer, [1, 1, 1, 1])).run(x)).data;
  expect(await run(proxied)).toEqual(await run(conv));
});

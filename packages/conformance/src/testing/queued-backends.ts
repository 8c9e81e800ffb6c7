/**
 * A backend with a queue on a device with NHWC, and faults that an author of such a backend may make. One option switches a fault
 * on. The tables of `queued-backends.test.ts` have the words by which the suite must name each fault.
 */

import {
  type Backend,
  type Conv2dProblem,
  inputShape,
  outputShape,
  type Shape4,
  tensor,
  toLayout,
} from "@convene/core";
import { type BackendImplementation, defineBackend } from "@convene/core/backend";
import type { Operands } from "../operands.js";
import { rememberedConv2d } from "../remembered-reference.js";

export type QueueFault =
  | "weights as OHWI"
  | "dh ignored"
  | "residual after the clamp"
  | "read does not wait"
  | "upload is not in the queue"
  | "read is too late"
  | "memory is freed under a pending run"
  | "memory is cleared under a pending run"
  | "run is async"
  | "run is not in the queue"
  | "sync does not wait"
  | "an error is swallowed"
  | "a read hangs"
  | "no memory()";

type Storage = { data: Float32Array };

/** Makes the backend. Without a fault it passes the suite. */
export async function queuedBackend(fault?: QueueFault): Promise<Backend> {
  const queue = createQueue();
  let used = 0;
  const implementation: BackendImplementation<Storage> = {
    name: "queued",
    device: `the reference behind a queue${fault === undefined ? "" : `, ${fault}`}`,
    features: { nonFinite: true, subnormals: true },
    allocate([n, c, h, w]) {
      used += 4 * n * c * h * w;
      return { data: new Float32Array(n * c * h * w) };
    },
    free(storage) {
      const release = (): void => {
        used -= storage.data.byteLength;
        storage.data = new Float32Array(0);
      };
      if (fault === "memory is cleared under a pending run") storage.data.fill(NaN);
      if (fault === "memory is freed under a pending run") release();
      else queue.release(release);
    },
    upload(source, target) {
      const copy = toLayout(source, "nhwc").data.slice();
      if (fault === "upload is not in the queue") target.data.set(copy);
      else queue.add(() => target.data.set(copy));
    },
    async read(source, shape, layout) {
      const copy = (): Float32Array => source.data.slice();
      const hangs = fault === "a read hangs" && shape[3] === 1;
      if (hangs) await new Promise<never>(() => undefined);
      const data =
        fault === "read does not wait"
          ? copy()
          : fault === "read is too late"
            ? await queue.idle().then(copy)
            : await queue.add(copy);
      return toLayout(tensor(data, shape, { layout: "nhwc" }), layout);
    },
    async prepareConv2d(problem, given) {
      const weights = { weight: given.weight.slice(), bias: given.bias?.slice() };
      return {
        algorithm: "reference",
        run(input, output, residual) {
          const work = (): void => {
            if (fault === "an error is swallowed" && problem.g > 1) return;
            const result = compute(problem, { ...weights, input: input.data, residual: residual?.data }, fault);
            output.data.set(result);
          };
          if (fault === "run is async") return later(5).then(work) as unknown as void;
          if (fault === "run is not in the queue") return work();
          queue.add(work);
        },
        dispose: () => undefined,
      };
    },
    sync: async () => {
      if (fault !== "sync does not wait") await queue.add(() => undefined);
    },
    memory: () => ({ used, reserved: used }),
    dispose: () => queue.idle(),
  };
  if (fault === "no memory()") delete (implementation as { memory?: unknown }).memory;
  return defineBackend(implementation);
}

function compute(problem: Conv2dProblem, operands: Operands, fault: QueueFault | undefined): Float32Array {
  const nchw = (data: Float32Array, shape: Shape4): Float32Array =>
    toLayout(tensor(data, shape, { layout: "nhwc" }), "nchw").data;
  const { weight, residual, ...rest } = operands;
  const given: Operands = {
    ...rest,
    weight: fault === "weights as OHWI" ? asOhwi(problem, weight) : weight,
    input: nchw(operands.input, inputShape(problem)),
    residual: residual && nchw(residual, outputShape(problem)),
  };
  const asked = fault === "dh ignored" ? { ...problem, dh: 1 } : problem;
  const { output } =
    fault === "residual after the clamp"
      ? rememberedConv2d(asked, { ...given, residual: undefined })
      : rememberedConv2d(asked, given);
  const data = Float32Array.from(output, (y, at) =>
    fault === "residual after the clamp" ? y + (given.residual?.[at] ?? 0) : y,
  );
  return toLayout(tensor(data, outputShape(problem)), "nhwc").data;
}

function asOhwi({ ic, g, kh, kw }: Conv2dProblem, weight: Float32Array): Float32Array {
  const i = ic / g;
  return weight.map((_, at) => {
    const [o, c, y, x] = [
      Math.floor(at / (i * kh * kw)),
      Math.floor(at / (kh * kw)) % i,
      Math.floor(at / kw) % kh,
      at % kw,
    ];
    return weight[((o * kh + y) * kw + x) * i + c]!;
  });
}

const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  let turn: Promise<void> | undefined;
  const nextTurn = (): Promise<void> =>
    (turn ??= later(0).finally(() => {
      turn = undefined;
    }));
  return {
    add<T>(work: () => T): Promise<T> {
      const mine = Promise.all([last, nextTurn()]).then(work);
      last = mine;
      mine.catch(() => undefined);
      return mine;
    },
    release(work: () => void): void {
      last = last.finally(work);
      last.catch(() => undefined);
    },
    idle: (): Promise<void> =>
      nextTurn()
        .then(() => last)
        .then(
          () => undefined,
          () => undefined,
        ),
  };
}

/** These tests run in gpu.js's WebAssembly, which rounds each product and each sum to float32, as the least precise device does. */

import { afterAll, expect, it } from "vitest";
import { openHost } from "../engines/host.js";
import { EACH, kernelText } from "../kernel-text.js";
import { LANES } from "../nc4hw4.js";
import { exponential, polynomial } from "./exponential.js";

const engine = openHost("webasm");
afterAll(() => engine.dispose());

/** e^(t + rest) for each t. */
async function inFloat32(ts: readonly number[], rest?: number): Promise<readonly number[]> {
  const planes = { planes: 1, height: 1, width: Math.ceil(ts.length / LANES) };
  const access = engine.access({ x: planes });
  const at = access.place(planes);
  const v = access.texel("v", "x", at.z, at.y, at.x);
  const lines = EACH.flatMap((l) => {
    const e = exponential(`e${l}`, v.lanes[l]!, rest === undefined ? undefined : String(rest));
    return [...e.lines, `const s${l} = ${e.most} * ${e.last};`];
  });
  const kernel = await engine.compile(kernelText(["x"], [...at.lines, ...v.lines, ...lines]), { x: planes }, planes);
  const [x, y] = [engine.allocate(planes), engine.allocate(planes)];
  engine.write(
    x,
    planes,
    Float32Array.from({ length: LANES * planes.width }, (_, i) => ts[i] ?? 0),
  );
  await engine.run(kernel, [x], y);
  kernel.destroy();
  return [...(await engine.read(y, planes)).subarray(0, ts.length)];
}

const range = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(from + ((to - from) * i) / (count - 1)));

it("is within 2 units in the last place wherever float32 has a normal number", async () => {
  const ts = range(0, -87, 20_000);
  const worst = (await inFloat32(ts)).reduce((most, e, i) => Math.max(most, Math.abs(e / Math.exp(ts[i]!) - 1)), 0);
  expect(worst).toBeGreaterThan(0);
  expect(worst).toBeLessThan(2 * 2 ** -23);
});

it("is rounded once if the result is subnormal, and is 0 below", async () => {
  const ts = range(-87.4, -104, 1000);
  for (const [i, e] of (await inFloat32(ts)).entries()) {
    const exact = Math.exp(ts[i]!);
    expect(Math.abs(e - exact), String(ts[i])).toBeLessThanOrEqual(2 ** -150 + exact * 2 * 2 ** -23);
  }
  expect(await inFloat32([-110, -111, -1e30, -Infinity])).toEqual([0, 0, 0, 0]);
});

it("uses the second argument, the part of the exponent that float32 rounds off", async () => {
  const [e] = await inFloat32([-80], -1.5e-6);
  expect(Math.abs(e! / Math.exp(-80 - 1.5e-6) - 1)).toBeLessThan(2 * 2 ** -23);
});

it("gives NaN for NaN, and 1 for 0", async () => {
  expect(await inFloat32([NaN, 0, -0])).toEqual([NaN, 1, 1]);
});

it("writes a polynomial by Horner's rule", () => {
  expect(polynomial("x", [1, -2, 0.5])).toBe("((0.5) * x + -2.0) * x + 1.0");
});

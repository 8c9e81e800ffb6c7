/** The place of a thread in an operation's kernel, and how the thread reads tensors. All are pieces of text. */

import type { Shape4 } from "@convene/core";
import type { Access, ArgumentName } from "../kernel-source.js";
import { EACH, indented, quotient, sum, times } from "../kernel-text.js";
import { blocks, LANES, nc4hw4Of } from "../nc4hw4.js";

/** The texel that a thread writes. */
export interface Here {
  /** Lines that must stand before. */
  readonly lines: readonly string[];
  /** Plane, row and column. */
  readonly z: string;
  readonly y: string;
  readonly x: string;
  /** The image's index in the batch; `false` where there is one image. */
  readonly image: string | false;
  /** The texel's index among the image's channels. */
  readonly o: string;
}

/** @param shape the shape of the kernel's output */
export function here(access: Access, shape: Shape4): Here {
  const [n, c] = shape;
  const { lines, z, y, x } = access.place(nc4hw4Of(shape));
  if (n === 1) return { lines, z, y, x, image: false, o: z };
  const image = `const image = ${quotient(z, blocks(c))};`;
  return { lines: [...lines, image, `const o = ${z} - image * ${blocks(c)};`], z, y, x, image: "image", o: "o" };
}

/** The plane of a texel of this image, in a tensor with `channels` channels. */
export function planeAt({ image }: Pick<Here, "image">, channels: number, block: string): string {
  return sum(image && times(image, blocks(channels)), block);
}

/** Lines that read a texel into `s0` to `s3`. */
export function readTexel(
  access: Access,
  from: ArgumentName,
  z: string,
  y: string,
  x: string,
  as = "v",
): readonly string[] {
  const { lines, lanes } = access.texel(as, from, z, y, x);
  return [...lines, ...EACH.map((l) => `s${l} = ${lanes[l]};`)];
}

/**
 * Lines that read one channel into a lane.
 *
 * @param as the end of all names in the lines
 */
export function readChannel(
  access: Access,
  from: ArgumentName,
  at: { readonly image: string | false; readonly channels: number; readonly y: string; readonly x: string },
  lane: number,
  channel: string,
  as = String(lane),
): readonly string[] {
  const [c, q] = [`c${as}`, `q${as}`];
  const value = access.lane(from, planeAt(at, at.channels, q), at.y, at.x, `${c} - ${q} * ${LANES}`);
  return [`const ${c} = ${channel};`, `const ${q} = ${quotient(c, LANES)};`, `s${lane} = ${value};`];
}

/** The output channel of a lane. */
export function channelOf({ o }: Pick<Here, "o">, lane: number): string {
  return sum(times(o, LANES), lane > 0 && String(lane));
}

/** Lines that declare `s0` to `s3` as zeros. */
export const ZEROS = EACH.map((l) => `let s${l} = 0.0;`);

/** The lines of `body` for each lane that has a channel. Lanes that only fill up the last texel stay as they are. */
export function eachChannelLane(
  channels: number,
  { o }: Pick<Here, "o">,
  body: (lane: number) => readonly string[],
): readonly string[] {
  return EACH.flatMap((lane) => {
    const spare = channels % LANES !== 0 && lane >= channels % LANES;
    if (!spare) return body(lane);
    return blocks(channels) === 1 ? [] : [`if (${o} < ${blocks(channels) - 1.5}) {`, ...indented(body(lane)), "}"];
  });
}

/** The lines of `body`, run where all `conditions` hold. */
export function when(conditions: readonly (string | false)[], body: readonly string[]): readonly string[] {
  const real = conditions.filter((each): each is string => each !== false);
  return real.length === 0 ? body : [`if (${real.join(" && ")}) {`, ...indented(body), "}"];
}

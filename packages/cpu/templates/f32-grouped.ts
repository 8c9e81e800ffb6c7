/**
 * The template of the tiles for groups of few channels: a few neighbouring output pixels of a row by four output channels of
 * a group. Each input number is loaded once for all outputs that it takes part in, where the indirect GEMM would load it
 * once a tap. assembly/grouped.ts has the loops around it.
 */

import { at, range } from "./lines.js";

export interface GroupedTile {
  /** Kernel width. */
  readonly width: number;
  /** Neighbouring output pixels. */
  readonly pixels: number;
}

/** AssemblyScript of the tile `f32-grouped-w<width>-<pixels>x4`. */
export function groupedTile({ width, pixels }: GroupedTile): string {
  const columns = range(pixels + width - 1);
  const outputs = range(pixels);
  const taps = range(width);
  return `/**
 * f32-grouped-w${width}-${pixels}x4: ${pixels} neighbouring output pixels of a row by 4 output channels of a group; ${width} taps wide, stride and
 * dilation 1 along the width. Adds the residual, clamps, and stores \`nr\` channels.
 *
 * \`base\` is the group's first channel of the image's first pixel; \`t\` the address in the table of the first pixel's first
 * tap; \`w\` the panel: 4 biases, then for each row of taps and input channel 4 weights for each of its taps; \`c\` the first
 * output and \`step\` the bytes to the next pixel's; \`residual\` the distance from an output to its residual, 0 for none.
 */

import { GroupedParams } from "../params";
import { clamp, madd, storeLanes } from "../simd";

export function groupedW${width}(
  params: GroupedParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  nr: i32,
): void {
  const tapRow = params.tapRow;
  const icBytes = params.icPerGroup << 2;
  let y0 = v128.load(w);
${outputs
  .slice(1)
  .map((pixel) => `  let y${pixel} = y0;`)
  .join("\n")}
  w += 16;
  for (let ky = params.kh; ky > 0; ky--) {
${columns.map((column) => `    let a${column} = base + load<usize>(${at("t", 4 * column)});`).join("\n")}
    const end = a0 + icBytes;
    do {
${taps.map((tap) => `      const w${tap} = v128.load(${at("w", 16 * tap)});`).join("\n")}
      w += ${16 * width};
${columns
  .map((column) =>
    [
      `      const x${column} = v128.load32_splat(a${column});`,
      `      a${column} += 4;`,
      ...outputs
        .filter((pixel) => column >= pixel && column < pixel + width)
        .map((pixel) => `      y${pixel} = madd(x${column}, w${column - pixel}, y${pixel});`),
    ].join("\n"),
  )
  .join("\n")}
    } while (a0 != end);
    t += tapRow;
  }
  if (residual) {
    let r = c + residual;
${outputs.map((pixel) => `    y${pixel} = f32x4.add(y${pixel}, v128.load(r));${pixel < pixels - 1 ? "\n    r += step;" : ""}`).join("\n")}
  }
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
${outputs.map((pixel) => `  storeLanes(c, clamp(y${pixel}, lo, hi), nr);${pixel < pixels - 1 ? "\n  c += step;" : ""}`).join("\n")}
}
`;
}

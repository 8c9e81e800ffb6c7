/**
 * The template of the tiles for groups of few channels: a few neighbouring output pixels of a row by one panel of four output
 * channels of a group, or by two panels that lie side by side, of one group or of two. Each input number is loaded once, for
 * all outputs that need it. The indirect GEMM would load it once for each tap. assembly/grouped.ts has the loops around the
 * tile.
 */

import { at, range } from "./lines.js";

export interface GroupedTile {
  /** Kernel width. */
  readonly width: number;
  /** The number of neighbouring output pixels. */
  readonly pixels: number;
  /** The number of panels. With one panel, each addition waits for the addition before it, and half of the processor is idle. */
  readonly panels: 1 | 2;
}

/** The AssemblyScript of the tile `f32-grouped-w<width>-<pixels>x<channels>`: the function `groupedW<width>_<pixels>x<channels>`. */
export function groupedTile({ width, pixels, panels }: GroupedTile): string {
  const columns = range(pixels + width - 1);
  const outputs = range(pixels);
  const taps = range(width);
  const each = range(panels);
  const pair = panels === 2;
  const name = `${pixels}x${4 * panels}`;
  /** Loads the weights of panel `q`, then adds each column to every output that needs it. */
  const panelOf = (q: number): string =>
    [
      ...taps.map((tap) => `      const w${q}${tap} = v128.load(${at(q === 0 ? "w" : "v", 16 * tap)});`),
      ...columns.flatMap((column) => [
        `      const x${q}${column} = v128.load32_splat(a${column}${q === 0 ? "" : " + next"});`,
        ...outputs
          .filter((pixel) => column >= pixel && column < pixel + width)
          .map((pixel) => `      y${pixel}_${q} = madd(x${q}${column}, w${q}${column - pixel}, y${pixel}_${q});`),
      ]),
    ].join("\n");
  return `/**
 * f32-grouped-w${width}-${name}: ${pixels} neighbouring output pixels of a row by ${pair ? "two panels of 4 output channels" : "4 output channels of a group"}; ${width} taps wide, stride
 * and dilation 1 along the width. The function adds the residual, clamps, and stores \`nr\` channels${pair ? " of the first panel and `nr1` of the second" : ""}.
 * If each panel is a group of its own, it computes \`tiles\` tiles, one after the other along the channels. Otherwise it computes one.
 *
 * \`base\` is the address of the group's first channel at the image's first pixel. \`table\` is the address, in the table, of the first
 * pixel's first tap. \`w\` is the panel: 4 biases, then 4 weights for each row of taps, each input channel, and each tap of the row.
 * \`c\` is the first output, and \`step\` the bytes to the output of the next pixel. \`residual\` is the distance from an output to its
 * residual, or 0 if there is none.${pair ? " `next` is the distance from the first panel's input to that of the second: 0, or a\n * group's channels." : ""}
 */

import { GroupedParams } from "../params";
import { clamp, madd, storeLanes } from "../simd";

export function groupedW${width}_${name}(
  params: GroupedParams,
  base: usize,
  table: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  nr: i32,${pair ? "\n  nr1: i32,\n  next: usize," : ""}
  tiles: i32,
): void {
  const tapRow = params.tapRow;
  const icBytes = params.icPerGroup << 2;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; tiles > 0; tiles--) {
    let t = table;
${pair ? "    let v = w + params.panelBytes;\n" : ""}${each.map((q) => `    let y0_${q} = v128.load(${q === 0 ? "w" : "v"});`).join("\n")}
${outputs
  .slice(1)
  .map((pixel) => `    let ${each.map((q) => `y${pixel}_${q} = y0_${q}`).join(", ")};`)
  .join("\n")}
    w += 16;
${pair ? "    v += 16;" : ""}
    for (let ky = params.kh; ky > 0; ky--) {
${columns.map((column) => `      let a${column} = base + load<usize>(${at("t", 4 * column)});`).join("\n")}
      const end = a0 + icBytes;
      do {
${each.map(panelOf).join("\n")}
        w += ${16 * width};
${pair ? `        v += ${16 * width};` : ""}
${columns.map((column) => `        a${column} += 4;`).join("\n")}
      } while (a0 != end);
      t += tapRow;
    }
${pair ? "    const second: usize = nr << 2;" : ""}
    let at = c;
    if (residual) {
      let r = c + residual;
${outputs
  .map(
    (pixel) =>
      each
        .map((q) => `      y${pixel}_${q} = f32x4.add(y${pixel}_${q}, v128.load(r${q === 0 ? "" : " + second"}));`)
        .join("\n") + (pixel < pixels - 1 ? "\n      r += step;" : ""),
  )
  .join("\n")}
    }
${outputs
  .map(
    (pixel) =>
      each
        .map(
          (q) =>
            `    storeLanes(at${q === 0 ? "" : " + second"}, clamp(y${pixel}_${q}, lo, hi), ${q === 0 ? "nr" : "nr1"});`,
        )
        .join("\n") + (pixel < pixels - 1 ? "\n    at += step;" : ""),
  )
  .join("\n")}
    base += ${pair ? "next << 1" : "icBytes"};
    c += ${pair ? "second << 1" : "nr << 2"};
${pair ? "    w = v;\n" : ""}  }
}
`;
}

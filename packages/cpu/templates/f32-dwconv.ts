/**
 * The template of the depthwise tiles of one kernel size and stride: a few neighbouring output pixels of a row, a few
 * channels at a time. Each input vector is loaded once, for all outputs that need it. assembly/dwconv.ts has the loops
 * around the tile.
 */

import { at, range } from "./lines.js";

export interface DwconvTile {
  /** Kernel height and width. */
  readonly kernel: number;
  /** Stride along the width. */
  readonly stride: number;
  /** Output channels for each input channel. */
  readonly multiplier: 1 | 2;
  /** The number of neighbouring output pixels. */
  readonly pixels: number;
  /** The number of vectors of four channels. */
  readonly vectors: number;
  /** Whether the code has a loop over the kernel's rows, or all rows one after the other. */
  readonly rows: "loop" | "unrolled";
}

/** The lanes of a shuffle that gives each of four input channels to two output channels, for each vector of output channels. */
const DOUBLED = ["0, 0, 1, 1", "2, 2, 3, 3"];

export function dwconvTileName({ kernel, stride, multiplier, pixels, vectors }: DwconvTile): string {
  return `${kernel}x${kernel}s${stride}${multiplier === 1 ? "" : `m${multiplier}`}-${pixels}x${4 * vectors}`;
}

/** The AssemblyScript of the tile `f32-dwconv-<kernel>s<stride>-<pixels>x<channels>`: the function `dwconv<...>_<pixels>x<channels>`. */
export function dwconvTile(tile: DwconvTile): string {
  const { kernel, stride, multiplier, pixels, vectors, rows } = tile;
  const name = dwconvTileName(tile);
  const columns = (pixels - 1) * stride + kernel;
  const lanes = range(vectors);
  const outputs = (line: (pixel: number, vector: number) => string): string =>
    range(pixels)
      .flatMap((pixel) => lanes.map((vector) => line(pixel, vector)))
      .join("\n");

  /** One row of taps: loads the weights, then each input column, and adds the column to every output that needs it. */
  const rowOfTaps = (row: string, t: string, w: string, first: number): string =>
    [
      ...range(kernel).flatMap((kx) =>
        lanes.map((v) => `const w${row}${kx}_${v} = v128.load(${at(w, first + 16 * (kx * vectors + v))});`),
      ),
      ...range(columns).flatMap((column) => [
        `const a${row}${column} = base + load<usize>(${at(t, 4 * column)});`,
        ...(multiplier === 2 ? [`const x${row}${column} = v128.load(a${row}${column});`] : []),
        ...lanes.flatMap((v) => [
          multiplier === 2
            ? `const x${row}${column}_${v} = v128.shuffle<f32>(x${row}${column}, x${row}${column}, ${DOUBLED[v]!});`
            : `const x${row}${column}_${v} = v128.load(${at(`a${row}${column}`, 16 * v)});`,
          ...range(pixels)
            .filter((pixel) => column >= pixel * stride && column < pixel * stride + kernel)
            .map(
              (pixel) =>
                `y${pixel}_${v} = madd(x${row}${column}_${v}, w${row}${column - pixel * stride}_${v}, y${pixel}_${v});`,
            ),
        ]),
      ]),
    ].join("\n");
  const panelBytes = 16 * vectors * (1 + kernel * kernel);
  const rowBytes = 16 * vectors * kernel;

  return `/**
 * f32-dwconv-${name}: ${pixels} neighbouring output pixels of a row, ${kernel}x${kernel} taps, stride ${stride} and dilation 1 along the width,
 * ${4 * vectors} channels at a time, \`panels\` times. The function adds the residual, clamps, and stores whole
 * vectors.
 *
 * \`base\` is the image's first pixel. \`t\` is the address, in the table, of the first pixel's first tap. \`w\` is the first panel:
 * ${4 * vectors} biases, then ${4 * vectors} weights for each tap. \`c\` is the first output, and \`step\` the bytes to the output of the next pixel.
 * \`residual\` is the distance from an output to its residual, or 0 if there is none.
 */

import { DwconvParams } from "../params";
import { clamp, madd } from "../simd";

export function dwconv${name.replace("-", "_")}(
  params: DwconvParams,
  base: usize,
  t: usize,
  w: usize,
  c: usize,
  step: usize,
  residual: usize,
  panels: i32,
): void {
  const tapRow = params.tapRow;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
${
  rows === "unrolled"
    ? range(kernel)
        .slice(1)
        .map((ky) => `  const t${ky} = ${ky === 1 ? "t" : `t${ky - 1}`} + tapRow;`)
        .join("\n")
    : ""
}
  for (; panels > 0; panels--) {
${lanes.map((v) => `    let y0_${v} = v128.load(${at("w", 16 * v)});`).join("\n")}
${range(pixels)
  .slice(1)
  .map((pixel) => `    let ${lanes.map((v) => `y${pixel}_${v} = y0_${v}`).join(", ")};`)
  .join("\n")}
${
  rows === "unrolled"
    ? `${range(kernel)
        .map((ky) => rowOfTaps(`${ky}`, ky === 0 ? "t" : `t${ky}`, "w", 16 * vectors + ky * rowBytes))
        .join("\n")}
w += ${panelBytes};`
    : `w += ${16 * vectors};
let row = t;
for (let ky = ${kernel}; ky > 0; ky--) {
${rowOfTaps("", "row", "w", 0)}
w += ${rowBytes};
row += tapRow;
}`
}
    if (residual) {
      let r = c + residual;
${range(pixels)
  .map(
    (pixel) =>
      lanes.map((v) => `      y${pixel}_${v} = f32x4.add(y${pixel}_${v}, v128.load(${at("r", 16 * v)}));`).join("\n") +
      (pixel < pixels - 1 ? "\n      r += step;" : ""),
  )
  .join("\n")}
    }
${outputs((pixel, v) => `    y${pixel}_${v} = clamp(y${pixel}_${v}, lo, hi);`)}
    let at = c;
${range(pixels)
  .map(
    (pixel) =>
      lanes.map((v) => `    v128.store(at, y${pixel}_${v}${v ? `, ${16 * v}` : ""});`).join("\n") +
      (pixel < pixels - 1 ? "\n    at += step;" : ""),
  )
  .join("\n")}
    base += ${(16 * vectors) / multiplier};
    c += ${16 * vectors};
  }
}
`;
}

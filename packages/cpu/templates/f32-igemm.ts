/**
 * The template of the indirect GEMM's tiles: MR output pixels by NR output channels. The MR·NR/4 accumulators should
 * stay in registers, together with a panel's row of weights. assembly/igemm.ts has the loops around the tile.
 */

import { at, range, repeat } from "./lines.js";

export interface IgemmTile {
  /** The number of output pixels. */
  readonly mr: number;
  /** The number of output channels, a multiple of 4. */
  readonly nr: number;
  /** The number of parts of a panel, which lie one after the other. Each part has biases and weights, and is one stream of reads. */
  readonly streams: 1 | 2;
}

/** The AssemblyScript of the tile `f32-igemm-<mr>x<nr>`. */
export function igemmTile({ mr, nr, streams }: IgemmTile): string {
  const vectors = nr / 4;
  /** The number of vectors of a stream. */
  const part = vectors / streams;
  /** The load of the panel's vector `v`. */
  const weights = (v: number): string => `v128.load(${at(v < part ? "w" : "v", 16 * (v % part))})`;
  const advance = (indent: string): string =>
    (streams === 1 ? ["w"] : ["w", "v"]).map((stream) => `${indent}${stream} += ${16 * part};`).join("\n");
  const rows = range(mr);
  /** One line for each accumulator. */
  const each = (line: (row: number, vector: number) => string): string =>
    rows.flatMap((row) => range(vectors).map((vector) => line(row, vector))).join("\n");
  return `/**
 * f32-igemm-${mr}x${nr}: MR = ${mr} output pixels by NR = ${nr} output channels, ${mr * vectors} accumulators. The function sums over every tap and input
 * channel, adds the residual, clamps, and stores the whole tile. It computes \`tiles\` tiles, whose pixels follow each other.
 *
 * \`base\` is the address of the group's first channel at the image's first pixel. \`positions\` has MR addresses in the table for each
 * tile; RUN is added to the first address if a row of taps is one run of memory. \`panel\` is a packed panel. \`c\` is the tile's first
 * output, and \`step\` the bytes to the output of the next pixel. \`residual\` is the distance from an output to its residual, or 0 if
 * there is none.${streams === 1 ? "" : "\n *\n * The panel has two parts, each with half of the channels. The tile reads both at once, because two streams read faster than one."}
 */

import { IgemmParams, RUN } from "../params";
import { clamp, madd } from "../simd";

export function tile${mr}x${nr}(
  params: IgemmParams,
  base: usize,
  positions: usize,
  panel: usize,
  c: usize,
  step: usize,
  residual: usize,
  tiles: i32,
): void {
  const tapColumn = params.tapColumn;
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; tiles > 0; tiles--) {
    const first = load<usize>(positions);
${repeat(mr, (row) => `    let t${row} = ${row === 0 ? "first" : `load<usize>(${at("positions", 4 * row)})`} & ~RUN;`)}
    let w = panel;
${streams === 1 ? "" : "    let v = w + (params.panelBytes >> 1);\n"}${repeat(vectors, (vector) => `    let c0${vector} = ${weights(vector)};`)}
${rows
  .slice(1)
  .map(
    (row) =>
      `    let ${range(vectors)
        .map((vector) => `c${row}${vector} = c0${vector}`)
        .join(", ")};`,
  )
  .join("\n")}
${advance("    ")}
    let icBytes = params.icPerGroup << 2;
    let kw = params.kw;
    if (first & RUN) {
      icBytes *= kw;
      kw = 1;
    }
    // The taps of a row have moved the position already, so the step to the next row is smaller.
    const tapRow = params.tapRow - kw * tapColumn;
    for (let ky = params.kh; ky > 0; ky--) {
      for (let kx = kw; kx > 0; kx--) {
${repeat(mr, (row) => `        let a${row} = base + load<usize>(t${row});`)}
        const end = a0 + icBytes;
        do {
${repeat(vectors, (vector) => `          const b${vector} = ${weights(vector)};`)}
${advance("          ")}
${repeat(
  mr,
  (row) => `          const x${row} = v128.load32_splat(a${row});
${repeat(vectors, (vector) => `          c${row}${vector} = madd(x${row}, b${vector}, c${row}${vector});`)}
          a${row} += 4;`,
)}
        } while (a0 != end);
${repeat(mr, (row) => `        t${row} += tapColumn;`)}
      }
${repeat(mr, (row) => `      t${row} += tapRow;`)}
    }
    if (residual) {
      let r = c + residual;
${rows
  .map(
    (row) =>
      range(vectors)
        .map((vector) => `      c${row}${vector} = f32x4.add(c${row}${vector}, v128.load(${at("r", 16 * vector)}));`)
        .join("\n") + (row < mr - 1 ? "\n      r += step;" : ""),
  )
  .join("\n")}
    }
${each((row, vector) => `    c${row}${vector} = clamp(c${row}${vector}, lo, hi);`)}
    // Stores come in pairs, at one address and 16 bytes apart. V8 starts from such pairs when it joins operations to 256 bits.
${rows
  .map(
    (row) =>
      range(vectors)
        .map((vector) => `    v128.store(c, c${row}${vector}${vector ? `, ${16 * vector}` : ""});`)
        .join("\n") + "\n    c += step;",
  )
  .join("\n")}
    positions += ${4 * mr};
  }
}
`;
}

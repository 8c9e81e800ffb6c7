/**
 * The template of the transforms of Winograd's minimal filtering F(m x m, 3x3), after Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks" (2015). A transform of a tile is the same transform in one dimension, first along rows, then
 * along columns; docs/kernels.md, "Winograd", has the matrices. assembly/winograd.ts has the loops around them.
 */

import { at, range } from "./lines.js";

/** A transform in one dimension as lines of AssemblyScript: `inputs` are names of vectors, each output gets a name. */
type Transform = (inputs: readonly string[], output: (index: number) => string) => readonly string[];

interface Minimal {
  /** Outputs in one dimension. */
  readonly m: number;
  /** Constants that the two transforms name. */
  readonly constants: Readonly<Record<string, string>>;
  /** Bᵀ: m + 2 inputs to m + 2 products. */
  readonly input: Transform;
  /** Aᵀ: m + 2 products to m outputs. */
  readonly output: Transform;
}

const add = (a: string, b: string): string => `f32x4.add(${a}, ${b})`;
const sub = (a: string, b: string): string => `f32x4.sub(${a}, ${b})`;
const mul = (a: string, b: string): string => `f32x4.mul(${a}, ${b})`;

/** Points 0, 1, -1 and infinity. Its constants are 1 and -1 here and 1/2 in the weights, so small integers stay exact. */
const F2: Minimal = {
  m: 2,
  constants: {},
  input: ([x0, x1, x2, x3], y) => [
    `const ${y(0)} = ${sub(x0!, x2!)};`,
    `const ${y(1)} = ${add(x1!, x2!)};`,
    `const ${y(2)} = ${sub(x2!, x1!)};`,
    `const ${y(3)} = ${sub(x1!, x3!)};`,
  ],
  output: ([x0, x1, x2, x3], y) => [
    `const ${y(0)} = ${add(add(x0!, x1!), x2!)};`,
    `const ${y(1)} = ${sub(sub(x1!, x2!), x3!)};`,
  ],
};

/** Points 0, ±a, ±b and infinity, with a = √½ and b = √2, so that a² = 1/2, b² = 2, a²b² = 1 and a² + b² = 5/2. */
const F4: Minimal = {
  m: 4,
  constants: {
    a: "0.7071067811865476",
    b: "1.4142135623730951",
    half: "0.5",
    two: "2",
    sum: "2.5",
    aaa: "0.3535533905932738",
    bbb: "2.8284271247461903",
  },
  input: ([x0, x1, x2, x3, x4, x5], y) => [
    `const ${y(0)} = ${sub(add(x0!, x4!), mul("sum", x2!))};`,
    `const evenA = ${sub(x4!, mul("two", x2!))};`,
    `const oddA = ${mul("a", sub(x3!, mul("two", x1!)))};`,
    `const ${y(1)} = ${add("evenA", "oddA")};`,
    `const ${y(2)} = ${sub("evenA", "oddA")};`,
    `const evenB = ${sub(x4!, mul("half", x2!))};`,
    `const oddB = ${mul("b", sub(x3!, mul("half", x1!)))};`,
    `const ${y(3)} = ${add("evenB", "oddB")};`,
    `const ${y(4)} = ${sub("evenB", "oddB")};`,
    `const ${y(5)} = ${sub(add(x1!, x5!), mul("sum", x3!))};`,
  ],
  output: ([x0, x1, x2, x3, x4, x5], y) => [
    `const evenA = ${add(x1!, x2!)};`,
    `const oddA = ${sub(x1!, x2!)};`,
    `const evenB = ${add(x3!, x4!)};`,
    `const oddB = ${sub(x3!, x4!)};`,
    `const ${y(0)} = ${add(add(x0!, "evenA"), "evenB")};`,
    `const ${y(1)} = ${add(mul("a", "oddA"), mul("b", "oddB"))};`,
    `const ${y(2)} = ${add(mul("half", "evenA"), mul("two", "evenB"))};`,
    `const ${y(3)} = ${add(add(mul("aaa", "oddA"), mul("bbb", "oddB")), x5!)};`,
  ],
};

export const MINIMAL: readonly Minimal[] = [F2, F4];

/** AssemblyScript of `f32-winograd-<m>x<m>`: both transforms. */
export function winogradTransforms({ m, constants, input, output }: Minimal): string {
  const t = m + 2;
  const all = range(t);
  const constantLines = Object.entries(constants)
    .map(([name, value]) => `  const ${name} = f32x4.splat(${value});`)
    .join("\n");
  const lines = (rows: readonly string[]): string => rows.join("\n");
  return `/**
 * f32-winograd-${m}x${m}: the transforms of F(${m}x${m}, 3x3), four channels of a tile at a time.
 */

import { WinogradParams } from "../params";
import { clamp } from "../simd";

/**
 * A tile of ${t}x${t} input pixels, all channels: \`base\` is the image's first pixel, \`table\` the address in the table of the
 * tile's first pixel and \`tableRow\` the bytes to the row below; \`u\` is where the first of ${t * t} products begins and \`uStep\`
 * the bytes to the next one; \`scratch\` has room for ${t * t} vectors.
 */
export function winogradInput${m}x${m}(
  base: usize,
  table: usize,
  tableRow: usize,
  channels: i32,
  u: usize,
  uStep: usize,
  scratch: usize,
): void {
${constantLines}
  for (; channels > 0; channels -= 4) {
    let row = table;
    let s = scratch;
    for (let i = 0; i < ${t}; i++) {
${lines(all.map((j) => `      const x${j} = v128.load(base + load<usize>(${at("row", 4 * j)}));`))}
${lines(
  input(
    all.map((j) => `x${j}`),
    (j) => `y${j}`,
  ),
)}
${lines(all.map((j) => `      v128.store(s, y${j}${j ? `, ${16 * j}` : ""});`))}
      row += tableRow;
      s += ${16 * t};
    }
    s = scratch;
    let to = u;
    for (let j = 0; j < ${t}; j++) {
${lines(all.map((i) => `      const x${i} = v128.load(${at("s", 16 * t * i)});`))}
${lines(
  input(
    all.map((i) => `x${i}`),
    (i) => `y${i}`,
  ),
)}
      let product = to;
${lines(all.map((i) => `      v128.store(product, y${i});${i < t - 1 ? `\n      product += ${t} * uStep;` : ""}`))}
      s += 16;
      to += uStep;
    }
    base += 16;
    u += 16;
  }
}

/**
 * A tile of ${m}x${m} output pixels, \`vectors\` times four channels: \`p\` is the tile's first product and \`pStep\` the bytes to the
 * next one; \`bias\` has a number for each channel; \`c\` is the first output, \`row\` and \`step\` the bytes to the one below and to
 * the one at its right; \`residual\` the distance from an output to its residual, 0 for none.
 */
export function winogradOutput${m}x${m}(
  params: WinogradParams,
  p: usize,
  pStep: usize,
  vectors: i32,
  bias: usize,
  c: usize,
  row: usize,
  step: usize,
  residual: usize,
  scratch: usize,
): void {
${constantLines}
  const lo = f32x4.splat(params.min);
  const hi = f32x4.splat(params.max);
  for (; vectors > 0; vectors--) {
    let from = p;
    let s = scratch;
    for (let i = 0; i < ${t}; i++) {
${lines(all.map((j) => `      const x${j} = v128.load(from);\n      from += pStep;`))}
${lines(
  output(
    all.map((j) => `x${j}`),
    (j) => `y${j}`,
  ),
)}
${lines(range(m).map((j) => `      v128.store(s, y${j}${j ? `, ${16 * j}` : ""});`))}
      s += ${16 * m};
    }
    const added = v128.load(bias);
    s = scratch;
    let column = c;
    for (let j = 0; j < ${m}; j++) {
${lines(all.map((i) => `      const x${i} = v128.load(${at("s", 16 * m * i)});`))}
${lines(
  output(
    all.map((i) => `x${i}`),
    (i) => `y${i}`,
  ),
)}
${lines(range(m).map((i) => `      let z${i} = f32x4.add(y${i}, added);`))}
      let to = column;
      if (residual) {
        let r = column + residual;
${lines(range(m).map((i) => `        z${i} = f32x4.add(z${i}, v128.load(r));${i < m - 1 ? "\n        r += row;" : ""}`))}
      }
${lines(range(m).map((i) => `      v128.store(to, clamp(z${i}, lo, hi));${i < m - 1 ? "\n      to += row;" : ""}`))}
      s += 16;
      column += step;
    }
    p += 16;
    bias += 16;
    c += 16;
  }
}
`;
}

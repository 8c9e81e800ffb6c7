/**
 * The template of the transforms of Winograd's minimal filtering F(m x m, 3x3), after Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks" (2015). A tile is transformed in one dimension, first along rows, then along columns.
 * docs/kernels.md, "Winograd", has the matrices. assembly/winograd.ts has the loops around the transforms.
 */

import { at, range } from "./lines.js";

/**
 * A transform in one dimension, as lines of AssemblyScript. `inputs` are names of vectors, and each output gets a name. `v` is added
 * to the names of intermediate vectors, so that the code can have two transforms side by side.
 */
type Transform = (inputs: readonly string[], output: (index: number) => string, v: number) => readonly string[];

interface Minimal {
  /** The number of outputs in one dimension. */
  readonly m: number;
  /** The constants of the two transforms. */
  readonly constants: Readonly<Record<string, string>>;
  /** Bᵀ, which makes m + 2 operands of products from m + 2 inputs. */
  readonly input: Transform;
  /** Aᵀ, which makes m outputs from m + 2 products. */
  readonly output: Transform;
}

const add = (a: string, b: string): string => `f32x4.add(${a}, ${b})`;
const sub = (a: string, b: string): string => `f32x4.sub(${a}, ${b})`;
const mul = (a: string, b: string): string => `f32x4.mul(${a}, ${b})`;

/** F(2x2, 3x3) with the points 0, 1, -1 and infinity. Its constants are 1 and -1 here, and 1/2 in the weights, so small integers stay exact. */
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

/** F(4x4, 3x3) with the points 0, ±a, ±b and infinity, where a = √½ and b = √2, so that a² = 1/2, b² = 2, a²b² = 1 and a² + b² = 5/2. */
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
  input: ([x0, x1, x2, x3, x4, x5], y, v) => [
    `const ${y(0)} = ${sub(add(x0!, x4!), mul("sum", x2!))};`,
    `const evenA${v} = ${sub(x4!, mul("two", x2!))};`,
    `const oddA${v} = ${mul("a", sub(x3!, mul("two", x1!)))};`,
    `const ${y(1)} = ${add(`evenA${v}`, `oddA${v}`)};`,
    `const ${y(2)} = ${sub(`evenA${v}`, `oddA${v}`)};`,
    `const evenB${v} = ${sub(x4!, mul("half", x2!))};`,
    `const oddB${v} = ${mul("b", sub(x3!, mul("half", x1!)))};`,
    `const ${y(3)} = ${add(`evenB${v}`, `oddB${v}`)};`,
    `const ${y(4)} = ${sub(`evenB${v}`, `oddB${v}`)};`,
    `const ${y(5)} = ${sub(add(x1!, x5!), mul("sum", x3!))};`,
  ],
  output: ([x0, x1, x2, x3, x4, x5], y, v) => [
    `const evenA${v} = ${add(x1!, x2!)};`,
    `const oddA${v} = ${sub(x1!, x2!)};`,
    `const evenB${v} = ${add(x3!, x4!)};`,
    `const oddB${v} = ${sub(x3!, x4!)};`,
    `const ${y(0)} = ${add(add(x0!, `evenA${v}`), `evenB${v}`)};`,
    `const ${y(1)} = ${add(mul("a", `oddA${v}`), mul("b", `oddB${v}`))};`,
    `const ${y(2)} = ${add(mul("half", `evenA${v}`), mul("two", `evenB${v}`))};`,
    `const ${y(3)} = ${add(add(mul("aaa", `oddA${v}`), mul("bbb", `oddB${v}`)), x5!)};`,
  ],
};

export const MINIMAL: readonly Minimal[] = [F2, F4];

/** Vectors of four channels that a loop computes at once: a pair, which V8 may join to 256 bits. */
const PAIR = range(2);

/** The AssemblyScript of `f32-winograd-<m>x<m>`: both transforms. */
export function winogradTransforms({ m, constants, input, output }: Minimal): string {
  const t = m + 2;
  const all = range(t);
  const constantLines = Object.entries(constants)
    .map(([name, value]) => `  const ${name} = f32x4.splat(${value});`)
    .join("\n");
  const lines = (rows: readonly string[]): string => rows.join("\n");
  /** Loads `count` vectors, a pair at each address, and transforms both. The results are named `y<index>_<vector>`. */
  const transformed = (transform: Transform, count: number, load: (index: number, vector: number) => string): string =>
    lines(
      PAIR.flatMap((v) => [
        ...range(count).map((index) => `const x${index}_${v} = ${load(index, v)};`),
        ...transform(
          range(count).map((index) => `x${index}_${v}`),
          (index) => `y${index}_${v}`,
          v,
        ),
      ]),
    );
  const pair = (address: string, value: (vector: number) => string, bytes = 0): string =>
    lines(PAIR.map((v) => `v128.store(${at(`${address}, ${value(v)}`, bytes + 16 * v)});`));
  return `/**
 * f32-winograd-${m}x${m}: the transforms of F(${m}x${m}, 3x3), eight channels of a tile at a time. All loads of a pair of vectors come
 * before the stores, and the stores come in pairs at one address. So V8 may join the pairs to 256 bits.
 */

import { WinogradParams } from "../params";
import { clamp } from "../simd";

/**
 * Transforms all channels of a tile of ${t}x${t} input pixels. \`base\` is the image's first pixel. \`table\` is the address, in the
 * table, of the tile's first pixel, and \`tableRow\` the bytes to the row below. \`u\` is the address of the first of ${t * t} products, and
 * \`uStep\` the bytes to the next product. \`scratch\` has room for ${t * t} pairs of vectors. The function may read and write up to seven
 * channels past the end.
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
  for (; channels > 0; channels -= 8) {
    let row = table;
    let s = scratch;
    for (let i = 0; i < ${t}; i++) {
${lines(all.map((j) => `      const a${j} = base + load<usize>(${at("row", 4 * j)});`))}
${transformed(input, t, (j, v) => `v128.load(${at(`a${j}`, 16 * v)})`)}
${lines(all.map((j) => pair("s", (v) => `y${j}_${v}`, 32 * j)))}
      row += tableRow;
      s += ${32 * t};
    }
    s = scratch;
    let to = u;
    for (let j = 0; j < ${t}; j++) {
${transformed(input, t, (i, v) => `v128.load(${at("s", 32 * t * i + 16 * v)})`)}
      let product = to;
${lines(all.map((i) => `${pair("product", (v) => `y${i}_${v}`)}${i < t - 1 ? `\n      product += ${t} * uStep;` : ""}`))}
      s += 32;
      to += uStep;
    }
    base += 32;
    u += 32;
  }
}

/**
 * Computes a tile of ${m}x${m} output pixels, \`pairs\` times eight channels. \`p\` is the tile's first product, and \`pStep\` the bytes to
 * the next product. \`bias\` has a number for each channel. \`c\` is the first output, \`row\` the bytes to the output below, and
 * \`step\` the bytes to the output on the right. \`residual\` is the distance from an output to its residual, or 0 if there is none.
 */
export function winogradOutput${m}x${m}(
  params: WinogradParams,
  p: usize,
  pStep: usize,
  pairs: i32,
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
  for (; pairs > 0; pairs--) {
    let from = p;
    let s = scratch;
    for (let i = 0; i < ${t}; i++) {
${lines(all.map((j) => `      const a${j} = from;\n      from += pStep;`))}
${transformed(output, t, (j, v) => `v128.load(${at(`a${j}`, 16 * v)})`)}
${lines(range(m).map((j) => pair("s", (v) => `y${j}_${v}`, 32 * j)))}
      s += ${32 * m};
    }
${lines(PAIR.map((v) => `    const added${v} = v128.load(${at("bias", 16 * v)});`))}
    s = scratch;
    let column = c;
    for (let j = 0; j < ${m}; j++) {
${transformed(output, t, (i, v) => `v128.load(${at("s", 32 * m * i + 16 * v)})`)}
${lines(range(m).flatMap((i) => PAIR.map((v) => `      let z${i}_${v} = f32x4.add(y${i}_${v}, added${v});`)))}
      let to = column;
      if (residual) {
        let r = column + residual;
${lines(range(m).map((i) => `${lines(PAIR.map((v) => `        z${i}_${v} = f32x4.add(z${i}_${v}, v128.load(${at("r", 16 * v)}));`))}${i < m - 1 ? "\n        r += row;" : ""}`))}
      }
${lines(range(m).map((i) => `${pair("to", (v) => `clamp(z${i}_${v}, lo, hi)`)}${i < m - 1 ? "\n      to += row;" : ""}`))}
      s += 32;
      column += step;
    }
    p += 32;
    bias += 32;
    c += 32;
  }
}
`;
}

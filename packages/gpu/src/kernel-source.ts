/**
 * A problem as a kernel of gpu.js: a JavaScript function, as text, that computes one output element from its place, with
 * every size written into it as a number. gpu.js translates it for the device. Tensors are `[z][y][x]`: columns, rows, and
 * images by channels; weights have a row for each output channel.
 */

import { activationRange, type Conv2dProblem } from "@convene/core";

/** What the kernel takes, in order. */
export function kernelArguments({ bias, residual }: Conv2dProblem): readonly string[] {
  return ["x", "w", ...(bias ? ["b"] : []), ...(residual ? ["r"] : [])];
}

export function kernelSource(p: Conv2dProblem): string {
  const [icPerGroup, ocPerGroup] = [p.ic / p.g, p.oc / p.g];
  // gpu.js makes a float of what is named, and keeps whole numbers in what is not.
  const o = p.n > 1 ? "o" : "this.thread.z";
  // The first input plane of this output channel: its image's, its group's.
  const plane = [...(p.n > 1 ? [`image * ${p.ic}`] : []), ...(p.g > 1 ? [`group * ${icPerGroup}`] : [])].join(" + ");
  const weight = sum(icPerGroup > 1 && times("i", p.kh * p.kw), p.kh > 1 && times("ky", p.kw), p.kw > 1 && "kx");
  const lines = [
    ...(p.n > 1
      ? [`const image = ${quotient("this.thread.z", p.oc)};`, `const o = this.thread.z - image * ${p.oc};`]
      : []),
    ...(p.g > 1 ? [`const group = ${quotient(o, ocPerGroup)};`] : []),
    ...(plane ? [`const plane = ${plane};`] : []),
    `let sum = ${p.bias ? `b[0][0][${o}]` : "0.0"};`,
    // Channels innermost: what a tap costs is paid once for all of them.
    ...loop("ky", p.kh, [
      ...tap("iy", times("this.thread.y", p.sh), "ky", p.kh, p.dh, p.pt, p.pb, p.ih, p.paddingMode, [
        ...loop("kx", p.kw, [
          ...tap("ix", times("this.thread.x", p.sw), "kx", p.kw, p.dw, p.pl, p.pr, p.iw, p.paddingMode, [
            ...loop("i", icPerGroup, [
              `sum += x[${sum(plane && "plane", icPerGroup > 1 && "i")}][iy][ix] * w[0][${o}][${weight}];`,
            ]),
          ]),
        ]),
      ]),
    ]),
  ];
  if (p.residual) lines.push("sum += r[this.thread.z][this.thread.y][this.thread.x];");
  const [min, max] = activationRange(p.activation);
  // Comparisons, through which NaN passes.
  if (min !== -Infinity) lines.push(`if (sum < ${literal(min)}) { sum = ${literal(min)}; }`);
  if (max !== Infinity) lines.push(`if (sum > ${literal(max)}) { sum = ${literal(max)}; }`);
  lines.push("return sum;");
  return `function (${kernelArguments(p).join(", ")}) {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`;
}

/** Terms that are there, added up. */
function sum(...terms: readonly (string | false)[]): string {
  return terms.filter(Boolean).join(" + ") || "0";
}

/** The whole part of a division of two counts. The half keeps a quotient that is rounded away from crossing a whole number. */
function quotient(dividend: string, divisor: number): string {
  return divisor === 1 ? dividend : `Math.floor((${dividend} + 0.5) / ${divisor})`;
}

/** A loop that runs once is none. */
function loop(name: string, count: number, body: readonly string[]): readonly string[] {
  if (count === 1) return body;
  return [`for (let ${name} = 0; ${name} < ${count}; ${name}++) {`, ...body.map((line) => `  ${line}`), "}"];
}

/** `body` with the input coordinate `at` of a tap; left out where that lies in padding of zeros. */
function tap(
  at: "ix" | "iy",
  first: string,
  k: "kx" | "ky",
  count: number,
  dilation: number,
  before: number,
  after: number,
  size: number,
  mode: Conv2dProblem["paddingMode"],
  body: readonly string[],
): readonly string[] {
  const where = sum(first, count > 1 && times(k, dilation)) + (before > 0 ? ` - ${before}` : "");
  if (before === 0 && after === 0) return body.map((line) => line.replaceAll(`[${at}]`, `[${where}]`));
  const define = `let ${at} = ${where};`;
  switch (mode) {
    case "zeros":
      return [define, `if (${at} >= 0 && ${at} < ${size}) {`, ...body.map((line) => `  ${line}`), "}"];
    case "replicate":
      return [define, `if (${at} < 0) { ${at} = 0; }`, `if (${at} > ${size - 1}) { ${at} = ${size - 1}; }`, ...body];
    case "reflect":
      return [
        define,
        `if (${at} < 0) { ${at} = -${at}; }`,
        `if (${at} > ${size - 1}) { ${at} = ${2 * (size - 1)} - ${at}; }`,
        ...body,
      ];
    case "circular":
      return [
        define,
        `if (${at} < 0) { ${at} = ${at} + ${size}; }`,
        `if (${at} > ${size - 1}) { ${at} = ${at} - ${size}; }`,
        ...body,
      ];
  }
}

function times(name: string, factor: number): string {
  return factor === 1 ? name : `${name} * ${factor}`;
}

/** A number as JavaScript's own text, with a point, so that it is no whole number to gpu.js. */
function literal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

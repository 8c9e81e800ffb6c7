/**
 * Texels in a texture. gpu.js addresses a texel by a single number, which costs divisions for each read. Native functions, a feature of
 * gpu.js, read the texel at its two coordinates instead.
 */

import type { NativeFunction } from "./gpu-js.js";
import type { Access, ArgumentName, Arguments } from "./kernel-source.js";
import { literal, quotient } from "./kernel-text.js";
import type { Nc4hw4 } from "./nc4hw4.js";
import { atlasOf } from "./atlas.js";

/**
 * The coordinates of a thread. gpu.js computes `this.thread` by three divisions; a driver leaves them out if the kernel
 * does not use `this.thread`.
 */
const THREAD: readonly NativeFunction[] = ["X", "Y"].map((axis) => ({
  name: `thread${axis}`,
  source: `float thread${axis}() { return gl_FragCoord.${axis.toLowerCase()} - 0.5; }`,
  settings: { returnType: "Float", argumentTypes: {} },
}));

/** How a kernel reads `args`, and the native functions for it. Each argument must have an atlas. */
export function texelsAccess(
  args: Arguments,
  side: number,
): Access & { readonly nativeFunctions: readonly NativeFunction[] } {
  const readersOf = (Object.keys(args) as ArgumentName[]).flatMap((name) => readers(name, args[name]!, side));
  const nativeFunctions = [...THREAD, ...readersOf];
  return {
    nativeFunctions,
    place(output) {
      const { columns } = atlasOf(output, side)!;
      const { height, width } = output;
      const across = columns > 1;
      const row = across ? "row" : "plane0";
      return {
        lines: [
          `const ${across ? "left" : "x0"} = threadX();`,
          "const top = threadY();",
          `const ${row} = ${quotient("top", height)};`,
          `const y0 = top - ${row} * ${height};`,
          ...(across
            ? [
                `const column = ${quotient("left", width)};`,
                `const x0 = left - column * ${width};`,
                `const plane0 = row * ${columns} + column;`,
              ]
            : []),
        ],
        z: "plane0",
        y: "y0",
        x: "x0",
      };
    },
    texel: (as, from, z, y, x) => ({
      lines: [`const ${as} = ${from}Texel(${z}, ${y}, ${x});`],
      lanes: [0, 1, 2, 3].map((lane) => `${as}[${lane}]`),
    }),
    lane: (from, z, y, x, lane) => `${from}Lane(${z}, ${y}, ${x}, ${lane})`,
  };
}

/**
 * Reads with `texture`. In Chromium's driver in software `texelFetch` takes 40 ms for the layer `ic512_ih14_oc512_kh1`, and `texture` 26 ms;
 * on other drivers they are equal. A float32 coordinate is exact enough for the 16,384 places of a side.
 */
function readers(name: ArgumentName, planes: Nc4hw4, side: number): readonly NativeFunction[] {
  const atlas = atlasOf(planes, side)!;
  const column = atlas.columns > 1;
  const place = column
    ? [
        `float row = floor((z + 0.5) / ${literal(atlas.columns)});`,
        `x += (z - row * ${literal(atlas.columns)}) * ${literal(planes.width)};`,
        `y += row * ${literal(planes.height)};`,
      ].join(" ")
    : `y += z * ${literal(planes.height)};`;
  const read = `texture(user_${name}, vec2((x + 0.5) * ${literal(1 / atlas.width)}, (y + 0.5) * ${literal(1 / atlas.height)}))`;
  const coordinates = { z: "Float", y: "Float", x: "Float" } as const;
  return [
    {
      name: `${name}Texel`,
      source: `vec4 ${name}Texel(float z, float y, float x) { ${place} return ${read}; }`,
      settings: { returnType: "Array(4)", argumentTypes: coordinates },
    },
    {
      name: `${name}Lane`,
      source: `float ${name}Lane(float z, float y, float x, float lane) { ${place} return ${read}[int(lane)]; }`,
      settings: { returnType: "Float", argumentTypes: { ...coordinates, lane: "Float" } },
    },
  ];
}

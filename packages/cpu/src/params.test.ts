/** The order of the parameters' fields is written twice, in TypeScript and in AssemblyScript. This holds the two together. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createJsKernels } from "./js-kernels/index.js";
import { createArena } from "./arena.js";
import { CONSTANT_BYTES, FUNCTION_CODES } from "./operations/function-codes.js";
import {
  BILINEAR_PARAMS,
  COPY_RUNS_PARAMS,
  GROUP_NORM_PARAMS,
  LAYER_NORM_PARAMS,
  ELEMENTWISE_PARAMS,
  POOL_PARAMS,
  SOFTMAX_PARAMS,
  TRANSPOSES_PARAMS,
} from "./operations/params.js";
import { DWCONV_PARAMS, fieldIndices, GROUPED_PARAMS, IGEMM_PARAMS, WINOGRAD_PARAMS, writeParams } from "./params.js";

function fieldsInAssembly(file: string, className: string): readonly string[] {
  const source = readFileSync(fileURLToPath(new URL(`../assembly/${file}`, import.meta.url)), "utf8");
  const body = source.slice(source.indexOf(`class ${className} {`)).split("\n}")[0]!;
  return [...body.matchAll(/^ {2}(\w+): (?:usize|i32|f32);$/gm)].map((match) => match[1]!);
}

describe("parameters of operations", () => {
  it.each([
    ["ElementwiseParams", ELEMENTWISE_PARAMS],
    ["PoolParams", POOL_PARAMS],
    ["CopyRunsParams", COPY_RUNS_PARAMS],
    ["TransposesParams", TRANSPOSES_PARAMS],
    ["BilinearParams", BILINEAR_PARAMS],
    ["SoftmaxParams", SOFTMAX_PARAMS],
    ["GroupNormParams", GROUP_NORM_PARAMS],
    ["LayerNormParams", LAYER_NORM_PARAMS],
  ] as const)("are those of %s in assembly/operation-params.ts", (className, fields) => {
    expect(fieldsInAssembly("operation-params.ts", className)).toEqual([...fields]);
  });

  it("have the codes of functions of assembly/elementwise.ts", () => {
    const source = readFileSync(fileURLToPath(new URL("../assembly/elementwise.ts", import.meta.url)), "utf8");
    const names = [...source.matchAll(/^const (\w+) = \d+;$/gm)].map((match) =>
      match[1]!.replaceAll("_", "").toLowerCase(),
    );
    expect(names).toEqual(FUNCTION_CODES.map((name) => name.toLowerCase()));
  });
});

describe("constants of functions", () => {
  it("have at least the room that assembly/functions.ts needs", () => {
    const source = readFileSync(fileURLToPath(new URL("../assembly/functions.ts", import.meta.url)), "utf8");
    expect(source).toContain(`CONSTANT_BYTES: usize = ${CONSTANT_BYTES};`);
    expect(4 * source.split(".store(at, ").length - 4).toBeLessThanOrEqual(CONSTANT_BYTES);
  });
});

describe("parameters", () => {
  it.each([
    ["IgemmParams", IGEMM_PARAMS],
    ["DwconvParams", DWCONV_PARAMS],
    ["GroupedParams", GROUPED_PARAMS],
    ["WinogradParams", WINOGRAD_PARAMS],
  ] as const)("are those of %s in assembly/params.ts", (className, fields) => {
    expect(fieldsInAssembly("params.ts", className)).toEqual([...fields]);
  });

  it("are written in the order of the fields, min as a float and integers as integers", () => {
    const arena = createArena(createJsKernels(1e6).memory, 1e6);
    const fields = ["kh", "min", "kw"] as const;
    const at = writeParams(arena, fields, { kh: 7, min: -1.5, kw: 2 ** 32 - 1 }) / 4;
    expect(arena.i32[at]).toBe(7);
    expect(arena.f32[at + 1]).toBe(-1.5);
    expect(arena.i32[at + 2]).toBe(-1);
    expect(fieldIndices(fields)).toEqual({ kh: 0, min: 1, kw: 2 });
  });
});

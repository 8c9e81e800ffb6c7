import { describe, expect, it } from "vitest";
import { sheetOf, texelsAccess } from "./access-texels.js";

describe("a sheet", () => {
  it.each([
    [
      "one below the other, where they fit",
      { planes: 16, height: 14, width: 14 },
      { width: 14, height: 224, columns: 1 },
    ],
    [
      "in columns, where they do not",
      { planes: 1000, height: 100, width: 3 },
      { width: 39, height: 7700, columns: 13 },
    ],
    ["never in a single row", { planes: 1, height: 1, width: 9 }, { width: 9, height: 2, columns: 1 }],
  ])("holds planes %s", (_, planes, sheet) => expect(sheetOf(planes, 8192)).toEqual(sheet));

  it.each([
    ["a plane too wide", { planes: 1, height: 1, width: 8193 }],
    ["a plane too high", { planes: 1, height: 8193, width: 1 }],
    ["too many", { planes: 4096, height: 200, width: 200 }],
  ])("is not to be had for %s", (_, planes) => expect(sheetOf(planes, 8192)).toBeUndefined());
});

describe("texelsAccess", () => {
  it("finds a plane by its row alone where there is one column", () => {
    const { nativeFunctions, place } = texelsAccess({ x: { planes: 4, height: 8, width: 16 } }, 8192);
    expect(nativeFunctions[0]!.source).toBe(
      "vec4 xTexel(float z, float y, float x) { y += z * 8.0; return texture(user_x, vec2((x + 0.5) * 0.0625, (y + 0.5) * 0.03125)); }",
    );
    expect(place({ planes: 4, height: 1, width: 16 })).toEqual({
      lines: [],
      z: "this.thread.y",
      y: "0",
      x: "this.thread.x",
    });
  });

  it("finds it by row and column where there are more", () => {
    const planes = { planes: 10, height: 4, width: 2 };
    const { nativeFunctions, place } = texelsAccess({ x: planes }, 16);
    expect(nativeFunctions[1]!.source).toContain(
      "float row = floor((z + 0.5) / 3.0); x += (z - row * 3.0) * 2.0; y += row * 4.0;",
    );
    expect(place(planes).lines).toContain("const plane0 = row * 3 + column;");
  });
});

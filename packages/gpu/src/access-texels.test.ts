import { describe, expect, it } from "vitest";
import { texelsAccess } from "./access-texels.js";

describe("texelsAccess", () => {
  const planes = { planes: 10, height: 4, width: 2 };
  const readers = (side: number) => texelsAccess({ x: planes }, side).nativeFunctions.map(({ source }) => source);

  it("finds a plane by its row only, if the atlas has one column", () => {
    expect(readers(64)).toEqual([
      "float threadX() { return gl_FragCoord.x - 0.5; }",
      "float threadY() { return gl_FragCoord.y - 0.5; }",
      "vec4 xTexel(float z, float y, float x) { y += z * 4.0; return texture(user_x, vec2((x + 0.5) * 0.5, (y + 0.5) * 0.025)); }",
      "float xLane(float z, float y, float x, float lane) { y += z * 4.0; return texture(user_x, vec2((x + 0.5) * 0.5, (y + 0.5) * 0.025))[int(lane)]; }",
    ]);
    expect(texelsAccess({}, 64).place(planes)).toEqual({
      lines: [
        "const x0 = threadX();",
        "const top = threadY();",
        "const plane0 = Math.floor((top + 0.5) / 4);",
        "const y0 = top - plane0 * 4;",
      ],
      z: "plane0",
      y: "y0",
      x: "x0",
    });
  });

  it("finds a plane by row and column, if the atlas has several columns", () => {
    expect(readers(16)[2]).toContain("float row = floor((z + 0.5) / 3.0); x += (z - row * 3.0) * 2.0; y += row * 4.0;");
    expect(texelsAccess({}, 16).place(planes).lines).toEqual([
      "const left = threadX();",
      "const top = threadY();",
      "const row = Math.floor((top + 0.5) / 4);",
      "const y0 = top - row * 4;",
      "const column = Math.floor((left + 0.5) / 2);",
      "const x0 = left - column * 2;",
      "const plane0 = row * 3 + column;",
    ]);
  });
});

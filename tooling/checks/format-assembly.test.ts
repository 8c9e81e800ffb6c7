/** Decorators are at their old places after formatting. */

import { expect, it } from "vitest";
import { formatAround } from "./format-assembly.js";

it("hides decorators from the formatter and puts them back", async () => {
  const source = `@inline\nfunction f(): void {}\n  @external("env", "g")\nexport declare function g(): void;\n`;
  let seen = "";
  const result = await formatAround(source, async (text) => {
    seen = text;
    return text;
  });
  expect(seen).not.toMatch(/^\s*@/m);
  expect(result).toBe(source);
});

/** To which family each export belongs, and what an entry without some exports looks like. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportsOf, FAMILIES, replaceBundle, without } from "./family-sizes.js";
import { ROOT } from "./workspace.js";

const entryOf = (name: string): string => readFileSync(join(ROOT, "packages", "cpu", "assembly", `${name}.ts`), "utf8");

describe.each(["simd128", "relaxed"])("the exports of %s", (name) => {
  const names = exportsOf(entryOf(name));

  it("are read from its text", () => {
    expect(names).toContain("igemm4x8");
    expect(names).toContain("toNchw");
  });

  it("belong to one family each", () => {
    const owners = names.map((each) => [each, FAMILIES.filter(({ has }) => has(each)).length]);
    expect(owners.filter(([, count]) => count !== 1)).toEqual([]);
  });

  it.each(FAMILIES)("are all but its own without $name", ({ has }) => {
    const left = exportsOf(without(entryOf(name), has));
    expect(left).toEqual(names.filter((each) => !has(each)));
    expect(left.length).toBeLessThan(names.length);
  });
});

it("leaves a file out of which nothing is exported any more", () => {
  const entry = 'export { a } from "./one";\nexport {\n  b,\n  c,\n} from "./two";\n';
  expect(without(entry, (name) => name !== "c")).toBe('\nexport { c } from "./two";\n');
});

it("puts other modules where those of a build are, and finds a build that is not of these", () => {
  const [from, to] = [
    { order: "0001", pieces: ["ab", "cd"] },
    { order: "0100", pieces: ["e", "f"] },
  ];
  expect(replaceBundle('{order:"0001",pieces:["ab","cd"]}', from, to)).toBe('{order:"0100",pieces:["e","f"]}');
  expect(() => replaceBundle('{order:"0001",pieces:["ab","xy"]}', from, to)).toThrow("run pnpm build");
});

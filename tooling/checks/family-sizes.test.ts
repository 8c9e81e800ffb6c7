/** The family of each export, and the entry without some of its exports. */

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

  it.each(FAMILIES)("lack exactly the exports of $name without this family", ({ has }) => {
    const left = exportsOf(without(entryOf(name), has));
    expect(left).toEqual(names.filter((each) => !has(each)));
    expect(left.length).toBeLessThan(names.length);
  });
});

it("removes a file from the entry if no export of the file is left", () => {
  const entry = 'export { a } from "./one";\nexport {\n  b,\n  c,\n} from "./two";\n';
  expect(without(entry, (name) => name !== "c")).toBe('\nexport { c } from "./two";\n');
});

it("replaces the modules of a build, and refuses a build with other modules", () => {
  const [from, to] = [
    { singles: "0001", pieces: ["ab", "cd"] },
    { singles: "0100", pieces: ["e", "f"] },
  ];
  expect(replaceBundle('{singles:"0001",pieces:["ab","cd"]}', from, to)).toBe('{singles:"0100",pieces:["e","f"]}');
  expect(() => replaceBundle('{singles:"0001",pieces:["ab","xy"]}', from, to)).toThrow("run pnpm build");
});

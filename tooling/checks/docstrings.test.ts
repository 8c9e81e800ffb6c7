import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { undocumentedExports, undocumentedIn } from "./docstrings.js";

it("finds a docstring on every export of the published packages", () => {
  expect(undocumentedExports().map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
});

describe("undocumentedIn", () => {
  let folder: string;
  const plant = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const found = (): readonly string[] => undocumentedIn(join(folder, "index.ts")).map(({ name }) => name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "docstrings-"));
    plant(
      "a.ts",
      "/** A file. */\n\nimport x from 'x';\nexport function bare() {}\n/** Says. */\nexport const told = 1, also = 2;\n" +
        "export interface Both {}\n/** Says. */\nexport class Both {}\n// No docstring.\nexport type Kind = 1;",
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("finds a name of a neighbouring file, under its new name", () => {
    plant("index.ts", `export { bare, bare as other, told, type Both, type Kind } from "./a.js";`);
    expect(found()).toEqual(["bare", "other", "Kind"]);
  });

  it("finds all names of `export *` from a neighbouring file, and none of another package", () => {
    plant("index.ts", `export * from "./a.js"; export { y } from "another-package";`);
    expect(found()).toEqual(["bare", "Kind"]);
  });

  it("finds the module's own names, and its default export", () => {
    plant(
      "index.ts",
      "import x from 'x';\nfunction hidden() {}\nexport const open = 1;\nexport default hidden;\nexport { hidden };",
    );
    expect(found()).toEqual(["open", "default", "hidden"]);
  });
});

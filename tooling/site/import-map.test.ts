/** The import map that docs/guide/browser.md gives to pages without a bundler names every entry of the packages, and each address is right. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../checks/workspace.js";

/** The packages of an application. `conformance` is for authors of backends. */
const PACKAGES = ["core", "cpu", "worker-threads", "gpu", "onnx", "safetensors"];

it("names every entry that a page may import, with the file that the package exports", () => {
  const page = readFileSync(join(ROOT, "docs", "guide", "browser.md"), "utf8");
  const [, map] = /<script type="importmap">([^<]*)<\/script>/.exec(page) ?? [];
  const exported = PACKAGES.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as {
      exports: Record<string, { import?: { default: string } }>;
    };
    return Object.entries(exports).flatMap(([entry, { import: esm }]) =>
      esm ? [[join("@convene", name, entry), `./convene/${name}/${esm.default.slice(2)}`] as const] : [],
    );
  });
  expect(JSON.parse(map!).imports).toEqual(Object.fromEntries(exported));
});

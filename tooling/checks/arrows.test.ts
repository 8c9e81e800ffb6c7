/** Plants imports that run against the arrows, and expects that each is found. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { arrowFaults, importsOf } from "./arrows.js";
import { ROOT } from "./workspace.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "arrows-"));
  manifest("core", {});
  manifest("cpu", {
    dependencies: { "@convene/core": "workspace:^" },
    devDependencies: { "@convene/conformance": "workspace:*" },
  });
  manifest("conformance", { dependencies: { "@convene/core": "workspace:^" } });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function manifest(name: string, fields: object, folder = "packages"): void {
  plant(`${folder}/${name}/package.json`, JSON.stringify({ name: `@convene/${name}`, ...fields }));
}

it("every import of this repository runs along the arrows", () => {
  expect(arrowFaults(ROOT)).toEqual([]);
});

describe("arrowFaults", () => {
  it("allows imports along the arrows", () => {
    plant("packages/core/src/index.ts", `export * from "./tensor.js";`);
    plant("packages/core/src/tensor.test.ts", `import { readFileSync } from "node:fs"; import { it } from "vitest";`);
    plant("packages/cpu/src/index.ts", `import { Conv2d } from "@convene/core";`);
    plant("packages/cpu/src/index.test.ts", `import { referenceConv2d } from "@convene/conformance";`);
    manifest("benchmark", { dependencies: { "@convene/core": "*", "@convene/cpu": "*" } }, "apps");
    plant("apps/benchmark/src/terminal/cli.ts", `import "node:fs"; import "@convene/cpu"; import "../engine/a.js";`);
    plant(
      "apps/benchmark/src/engine/a.ts",
      `import "@convene/core"; import "../generated/b.js"; // process.exit ends the process\nexport const process = { document: 1 };`,
    );
    expect(arrowFaults(root)).toEqual([]);
  });

  it.each([
    ["reads a file", `import "node:fs";`, `"node:fs" is Node's`],
    ["prints", `import { printLine } from "../terminal/io.js";`, `src/engine may not import "../terminal/io.js"`],
    ["draws", `import "../page/app.js";`, `src/engine may not import "../page/app.js"`],
    ["paints", `import "picocolors";`, `src/engine may not import "picocolors"`],
    ["asks the process", `export const cwd = process.cwd();`, "it may not use process"],
    ["touches a page", `export const title = document.title;`, "it may not use document"],
  ])("the benchmark's engine %s", (_, text, expected) => {
    manifest("benchmark", { dependencies: { picocolors: "*" } }, "apps");
    plant("apps/benchmark/src/engine/a.ts", text);
    expect(arrowFaults(root)).toEqual([expect.stringContaining(expected)]);
  });

  it("the benchmark's page does not import its terminal, nor the code that commands share", () => {
    manifest("benchmark", { dependencies: { "@convene/conformance": "*" } }, "apps");
    plant("apps/benchmark/src/page/a.ts", `import "../terminal/io.js"; import "@convene/conformance/terminal";`);
    plant("apps/benchmark/src/engine/a.ts", `import "@convene/conformance/terminal";`);
    plant("apps/benchmark/src/terminal/a.ts", `import "@convene/conformance/terminal";`);
    expect(arrowFaults(root)).toEqual([
      expect.stringContaining(`src/engine may not import "@convene/conformance/terminal", which needs Node`),
      expect.stringContaining("src/page may not import"),
      expect.stringContaining(`src/page may not import "@convene/conformance/terminal", which needs Node`),
    ]);
  });

  it.each([
    ["core names a backend", "core/src/a.ts", `import { cpu } from "@convene/cpu";`, `may not import "@convene/cpu"`],
    [
      "core names a backend's type",
      "core/src/a.ts",
      `import type { X } from "@convene/cpu";`,
      `may not import "@convene/cpu"`,
    ],
    ["core reads a file", "core/src/a.ts", `export { readFileSync } from "node:fs";`, `"node:fs" is Node's`],
    ["core loads lazily", "core/src/a.ts", `const fs = await import("fs");`, `"fs" is Node's`],
    ["core requires", "core/src/a.ts", `const fs = require("fs");`, `"fs" is Node's`],
    ["core takes Node's types", "core/src/a.ts", `/// <reference types="node" />`, "is Node's"],
    ["core depends on a library", "core/src/a.ts", `import x from "left-pad";`, `"left-pad" is not declared`],
    ["core's test needs conformance", "core/src/a.test.ts", `import "@convene/conformance";`, "in tests either"],
    ["cpu names gpu", "cpu/src/a.ts", `import "@convene/gpu";`, `may not import "@convene/gpu"`],
    [
      "cpu ships conformance",
      "cpu/src/a.ts",
      `import "@convene/conformance";`,
      `may not import "@convene/conformance"`,
    ],
    ["cpu reads a file", "cpu/src/deep/a.ts", `import "node:fs/promises";`, "is Node's"],
    ["core ships a helper of tests", "core/src/a.ts", `import "./testing/b.js";`, "is for tests"],
    ["cpu reaches into core", "cpu/src/a.ts", `import "../../core/src/check.js";`, "leaves the package"],
    ["conformance names cpu", "conformance/src/a.test.ts", `import { cpu } from "@convene/cpu";`, "in tests either"],
  ])("%s", (_, path, text, expected) => {
    plant(`packages/${path}`, text);
    expect(arrowFaults(root)).toEqual([expect.stringContaining(expected)]);
  });

  it("lets worker-threads import the kernels of cpu, and nothing else of cpu", () => {
    manifest("worker-threads", { dependencies: { "@convene/core": "*", "@convene/cpu": "*" } });
    plant("packages/worker-threads/src/a.ts", `import { kernels } from "@convene/cpu/kernels";`);
    // The workers' own program, which is Node's where it runs in Node.
    plant("packages/worker-threads/src/team/b.ts", `import "node:worker_threads";`);
    expect(arrowFaults(root)).toEqual([]);
    plant("packages/worker-threads/src/a.ts", `import { cpu } from "@convene/cpu";`);
    expect(arrowFaults(root)).toEqual([expect.stringContaining(`may not import "@convene/cpu"`)]);
  });

  it("reads the dependencies in package.json", () => {
    manifest("core", { dependencies: { "left-pad": "1.0.0" } });
    manifest("conformance", { dependencies: { "@convene/core": "*", "@convene/cpu": "*" } });
    expect(arrowFaults(root)).toEqual([
      expect.stringContaining("@convene/conformance may not depend on @convene/cpu"),
      expect.stringContaining("@convene/core may not depend on anything (left-pad)"),
    ]);
  });

  it("lets a package bundle a library of the table that is declared for development", () => {
    plant("packages/gpu/src/a.ts", `import "gpu.js"; import "left-pad";`);
    const missing = (name: string) =>
      expect.stringContaining(`"${name}" is not declared in package.json's dependencies`);
    manifest("gpu", { devDependencies: { "gpu.js": "1.0.0", "left-pad": "1.0.0" } });
    expect(arrowFaults(root)).toEqual([missing("left-pad")]);
    manifest("gpu", {});
    expect(arrowFaults(root)).toEqual([missing("gpu.js"), missing("left-pad")]);
  });

  it("finds an import that is not declared", () => {
    manifest("cpu", {});
    plant("packages/cpu/src/a.ts", `import "@convene/core";`);
    expect(arrowFaults(root)).toEqual([
      expect.stringContaining(`"@convene/core" is not declared in package.json's dependencies`),
    ]);
  });

  it("finds a package without a row", () => {
    manifest("metal", {});
    expect(arrowFaults(root)).toEqual([expect.stringContaining("@convene/metal has no row")]);
  });
});

describe("importsOf", () => {
  it("leaves out comments and strings", () => {
    expect(importsOf(`// import "a";\nconst text = 'import "b"'; /* require("c") */ import { d } from "d";`)).toEqual([
      "d",
    ]);
  });
});

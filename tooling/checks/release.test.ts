/** Plants faults by which the versions of two packages would differ, and checks that this repository has none. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releaseFaults } from "./release.js";
import { ROOT } from "./workspace.js";

it("publishes the packages of this repository together", () => {
  expect(releaseFaults(ROOT)).toEqual([]);
});

it("runs with its own pnpm, because changesets publishes with the pnpm on PATH", () => {
  const { scripts, packageManager } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  for (const name of ["release", "release:rehearse", "tarballs"]) {
    const [, script] = scripts[name].split(`${packageManager} run --silent `);
    expect(scripts[name], name).toMatch(/^npx --yes /);
    expect(Object.keys(scripts), name).toContain(script);
  }
});

it("asks the registry which versions are published, and not npm's cache, which npx would pass on to changesets' npm", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(scripts.release).not.toContain("offline");
  expect(scripts["publish-all"]).not.toContain("offline");
});

describe("releaseFaults", () => {
  let root: string;
  const plant = (path: string, content: object): void => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(content));
  };
  const fixed = (...groups: readonly string[][]): void => plant(".changeset/config.json", { fixed: groups });
  const kernels = (version: string): void =>
    plant("packages/worker-threads/package.json", {
      name: "@convene/worker-threads",
      dependencies: { "@convene/core": "workspace:^", "@convene/cpu": version },
    });
  const ALL = ["@convene/core", "@convene/cpu", "@convene/worker-threads"];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "release-"));
    plant("packages/core/package.json", { name: "@convene/core" });
    plant("packages/cpu/package.json", { name: "@convene/cpu", dependencies: { "@convene/core": "workspace:^" } });
    kernels("workspace:*");
    plant("apps/benchmark/package.json", { name: "@convene/page", private: true });
    fixed(ALL);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("finds nothing in an empty folder", () => {
    expect(releaseFaults(root)).toEqual([]);
  });

  it.each<[string, readonly string[][], string]>([
    ["a package that is left out", [["@convene/core", "@convene/cpu"]], "@convene/worker-threads is published"],
    ["a package that is not published", [[...ALL, "@convene/page"]], "@convene/page is in the group"],
    ["a second group", [ALL, ["@convene/page"]], "fixed has 2 groups"],
  ])("finds %s", (_, groups, words) => {
    fixed(...groups);
    expect(releaseFaults(root)).toEqual([expect.stringContaining(words)]);
  });

  it("finds kernels of another version than the threads that run them", () => {
    kernels("workspace:^");
    expect(releaseFaults(root)).toEqual([
      expect.stringContaining('@convene/worker-threads: @convene/cpu is "workspace:^"'),
    ]);
  });
});

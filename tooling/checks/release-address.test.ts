/** The address is copied from the root to every published package, and to no other. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyAddress, wrongAddresses } from "./release-address.js";
import { ROOT } from "./workspace.js";

it("is the same in all packages of this repository", () => {
  expect(wrongAddresses(ROOT)).toEqual([]);
});

describe("copyAddress", () => {
  let root: string;
  const plant = (path: string, content: object): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  };
  const read = (path: string): object => JSON.parse(readFileSync(join(root, path), "utf8")) as object;
  const url = "https://example.org/convene";
  const address = { repository: { type: "git", url }, bugs: `${url}/issues` };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "address-"));
    plant("packages/core/package.json", { name: "@convene/core", license: "MIT", type: "module" });
    plant("apps/benchmark/package.json", { name: "@convene/benchmark", private: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("changes nothing if the root has no address", () => {
    plant("package.json", {});
    expect(copyAddress(root)).toEqual([]);
  });

  it("writes the address and the package's folder, once", () => {
    plant("package.json", address);
    expect(copyAddress(root)).toEqual([join(root, "packages/core/package.json")]);
    expect(read("packages/core/package.json")).toEqual({
      name: "@convene/core",
      license: "MIT",
      repository: { type: "git", url, directory: "packages/core" },
      bugs: address.bugs,
      type: "module",
    });
    expect(read("apps/benchmark/package.json")).not.toHaveProperty("repository");
    expect(copyAddress(root)).toEqual([]);
  });

  it("takes the short form of an address", () => {
    plant("package.json", { repository: url });
    copyAddress(root);
    expect(read("packages/core/package.json")).toMatchObject({ repository: { type: "git", url } });
  });

  it("removes an address that the root no longer has", () => {
    plant("package.json", address);
    copyAddress(root);
    plant("package.json", {});
    expect(wrongAddresses(root)).toHaveLength(1);
    copyAddress(root);
    expect(read("packages/core/package.json")).toEqual({ name: "@convene/core", license: "MIT", type: "module" });
  });

  it("refuses a text that is no address", () => {
    plant("package.json", { repository: "convene" });
    expect(() => copyAddress(root)).toThrow('repository ("convene") must be an address');
  });
});

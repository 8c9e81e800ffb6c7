import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checks/workspace.js";
import { documents } from "./code-blocks.js";
import { brokenLinks, hostAnchor, siteAnchor } from "./document-links.js";

it("all links of documents lead to something that exists", () => {
  const all = documents();
  expect(all.length).toBeGreaterThan(30);
  expect(all.flatMap((document) => brokenLinks(document, readFileSync(join(ROOT, document), "utf8")))).toEqual([]);
});

describe("a link", () => {
  it.each([
    ["docs/networks.md", "[a](nowhere.md)", "there is no such file"],
    ["docs/networks.md", "[a](numbers.md#no-such-heading)", "there is no such heading"],
    ["docs/networks.md", "[a](#no-such-heading)", "there is no such heading"],
    ["docs/errors.md", "## `ERR_SHAPE`\n\n[a](#err_shape)", "there is no such heading"],
    ["README.md", "[a](docs#what)", "a folder has no headings"],
    ["packages/cpu/README.md", "[a](../../docs/numbers.md)", "leads out of the package"],
  ])("of %s, %s: %s", (document, text, why) => {
    expect(brokenLinks(document, text)).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    ["docs/networks.md", "[a](numbers.md#sums) [b](../LICENSE) [c](https://example.org) [d](guide/onnx.md)"],
    ["docs/networks.md", "## What it is\n\n[a](#what-it-is)"],
    ["packages/cpu/README.md", "[a](LICENSE) and `[not](a-link.md)`"],
  ])("of %s, %s: leads somewhere", (document, text) => {
    expect(brokenLinks(document, text)).toEqual([]);
  });
});

it("anchors are those of a repository's host, and those of the site", () => {
  expect(hostAnchor(`What "agree" means`)).toBe("what-agree-means");
  expect(siteAnchor(`What "agree" means`)).toBe("what-agree-means");
  expect(hostAnchor("ERR_SHAPE")).toBe("err_shape");
  expect(siteAnchor("ERR_SHAPE")).toBe("err-shape");
  expect(siteAnchor("2 columns")).toBe("_2-columns");
});

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checks/workspace.js";
import { addressOf, pathInRepository } from "./repository-links.js";

const options = { root: ROOT, docs: join(ROOT, "docs") };
const page = join(ROOT, "docs", "networks.md");

describe("links of a page", () => {
  it("leaves pages of the site, anchors and other hosts alone", () => {
    for (const href of ["numbers.md#sums", "#top", "/guide/first-steps", "https://example.org/a", "guide/onnx.md"]) {
      expect(pathInRepository(href, page, options)).toBeUndefined();
    }
  });

  it("finds files outside of docs/", () => {
    expect(pathInRepository("../examples/mobilenet", page, options)).toBe("examples/mobilenet");
    expect(pathInRepository("../packages/conformance/README.md#the-command", page, options)).toBe(
      "packages/conformance/README.md",
    );
    expect(pathInRepository("../../LICENSE", join(ROOT, "docs", "guide", "size.md"), options)).toBe("LICENSE");
  });

  it("refuses a path that does not exist", () => {
    expect(() => pathInRepository("../examples/nothing", page, options)).toThrow(
      "docs/networks.md links to ../examples/nothing, which is not in the repository",
    );
  });

  it("makes an address of a path", () => {
    expect(addressOf("LICENSE", "git+https://host.example/us/convene.git")).toBe(
      "https://host.example/us/convene/blob/main/LICENSE",
    );
  });
});

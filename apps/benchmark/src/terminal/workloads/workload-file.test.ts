import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readWorkloadFile } from "./workload-file.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  const path = join(folder, "net.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readWorkloadFile(path);
}

describe("readWorkloadFile", () => {
  it("reads problems as strings and as objects", () => {
    const workload = read({
      about: "mine",
      layers: ["ic3_ih7_oc8_kh3", { problem: "ic8_ih5_oc8_kh1", repeat: 2, name: "mix" }],
    });
    expect(workload).toMatchObject({
      name: "net.json",
      about: "mine",
      layers: [
        { name: "ic3_ih7_oc8_kh3", repeat: 1 },
        { name: "mix", repeat: 2, problem: { ic: 8, ih: 5 } },
      ],
    });
  });

  it("takes a byte-order mark, and keeps names on one line", () => {
    const layers = [{ problem: "ic3_ih7_oc8_kh3", name: "a\nb" }];
    expect(read(`\uFEFF${JSON.stringify({ about: "one\ntwo", layers })}`)).toMatchObject({
      about: "one two",
      layers: [{ name: "a b" }],
    });
  });

  it.each([
    ["{", /is not JSON/],
    [{}, /layers: expected array/],
    [{ layers: [] }, /layers: too small/],
    [{ layers: [3] }, /layers\[0\]: must be a problem string or/],
    [{ layers: [{ problem: "ic3_ih7_oc8_kh3", repeat: 0 }] }, /layers\[0\]\.repeat: too small/],
    [{ layers: [{ problem: "ic3_ih7_oc8_kh3", times: 2 }] }, /layers\[0\]: unrecognized key: "times"/],
    [{ layers: ["ic3_ih7_oc8"] }, /layers\[0\]: problem "ic3_ih7_oc8": kh is missing/],
    [{ layers: ["ic3_ih7_oc8_kh3"], name: "x" }, /unrecognized key: "name"/],
  ])("says where %j is wrong", (content, message) => {
    expect(() => read(content)).toThrow(message);
  });
});

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onnxFileWorkload, readOnnxFile } from "./onnx-file.js";

/** PyTorch's `model.onnx` and `model.onnx.data`: tooling/goldens/README.md. */
const FILES = fileURLToPath(new URL("../../../../../packages/onnx/test-files/two-files", import.meta.url));

const STYLE = fileURLToPath(new URL("../../../../../packages/onnx/test-files/torch/style.onnx", import.meta.url));

describe("a network in two files", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "convene-two-files-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The network with another location, which has as many letters. */
  function networkAt(location: string): string {
    const path = join(folder, "elsewhere.onnx");
    const text = readFileSync(join(FILES, "model.onnx"), "latin1");
    expect(location).toHaveLength("model.onnx.data".length);
    writeFileSync(path, text.replaceAll("model.onnx.data", location), "latin1");
    return path;
  }

  it("is read from the file's folder, whatever the working directory is", () => {
    const { network, external } = readOnnxFile(join(FILES, "model.onnx"));
    expect(network.layers).toHaveLength(6);
    expect(Object.keys(external)).toEqual(["model.onnx.data"]);
    expect(external["model.onnx.data"]).toHaveLength(8064);
  });

  it("gives a workload whose file ONNX Runtime can read too", () => {
    const { chain, layers } = onnxFileWorkload(join(FILES, "model.onnx"));
    expect(layers).toHaveLength(2);
    expect(Object.keys(chain!.onnx!.external)).toEqual(["model.onnx.data"]);
  });

  it("may have its weights in a folder below", () => {
    mkdirSync(join(folder, "weights"), { recursive: true });
    copyFileSync(join(FILES, "model.onnx.data"), join(folder, "weights", "gated.w"));
    const { external } = readOnnxFile(networkAt("weights/gated.w"));
    expect(Object.keys(external)).toEqual(["weights/gated.w"]);
  });

  it("gives the remedy for a node that is not supported as options of the command, and takes them", () => {
    const path = join(folder, "odd.onnx");
    writeFileSync(path, readFileSync(STYLE, "latin1").replaceAll("Tanh", "Tanx"), "latin1");
    let remedy = "";
    try {
      readOnnxFile(path);
    } catch (error) {
      remedy = /\(Tanx\): this operator is not known.* The part before can be read: --until (\S+)$/.exec(
        String(error),
      )![1]!;
    }
    const { layers, target } = onnxFileWorkload(path, { until: [remedy] });
    expect(layers).toHaveLength(onnxFileWorkload(STYLE).layers.length);
    expect(target).toBe(`${path} --until ${remedy}`);
    expect(() => readOnnxFile(path, { until: ["nothing"] })).toThrow(/until \("nothing"\) is no value of the file/);
  });

  it("says which file is missing", () => {
    const path = join(folder, "alone.onnx");
    copyFileSync(join(FILES, "model.onnx"), path);
    expect(() => readOnnxFile(path)).toThrow(
      `${path}: its weights lie in "model.onnx.data", in the same folder: ${join(folder, "model.onnx.data")}: there is no such file`,
    );
  });

  it("says that a file is too short", () => {
    const path = join(folder, "short.onnx");
    copyFileSync(join(FILES, "model.onnx"), path);
    writeFileSync(join(folder, "model.onnx.data"), new Uint8Array(5000));
    expect(() => readOnnxFile(path)).toThrow(/has the constant "o.weight" at bytes 3456 to 8064 .*, which has 5000/);
  });

  it.each(["../secret.datax", "/etc/passwd.txt", "a/../../b.datax", "..//./////////"])(
    "does not read %s, which is not in the file's folder",
    (location) => {
      expect(() => readOnnxFile(networkAt(location.padEnd(15, "x")))).toThrow(
        /its weights lie in ".*", which is not in the folder of the file; move it there/,
      );
    },
  );
});

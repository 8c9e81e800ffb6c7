import { expect, test } from "vitest";
import { networkSize, readFiles, sortFiles } from "./network-files.js";

const file = (name: string, type = "", text = name): File => new File([text], name, { type });
const names = (files: readonly File[]): readonly string[] => files.map(({ name }) => name);

test("a network takes the files that are no photos", async () => {
  const all = [file("model.onnx.data"), file("cat.png", "image/png"), file("model.onnx"), file("dog.HEIC")];
  const { network, others, left } = sortFiles(all);
  expect(network!.name).toBe("model.onnx");
  expect(Object.keys(network!.weights!)).toEqual(["model.onnx.data"]);
  expect(names(others)).toEqual(["cat.png", "dog.HEIC"]);
  expect(left).toEqual([]);
  const { bytes, external } = await readFiles(network!);
  expect(new TextDecoder().decode(bytes)).toBe("model.onnx");
  expect(new TextDecoder().decode(external["model.onnx.data"])).toBe("model.onnx.data");
  expect(networkSize(network!)).toBe("model.onnx".length + "model.onnx.data".length);
});

test("without a network every file is another one, and a second network is left", () => {
  expect(names(sortFiles([file("a.bin"), file("b.jpg")]).others)).toEqual(["a.bin", "b.jpg"]);
  const two = sortFiles([file("one.onnx"), file("TWO.ONNX")]);
  expect([two.network!.name, ...names(two.left)]).toEqual(["one.onnx", "TWO.ONNX"]);
  expect(sortFiles([]).network).toBeUndefined();
});

test("a network without other files has its own size", () => {
  expect(networkSize({ file: new Blob(["12345"]), name: "m.onnx" })).toBe(5);
});

/** Command lines of `convene run`, on files that PyTorch wrote, with PyTorch's results. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpu } from "@convene/cpu";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "../files/npy.js";
import { runCommandLine } from "../testing/command-line.js";

const FILES = fileURLToPath(new URL("../../../../../packages/onnx/test-files/torch", import.meta.url));
const MODEL = join(FILES, "mobilenet-v3.onnx");
const ANY_SIZE = join(FILES, "shufflenet-v2-any-size.onnx");

const js = { about: "for tests", standard: true, open: () => cpu({ kernels: "js" }) };
const convene = (line: string) => runCommandLine(line, { table: { cpu: js, again: js } });

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
  await sharp({ create: { width: 40, height: 30, channels: 3, background: "teal" } })
    .png()
    .toFile(at("photo.png"));
  writeFileSync(at("text.png"), "no picture");
  const noise = await sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: "red",
      noise: { type: "gaussian", mean: 128, sigma: 30 },
    },
  })
    .png()
    .toBuffer();
  writeFileSync(at("damaged.png"), noise.subarray(0, noise.length / 2));
  writeFileSync(at("labels.txt"), "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
  writeFileSync(at("short.npy"), writeNpy({ dims: [2], data: Float32Array.of(1, 2) }));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Golden {
  readonly dims: readonly number[];
  readonly data: string;
}
const golden = (one: Golden): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(one.data, "base64")).buffer);

describe("convene run", () => {
  it("gives PyTorch's output for PyTorch's input, and writes it", async () => {
    const { inputs, outputs } = JSON.parse(readFileSync(MODEL.replace(".onnx", ".json"), "utf8")) as Record<
      "inputs" | "outputs",
      Record<string, Golden>
    >;
    const [[name, input]] = Object.entries(inputs) as [[string, Golden]];
    const [output] = Object.values(outputs) as [Golden];
    writeFileSync(at("x.npy"), writeNpy({ dims: input.dims, data: golden(input) }));
    const { code, stdout, stderr } = await convene(`run ${MODEL} ${name}=${at("x.npy")} --output ${at("y.npy")}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/mobilenet-v3\.onnx: \w+ 1 x 3 x 32 x 32 to \w+/);
    expect(stdout).toMatch(/cpu: prepared in [\d.]+ ms, first run [\d.]+ ms, then [\d.]+ ms \(median of \d+\)/);
    const written = readNpy(readFileSync(at("y.npy")));
    const expected = golden(output);
    expect(written.dims).toEqual(output.dims);
    const range = Math.max(...expected) - Math.min(...expected);
    for (const [index, value] of written.data.entries())
      expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4 * range);
  });

  it("takes a picture of any size, and prints the best classes by name", async () => {
    const { code, stdout } = await convene(`run ${MODEL} ${at("photo.png")} --top 3 --labels ${at("labels.txt")}`);
    expect(code).toBe(0);
    expect(stdout).not.toContain("random numbers");
    expect(stdout).toMatch(
      /largest of \w+ +value +label\n\d +-?[\d.]+ +(zero|one|two|three|four|five|six|seven|eight|nine)\n/,
    );
  });

  it("prints the time of each layer", async () => {
    const { stdout } = await convene(`run ${MODEL} --profile`);
    expect(stdout).toContain("no picture was given: the input is random numbers");
    expect(stdout).toMatch(/with a wait after each layer/);
    expect(stdout).toMatch(/depthwise convolution +\d+ +[\d.]+ +[\d.]+ % +█+/);
    expect(stdout).toMatch(/slowest layers +algorithm/);
  });

  it("runs on several backends, one after another", async () => {
    const { stdout } = await convene(`run ${MODEL} --backend cpu again`);
    expect(stdout.match(/prepared in/g)).toHaveLength(2);
  });

  it("takes sizes for the open sizes of a file", async () => {
    const refused = await convene(`run ${ANY_SIZE}`);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /has sizes that are open .*give them, in the order n, c, h, w, as in --shape 1x3x224x224/,
    );
    const { code, stdout } = await convene(`run ${ANY_SIZE} --shape 1x3x48x64`);
    expect(code).toBe(0);
    expect(stdout).toContain("1 x 3 x 48 x 64");
  });

  it.each<[string, (line: { png: string }) => string, RegExp]>([
    ["a file that is not there", () => "run missing.onnx", /missing\.onnx: there is no such file in /],
    ["a picture for a network", () => `run ${at("photo.png")}`, /photo\.png: .*ONNX/],
    [
      "text for a picture",
      () => `run ${MODEL} ${at("text.png")}`,
      /text\.png: is no picture; PNG, JPEG, WebP, GIF, TIFF and AVIF are read/,
    ],
    [
      "an array of another size",
      () => `run ${MODEL} ${at("short.npy")}`,
      /short\.npy: has 2 elements \(2\); the input has 3072 \(1 x 3 x 32 x 32\)/,
    ],
    ["two files for one input", () => `run ${MODEL} ${at("photo.png")} ${at("photo.png")}`, /one file for each input/],
    [
      "an input that is none",
      () => `run ${MODEL} mask=${at("photo.png")}`,
      /the network has no input mask; it has \w+/,
    ],
    [
      "a shape of three sizes",
      () => `run ${ANY_SIZE} --shape 3x48x64`,
      /--shape "3x48x64" must be sizes in the order n, c, h, w/,
    ],
    [
      "a shape of no input",
      () => `run ${ANY_SIZE} --shape mask=1x3x48x64`,
      /--shape "mask=1x3x48x64" must name one of the inputs/,
    ],
    [
      "a shape that the file does not have",
      () => `run ${MODEL} --shape 1x4x32x32`,
      /mobilenet-v3\.onnx: .*\[1, 4, 32, 32\]/,
    ],
    [
      "a mean of two numbers",
      () => `run ${MODEL} --mean 1,2`,
      /'--mean <numbers>' argument '1,2' is invalid.* one, three or four numbers/,
    ],
    ["a deviation of 0", () => `run ${MODEL} --std 0`, /one, three or four positive numbers/],
    ["another fit", () => `run ${MODEL} --fit zoom`, /Allowed choices are crop, stretch, pad/],
    ["labels that are not there", () => `run ${MODEL} --labels none.txt`, /none\.txt: there is no such file in /],
    ["labels that are a picture", () => `run ${MODEL} --labels ${at("photo.png")}`, /photo\.png: is no text/],
    ["an output in no folder", () => `run ${MODEL} -o ${at("none/y.npy")}`, /--output .*: there is no folder .*none/],
    ["an output that is a folder", () => `run ${MODEL} -o ${folder}`, /--output .*: it is a folder; name a file in it/],
    ["a damaged picture", () => `run ${MODEL} ${at("damaged.png")}`, /damaged\.png: is a damaged PNG \(.*\)/],
    ["nothing", () => "run", /missing required argument 'model\.onnx'/],
  ])("refuses %s in a line, with exit code 2", async (_, line, words) => {
    const { code, stderr, stdout } = await convene(line({ png: at("photo.png") }));
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("an ONNX file as a workload", () => {
  it("is explained", async () => {
    const { code, stdout } = await convene(`explain ${MODEL}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /mobilenet-v3\.onnx: an ONNX file \(operator set \d+, written by pytorch [\d.]+\) at 1 x 3 x 32 x 32/,
    );
  });

  it("is timed, layer by layer and as a whole", async () => {
    const { code, stdout } = await convene(`bench ${MODEL} --backend cpu --time 1`);
    expect(code).toBe(0);
    expect(stdout).toContain("end to end");
  });

  it("is verified with its own weights and values", async () => {
    const { code, stdout } = await convene(`verify ${MODEL} --backend cpu`);
    expect(stdout).toMatch(/mobilenet-v3\.onnx, its weights +cpu +29 +0/);
    expect(stdout).toMatch(/mobilenet-v3\.onnx, whole +cpu +1 +0/);
    expect(code).toBe(0);
  });
});

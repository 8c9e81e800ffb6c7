/**
 * `pnpm onnx-goldens` writes `packages/onnx/test-files/onnxruntime.json`: the results of onnxruntime for the small networks of
 * `packages/onnx/src/testing/cases.ts`. onnxruntime-node comes from npm into `.cache`, outside the workspace.
 */

import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { CASES, numbers } from "../../packages/onnx/src/testing/cases.js";
import { onnxModel } from "../../packages/onnx/src/testing/onnx-writer.js";
import { cacheFolder, fail, ROOT, run } from "../checks/workspace.js";

const VERSION = "1.30.0";
const OUT = join(ROOT, "packages", "onnx", "test-files", "onnxruntime.json");

/** The types of the parts of onnxruntime-node that are used here. */
interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
interface Ort {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>> }>;
  };
}

function loadOnnxruntime(): Ort {
  const folder = cacheFolder("onnxruntime", { keep: true });
  if (!existsSync(join(folder, "node_modules", "onnxruntime-node"))) {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", `onnxruntime-node@${VERSION}`], folder);
  }
  return createRequire(join(folder, "package.json"))("onnxruntime-node") as Ort;
}

try {
  const ort = loadOnnxruntime();
  const answers: Record<string, Record<string, object>> = {};
  for (const { name, model, inputs } of CASES) {
    const session = await ort.InferenceSession.create(onnxModel(model), {
      logSeverityLevel: 4,
      graphOptimizationLevel: "disabled",
    });
    const feeds = Object.entries(inputs).map(([input, dims], index) => {
      const count = dims.reduce((all, size) => all * size, 1);
      return [input, new ort.Tensor("float32", Float32Array.from(numbers(count, 1000 + index)), dims)] as const;
    });
    const outputs = await session.run(Object.fromEntries(feeds));
    answers[name] = Object.fromEntries(
      Object.entries(outputs).map(([output, { dims, data }]) => [
        output,
        { dims, data: Array.from(data, (value) => Number(value.toPrecision(8))) },
      ]),
    );
  }
  writeFileSync(OUT, `${JSON.stringify(answers)}\n`);
  process.stdout.write(`${CASES.length} cases to ${OUT}\n`);
} catch (error) {
  fail(error);
}

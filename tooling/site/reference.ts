/**
 * Writes the reference, `docs/reference`, which is not in git: a page for each module that a user can import. TypeDoc makes it
 * from the docstrings of the module's exports.
 */

import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { Application, LogLevel } from "typedoc";
import { fail, publishedPackages, ROOT } from "../checks/workspace.js";

/** The folder of the pages. It is beside those of `docs/`, so that the site and its search have both. */
const REFERENCE = join(ROOT, "docs", "reference");

/** The module for authors of backends has its own page beside core's. */
const SUBPATHS = [["@convene/core/backend", join(ROOT, "packages", "core", "src", "for-backends.ts")]] as const;

/** Whether a package can be imported. The benchmark is only a command. */
function isImported(directory: string): boolean {
  return "exports" in JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
}

/** Every module with a page: its name and its source. */
function modules(): readonly (readonly [name: string, file: string])[] {
  return [
    ...publishedPackages()
      .filter(({ directory }) => isImported(directory))
      .map(({ name, directory }) => [name, join(directory, "src", "index.ts")] as const),
    ...SUBPATHS,
  ];
}

async function writeReference(): Promise<void> {
  const entries = modules();
  const application = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: entries.map(([, file]) => file),
    basePath: ROOT,
    out: REFERENCE,
    tsconfig: join(ROOT, "tsconfig.packages.json"),
    readme: "none",
    name: "Reference",
    disableSources: true,
    // Members of JavaScript's Error are left out, because this project does not define them.
    excludeExternals: true,
    // `pnpm typecheck` checks the sources.
    skipErrorChecking: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    logLevel: LogLevel.Warn,
    // Options of the plugin. TypeDoc's own type does not have them.
    ...({
      outputFileStrategy: "modules",
      hidePageHeader: true,
      hideBreadcrumbs: true,
      entryFileName: "index",
      mergeReadme: false,
      parametersFormat: "table",
      interfacePropertiesFormat: "list",
    } as object),
  });
  const project = await application.convert();
  if (!project) throw new Error("TypeDoc could not read the packages");
  for (const module of project.children ?? []) {
    const entry = entries.find(([, file]) => {
      const path = relative(ROOT, file).replace(/\.ts$/, "");
      return path === module.name || path === `${module.name}/index`;
    });
    if (!entry) throw new Error(`TypeDoc made a module ${module.name}, which is none of ${entries.join(", ")}`);
    [module.name] = entry;
  }
  rmSync(REFERENCE, { recursive: true, force: true });
  await application.generateOutputs(project);
  if (application.logger.hasErrors() || application.logger.hasWarnings()) throw new Error("TypeDoc has warned, above");
  process.stdout.write(`reference: ${entries.map(([name]) => name).join(", ")}\n`);
}

try {
  await writeReference();
} catch (error) {
  fail(error);
}

/**
 * Every name that a published package exports has a docstring, where it is declared: what a user's editor shows, and what the
 * reference is made of. Read from the sources, without a compiler's program, so it takes no time.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { publishedPackages, ROOT } from "./workspace.js";

/** No promise to anyone outside this repository (`release.ts`). */
const NOT_PROMISED: ReadonlySet<string> = new Set(["@convene/cpu ./kernels"]);

/** An export without a docstring. */
export interface Undocumented {
  readonly name: string;
  /** The file that declares it, from the root. */
  readonly file: string;
}

/** Those of all published packages, and of every entry that `exports` of their package.json names. */
export function undocumentedExports(root: string = ROOT): readonly Undocumented[] {
  return publishedPackages(root).flatMap(({ name, directory }) => {
    const { exports = {} } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
      readonly exports?: Readonly<Record<string, string | { readonly "convene-source"?: string }>>;
    };
    return Object.entries(exports)
      .filter(([entry]) => !NOT_PROMISED.has(`${name} ${entry}`))
      .flatMap(([, target]) =>
        typeof target === "object" && target["convene-source"] ? [target["convene-source"]] : [],
      )
      .flatMap((source) => undocumentedIn(join(directory, source)))
      .map(({ name: each, file }) => ({ name: each, file: relative(root, file) }));
  });
}

/** Of one module: what it declares and exports, and what it takes from its neighbours. */
export function undocumentedIn(file: string): readonly Undocumented[] {
  return [...exportsOf(file)].flatMap(([name, { documented, file: where }]) =>
    documented ? [] : [{ name, file: where }],
  );
}

interface Declared {
  readonly file: string;
  readonly documented: boolean;
}

/** By the name under which each is exported. What comes from another package is that one's affair. */
function exportsOf(file: string): ReadonlyMap<string, Declared> {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const declared = declarationsOf(source);
  const found = new Map<string, Declared>();
  const put = (as: string, name: string, from: ReadonlyMap<string, Declared>): void => {
    const one = from.get(name);
    // One name may be a value and a type; a docstring on either will do.
    if (one && !found.get(as)?.documented) found.set(as, one);
  };
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const { moduleSpecifier, exportClause } = statement;
      const path = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
      if (path !== undefined && !path.startsWith(".")) continue;
      const from = path === undefined ? declared : exportsOf(fileOf(file, path));
      if (!exportClause) for (const name of from.keys()) put(name, name, from);
      else if (ts.isNamedExports(exportClause)) {
        for (const { name, propertyName } of exportClause.elements) put(name.text, (propertyName ?? name).text, from);
      }
    } else if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression)) {
      put("default", statement.expression.text, declared);
    } else if (isExported(statement)) {
      for (const name of namesOf(statement)) put(name, name, declared);
    }
  }
  return found;
}

function declarationsOf(source: ts.SourceFile): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const statement of source.statements) {
    const documented = ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc);
    for (const name of namesOf(statement)) {
      found.set(name, { file: source.fileName, documented: documented || (found.get(name)?.documented ?? false) });
    }
  }
  return found;
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

function isExported(statement: ts.Statement): boolean {
  return (ts.getCombinedModifierFlags(statement as unknown as ts.Declaration) & ts.ModifierFlags.Export) !== 0;
}

/** The source of `./x.js`. */
function fileOf(from: string, path: string): string {
  const file = join(dirname(from), path.replace(/\.js$/, ".ts"));
  if (!existsSync(file)) throw new Error(`${from} exports from ${path}, which is not there`);
  return file;
}

/**
 * The exports of the published packages, and the place where each name is declared. They are read from the sources, without
 * type checking.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { publishedPackages, ROOT } from "./workspace.js";

/** Entries that are no promise to users outside this repository; see `release.ts`. */
const NOT_PROMISED: ReadonlySet<string> = new Set(["@convene/cpu ./kernels", "@convene/conformance ./terminal"]);

/** A name with all its declarations: the overloads of a function, or a value and a type of one name. */
export interface Declared {
  /** The file that declares the name. */
  readonly file: string;
  readonly statements: readonly ts.Statement[];
}

/** The source file of every entry that `exports` of a published package.json names. */
export function publishedEntries(root: string = ROOT): readonly string[] {
  return publishedPackages(root).flatMap(({ name, directory }) => {
    const { exports = {} } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
      readonly exports?: Readonly<Record<string, string | { readonly "convene-source"?: string }>>;
    };
    return Object.entries(exports)
      .filter(([entry]) => !NOT_PROMISED.has(`${name} ${entry}`))
      .flatMap(([, target]) =>
        typeof target === "object" && target["convene-source"] ? [join(directory, target["convene-source"])] : [],
      );
  });
}

/**
 * The exports of one module, by the exported name: those that the module declares, and those that it exports from neighbouring
 * files. A name from another package is left out, because its docstring is in the other package.
 */
export function exportsOf(file: string): ReadonlyMap<string, Declared> {
  const source = parsed(file);
  const declared = declarationsOf(source);
  const found = new Map<string, Declared>();
  const put = (as: string, name: string, from: ReadonlyMap<string, Declared>): void => {
    const one = from.get(name);
    if (!one) return;
    const before = found.get(as)?.statements ?? [];
    found.set(as, { file: one.file, statements: [...new Set([...before, ...one.statements])] });
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

/** Parsed files. The checks ask for the same files several times, and parsing takes most of their time. */
const CACHE = new Map<string, ts.SourceFile>();

function parsed(file: string): ts.SourceFile {
  const text = readFileSync(file, "utf8");
  const known = CACHE.get(file);
  if (known?.text === text) return known;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  CACHE.set(file, source);
  return source;
}

function declarationsOf(source: ts.SourceFile): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const statement of source.statements) {
    for (const name of namesOf(statement)) {
      const before = found.get(name)?.statements ?? [];
      found.set(name, { file: source.fileName, statements: [...before, statement] });
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
  // Cast: the compiler asks for a declaration, and reads the modifiers that every statement has.
  return (ts.getCombinedModifierFlags(statement as unknown as ts.Declaration) & ts.ModifierFlags.Export) !== 0;
}

/** The source of `./x.js`. */
function fileOf(from: string, path: string): string {
  const file = join(dirname(from), path.replace(/\.js$/, ".ts"));
  if (!existsSync(file)) throw new Error(`${from} exports from ${path}, but the file does not exist`);
  return file;
}

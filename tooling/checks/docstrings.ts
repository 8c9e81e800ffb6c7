/**
 * Every name that a published package exports has a docstring, where the name is declared. A user's editor shows this docstring,
 * and the reference is made from it.
 */

import { relative } from "node:path";
import ts from "typescript";
import { exportsOf, publishedEntries } from "./exports-of.js";
import { ROOT } from "./workspace.js";

/** An export without a docstring. */
export interface Undocumented {
  readonly name: string;
  /** The file that declares the name, from the root. */
  readonly file: string;
}

/** The exports without a docstring of all published packages. */
export function undocumentedExports(root: string = ROOT): readonly Undocumented[] {
  return publishedEntries(root)
    .flatMap(undocumentedIn)
    .map(({ name, file }) => ({ name, file: relative(root, file) }));
}

/** The exports without a docstring of one module. One name may be a value and a type: a docstring on either is enough. */
export function undocumentedIn(file: string): readonly Undocumented[] {
  return [...exportsOf(file)].flatMap(([name, { statements, file: where }]) =>
    statements.some((each) => ts.getJSDocCommentsAndTags(each).some(ts.isJSDoc)) ? [] : [{ name, file: where }],
  );
}

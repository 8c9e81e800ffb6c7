/**
 * The rules for docstrings of published packages that a program can check:
 *
 * - A function, constructor or method with arguments names its errors: `@throws` with a code, or with a class that has one code
 * only.
 *   `CANNOT_FAIL` lists those that throw nothing, each with a reason.
 * - A field with numbers names its unit or its range, or says what it counts.
 */

import { relative } from "node:path";
import ts from "typescript";
import { exportsOf, publishedEntries } from "./exports-of.js";
import { ROOT } from "./workspace.js";

/** Functions that throw nothing, with the reason. The key is a name, or a class and a member. */
const CANNOT_FAIL: Readonly<Record<string, string>> = {
  "ConveneError.constructor": "makes an error",
  "BackendUnavailableError.constructor": "makes an error",
  "SafetensorsError.constructor": "makes an error",
  "InputError.constructor": "makes an error",
  "CommandError.constructor": "makes an error",
  codeOf: "takes any value",
  messageOf: "makes text of any value",
  oneLine: "makes text of text",
  suggestion: "makes text of names",
  "Patience.limit": "arithmetic on milliseconds",
  "Patience.note": "counts",
  isOperationString: "answers false for anything that is no such string",
  limitOpening: "starts a timer; its arguments are not checked",
  randomSource: "takes any number",
  roundings: "arithmetic on the sizes of a problem",
  hasTransformedRule: "compares the sizes of a problem",
  transformedRoundings: "arithmetic on the sizes of a problem",
  describeFinding: "makes text of a finding",
  describeMismatch: "makes text of a mismatch",
  drawMismatch: "makes text of a mismatch",
  describeFailure: "makes text of a result",
  describeThrown: "makes text of an error that was noted",
  reportHtml: "makes text of a report",
  reportJson: "makes text of a report",
  reportJunit: "makes text of a report",
  rerunCommand: "makes text of options",
  thrownOf: "takes any value",
  "CallWatch.over": "wraps a backend, and throws only what the backend throws",
  "CallWatch.note": "takes any value",
  "CallWatch.callOf": "answers undefined for an unknown error",
  "CallWatch.findIn": "answers undefined where there is no such error",
};

/** Interfaces that an author of a backend implements. `defineBackend` says what their errors mean. */
const IMPLEMENTED_ELSEWHERE: ReadonlySet<string> = new Set([
  "BackendImplementation",
  "PlanImplementation",
  "OperationPlanImplementation",
]);

/** Sizes by the field's names. The docstring of their interface explains them once: see `Conv2dProblem`. */
const SIZE = /^(?:n|g|c|h|w|[iok][chwn]|f[chw]|[sdr][hw]|p[tlbrfk])$/;

/** `@throws` with a code, or with a class that stands for one. */
const NAMES_ERROR = /@throws[^@]*(?:ERR_[A-Z_]+|BackendUnavailableError|CommandError|RangeError|TypeError)/;

/** Units, ranges, and words for what a number counts. */
const NAMES_UNIT = new RegExp(
  [
    "\\b(?:milli)?seconds?\\b|\\bbytes?\\b|\\bMiB\\b|\\bpixels?\\b|\\brows?\\b|\\bcolumns?\\b|\\bchannels?\\b|\\belements?\\b|\\bthreads?\\b",
    "\\bintegers?\\b|\\bsteps?\\b|\\bunits?\\b|\\bseeds?\\b|\\bindex(?:es)?\\b|\\bindices\\b|\\bdimensions?\\b|\\bfactors?\\b|\\bratios?\\b",
    "\\bhow (?:many|often)\\b|\\bnumber of\\b|\\bcounts?\\b|\\bversions?\\b|\\boperations?\\b",
    "\\bpositive\\b|\\bat least\\b|\\bat most\\b|\\babove\\b|\\bfinite\\b|\\bfrom -?\\d|\\bin `?\\[|\\bany number\\b",
  ].join("|"),
  "i",
);

/** A docstring that lacks something. */
export interface Incomplete {
  /** The name, with a member behind a dot. */
  readonly name: string;
  /** The file that declares the name, from the root. */
  readonly file: string;
  readonly lacks: "@throws" | "unit or range";
}

/** The incomplete docstrings of all published packages. */
export function incompleteDocstrings(root: string = ROOT): readonly Incomplete[] {
  const all = publishedEntries(root)
    .flatMap((entry) => incompleteIn(entry))
    .map((each) => ({ ...each, file: relative(root, each.file) }));
  return [...new Map(all.map((each) => [`${each.file} ${each.name} ${each.lacks}`, each])).values()];
}

/** The incomplete docstrings of one module's exports. */
export function incompleteIn(
  file: string,
  cannotFail: Readonly<Record<string, string>> = CANNOT_FAIL,
  implementedElsewhere: ReadonlySet<string> = IMPLEMENTED_ELSEWHERE,
): readonly Incomplete[] {
  return [...exportsOf(file)].flatMap(([exported, { statements, file: where }]) => {
    if (exported === "default") return [];
    const throwing = implementedElsewhere.has(exported) ? [] : callablesOf(exported, statements);
    return [
      ...throwing
        .filter(({ name, docs }) => !(name in cannotFail) && !NAMES_ERROR.test(docs))
        .map(({ name }) => ({ name, file: where, lacks: "@throws" as const })),
      ...numericFieldsOf(exported, statements)
        .filter(({ name, docs }) => !NAMES_UNIT.test(`${wordsOf(name)} ${docs}`))
        .map(({ name }) => ({ name, file: where, lacks: "unit or range" as const })),
    ];
  });
}

/** Entries of the tables that are not needed: there is no such export, or its docstring names its errors. */
export function staleExceptions(
  root: string = ROOT,
  cannotFail: Readonly<Record<string, string>> = CANNOT_FAIL,
  implementedElsewhere: ReadonlySet<string> = IMPLEMENTED_ELSEWHERE,
): readonly string[] {
  const entries = publishedEntries(root).map(exportsOf);
  const callables = entries.flatMap((found) =>
    [...found].flatMap(([exported, { statements }]) => callablesOf(exported, statements)),
  );
  const silent = new Set(callables.filter(({ docs }) => !NAMES_ERROR.test(docs)).map(({ name }) => name));
  return [
    ...Object.keys(cannotFail).filter((name) => !silent.has(name)),
    ...[...implementedElsewhere].filter((name) => !entries.some((found) => found.has(name))),
  ];
}

interface Told {
  readonly name: string;
  /** The docstring as it is written; those of all overloads together. */
  readonly docs: string;
}

function callablesOf(exported: string, statements: readonly ts.Statement[]): readonly Told[] {
  const overloads = statements.filter(ts.isFunctionDeclaration);
  const found: Told[] = overloads.some(({ parameters }) => parameters.length > 0)
    ? [{ name: exported, docs: overloads.map(docsOf).join("\n") }]
    : [];
  const members = new Map<string, Told>();
  for (const statement of statements) {
    if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) continue;
    for (const member of statement.members) {
      const name = memberName(member);
      if (name === undefined) continue;
      // An editor shows the class's docstring if a constructor has none.
      const docs = docsOf(member) || (name === "constructor" ? docsOf(statement) : "");
      const key = `${exported}.${name}`;
      members.set(key, { name: key, docs: `${members.get(key)?.docs ?? ""}${docs}` });
    }
  }
  return [...found, ...members.values()];
}

/** The name of a public member that takes arguments. Members with symbols for names are the language's own. */
function memberName(member: ts.ClassElement | ts.TypeElement): string | undefined {
  if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return undefined;
  if (ts.isConstructorDeclaration(member)) return member.parameters.length > 0 ? "constructor" : undefined;
  if (!ts.isMethodDeclaration(member) && !ts.isMethodSignature(member)) return undefined;
  return member.parameters.length > 0 && ts.isIdentifier(member.name) ? member.name.text : undefined;
}

function numericFieldsOf(exported: string, statements: readonly ts.Statement[]): readonly Told[] {
  return statements.filter(ts.isInterfaceDeclaration).flatMap(({ members }) =>
    members.filter(ts.isPropertySignature).flatMap((member) => {
      const name = member.name.getText();
      return member.type && holdsNumbers(member.type) && !SIZE.test(name)
        ? [{ name: `${exported}.${name}`, docs: docsOf(member) }]
        : [];
    }),
  );
}

/** Whether a type is a number, or a union, tuple or array with numbers. */
function holdsNumbers(type: ts.TypeNode): boolean {
  if (type.kind === ts.SyntaxKind.NumberKeyword) return true;
  if (ts.isUnionTypeNode(type)) return type.types.some(holdsNumbers);
  if (ts.isTupleTypeNode(type)) return type.elements.some(holdsNumbers);
  if (ts.isNamedTupleMember(type) || ts.isTypeOperatorNode(type)) return holdsNumbers(type.type);
  if (ts.isTypeReferenceNode(type)) return type.getText() === "Pair";
  return ts.isArrayTypeNode(type) && holdsNumbers(type.elementType);
}

function docsOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((each) => each.getText())
    .join("\n");
}

/** The words of a field's name, such as "bytes read" for `Cost.bytesRead`, because a name may say the unit. */
function wordsOf(name: string): string {
  return name
    .split(".")
    .at(-1)!
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter}`);
}

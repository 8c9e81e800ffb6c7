/** Every error that the published packages can throw: its code, and its message with `…` for the parts that vary. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { ROOT } from "./workspace.js";

export interface ErrorMessage {
  /** The code, or undefined if the error takes the code of another error. */
  readonly code: string | undefined;
  /** The message; for a BackendUnavailableError its reason. */
  readonly message: string;
  readonly where: string;
}

const ANY = "…";
const NOT_SHIPPED = /\.test\.ts$|[\\/](testing|generated|faulty-backends)[\\/]/;

export function errorMessages(): readonly ErrorMessage[] {
  const packages = readdirSync(join(ROOT, "packages"));
  return packages.flatMap((name) => {
    const folder = join(ROOT, "packages", name, "src");
    return (readdirSync(folder, { recursive: true }) as string[])
      .map((file) => join(folder, file))
      .filter((file) => file.endsWith(".ts") && !NOT_SHIPPED.test(file))
      .flatMap((file) => messagesOf(relative(ROOT, file), readFileSync(file, "utf8")));
  });
}

export function messagesOf(file: string, text: string): readonly ErrorMessage[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: ErrorMessage[] = [];
  const visit = (node: ts.Node): void => {
    const made = ts.isNewExpression(node) && ts.isIdentifier(node.expression) ? node.expression.text : "";
    if (made === "ConveneError" || made === "BackendUnavailableError") {
      const [first, message] = (node as ts.NewExpression).arguments ?? [];
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const codes =
        made === "ConveneError"
          ? textsOf(first).map((each) => (each === ANY ? undefined : each))
          : ["ERR_BACKEND_UNAVAILABLE"];
      for (const code of codes) {
        // The text becomes one line, because a row of a table is one line.
        for (const each of textsOf(message)) {
          found.push({ code, message: each.replaceAll("\n", " "), where: `${file}:${line}` });
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The texts that an expression can give; `…` stands for parts that are known only at run time. */
function textsOf(node: ts.Node | undefined): readonly string[] {
  if (node === undefined) return [ANY];
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return textsOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce<readonly string[]>(
      (before, { expression, literal }) => {
        const inside = ts.isIdentifier(expression) ? textsOf(expression) : [ANY];
        return before.flatMap((start) => inside.map((each) => start + each + literal.text));
      },
      [node.head.text],
    );
  }
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return textsOf(node.left).flatMap((left) => textsOf(node.right).map((right) => left + right));
  }
  if (ts.isIdentifier(node)) return textsOf(declared(node));
  return [ANY];
}

/** The value of a constant that is declared in one of the blocks around `use`. */
function declared({ text, parent }: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node | undefined = parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(
        ({ name }) => ts.isIdentifier(name) && name.text === text,
      );
      if (found) return found.initializer;
    }
  }
  return undefined;
}

/** Finds, in a TypeScript source, the places where one small change gives another program that still compiles. */

import ts from "typescript";

/** One change: `source.slice(start, end)` becomes `replacement`. */
export interface Mutation {
  readonly start: number;
  readonly end: number;
  /** Counted from 1. */
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "&": ["|"],
  "^": ["&"],
  "<<": [">>"],
  ">>>": ["<<"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "^=": ["&="],
};

const METHODS: Readonly<Record<string, string>> = {
  "Math.floor": "Math.ceil",
  "Math.ceil": "Math.floor",
  "Math.min": "Math.max",
  "Math.max": "Math.min",
  some: "every",
  every: "some",
};

/** Every mutation of `source`, in the order of its text. */
export function mutationsOf(source: string): Mutation[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ES2022, true);
  const found: Mutation[] = [];
  const add = (node: ts.Node, ...replacements: readonly string[]): void => {
    const [start, end] = [node.getStart(file), node.getEnd()];
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    for (const replacement of replacements) {
      found.push({ start, end, line, original: source.slice(start, end), replacement });
    }
  };

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      add(node.operatorToken, ...(OPERATORS[node.operatorToken.getText(file)] ?? []));
    } else if (ts.isPrefixUnaryExpression(node) && node.operator !== ts.SyntaxKind.PlusPlusToken) {
      add(node, node.operand.getText(file));
    } else if (ts.isNumericLiteral(node)) {
      add(node, String(Number(node.text) + 1));
    } else if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) {
      add(node, node.kind === ts.SyntaxKind.TrueKeyword ? "false" : "true");
    } else if (ts.isConditionalExpression(node) || ts.isIfStatement(node)) {
      add(ts.isIfStatement(node) ? node.expression : node.condition, "true", "false");
    } else if (ts.isPropertyAccessExpression(node)) {
      const whole = METHODS[node.getText(file)];
      const name = METHODS[node.name.text];
      if (whole) add(node, whole);
      else if (name) add(node.name, name);
    } else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      add(node, ";");
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.toSorted((a, b) => a.start - b.start);
}

export function mutate(source: string, { start, end, replacement }: Mutation): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

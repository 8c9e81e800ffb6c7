/**
 * The code in the documents: every fenced block of TypeScript or JavaScript in the README, the packages' READMEs, the examples'
 * and `docs/` is compiled, and those that say so are run. A comment before a block, which no reader sees, says what else is to
 * be known:
 *
 *     <!-- run -->                     the block is run
 *     <!-- run: prints some words -->  and what it prints has these words in it
 *     <!-- not compiled: a reason -->  the block is no program
 *     <!-- file: its path -->          the block is that file of the repository, whole, in any language; it is compiled there
 *
 * A block without imports has those of the blocks before it on its page. A block of properties, `free: (storage) => ...`, is
 * held to the contract of a backend. What a block may use besides, such as `model`, is in code-blocks-ambient.ts, with its
 * type.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { ROOT } from "../checks/workspace.js";
import { AMBIENT, MODULES } from "./code-blocks-ambient.js";

/** A fenced block of code in a document. */
export interface CodeBlock {
  /** The document, from the root. */
  readonly document: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly language: "ts" | "js";
  readonly code: string;
  /** Why it is not compiled. */
  readonly notCompiled?: string;
  /** The file of the repository that the block shows, from the root. */
  readonly file?: string;
  /** Whether it is run, and what it prints then. */
  readonly run?: { readonly prints: string };
}

const FENCE = /^(?<indent> *)```(?<language>\w+)\b[^\n]*\n(?<code>.*?)^ *```$/gms;
const CODE = /^(ts|typescript|js|javascript|mjs)$/;
const MARK = /<!-- (run|not compiled|file)(?:: (.*?))? -->\s*$/;

/** Every block of a document, in order. @throws Error for a block that is not compiled and does not say why */
export function blocksOf(document: string, text: string): CodeBlock[] {
  return [...text.matchAll(FENCE)].flatMap((match) => {
    const { language, code } = match.groups as { language: string; code: string };
    const before = text.slice(0, match.index);
    const line = before.split("\n").length + 1;
    const [, mark, words] = MARK.exec(before) ?? [];
    const reason = words?.replace(/^prints /, "").trim();
    if (!CODE.test(language) && mark !== "file") return [];
    if (mark === "not compiled" && !reason) throw new Error(`${document}:${line}: say why the block is not compiled`);
    return {
      document,
      line,
      language: language.startsWith("t") ? "ts" : "js",
      code,
      ...(mark === "not compiled" && { notCompiled: reason! }),
      ...(mark === "file" && { notCompiled: "it is compiled where the file lies", file: reason! }),
      ...(mark === "run" && { run: { prints: reason ?? "" } }),
    };
  });
}

/** The documents, from the root. */
export function documents(root: string = ROOT): string[] {
  const under = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      // TypeDoc's pages are made of docstrings, which show pieces of programs.
      if (entry.isDirectory()) return path === join("docs", "reference") ? [] : under(path);
      return entry.name.endsWith(".md") ? [path] : [];
    });
  const readmes = ["packages", "apps", "examples", "tooling"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, "README.md")),
  );
  return ["README.md", "CONTRIBUTING.md", ...readmes.filter((path) => existsSync(join(root, path))), ...under("docs")];
}

/** Every block of every document. */
export function allBlocks(root: string = ROOT): CodeBlock[] {
  return documents(root).flatMap((document) => blocksOf(document, readFileSync(join(root, document), "utf8")));
}

const IMPORT = /^import\s[^;]*;/gm;

/** A block as a file: with the imports of those before it on its page where it has none, on its first line. */
function programOf(block: CodeBlock, all: readonly CodeBlock[]): string {
  const own = block.code.match(IMPORT) ?? [];
  const before = all.slice(0, all.indexOf(block)).filter(({ document }) => document === block.document);
  const names = new Set<string>();
  const inherited =
    own.length > 0
      ? []
      : before
          .flatMap(({ code }) => code.match(IMPORT) ?? [])
          .toReversed()
          .flatMap((line) => importsOf(line))
          .filter(([name]) => !names.has(name) && names.add(name) && !declares(block.code, name))
          .map(([, statement]) => statement);
  const imports = inherited.join(" ");
  if (!PROPERTIES.test(block.code)) return `${imports}${imports && " "}${block.code}\nexport {};\n`;
  const used = ["tensor", "toLayout"].filter((name) => !names.has(name));
  // The type's comment counts at the beginning of a file or of a line only, and the lines are the document's; imports may come last.
  return `${OF_A_BACKEND}${block.code}}; void part;\n${imports} import { ${used.join(", ")} } from "@convene/core";\n`;
}

/** How a block begins that is no program, but properties or methods of an object. */
const PROPERTIES = /^(async \w+\(|\w+: |\w+\([^)\n]*\) \{\n)/;
const OF_A_BACKEND = `/** @type {Partial<import("@convene/core/backend").BackendImplementation<any>>} */ const part = {`;

/** Each name that an import brings, with an import of that name alone. */
function importsOf(statement: string): [name: string, statement: string][] {
  const [, list, from] = /^import\s*\{([^}]*)\}\s*from\s*("[^"]+")/.exec(statement.replaceAll(/\s+/g, " ")) ?? [];
  if (list !== undefined) {
    const each = list.split(",").map((name) => name.trim());
    return each.filter(Boolean).map((name) => [name.split(" ").at(-1)!, `import { ${name} } from ${from!};`]);
  }
  const [, name] = /^import\s+(\w+)\s+from/.exec(statement) ?? [];
  return name === undefined ? [] : [[name, statement]];
}

function declares(code: string, name: string): boolean {
  return new RegExp(`^(export )?(const|let|function|async function|class) ${name}\\b`, "m").test(code);
}

/** Where blocks become files: in this package, so that they find the packages that it has. */
const FOLDER = join(ROOT, "tooling", "site", ".cache", "blocks");

/** A block's file. */
export interface BlockFile {
  readonly block: CodeBlock;
  readonly path: string;
}

/** Writes every block that is compiled. */
export function writeBlocks(blocks: readonly CodeBlock[], folder: string = FOLDER): BlockFile[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(MODULES)) writeFileSync(join(folder, name), text);
  return blocks
    .filter(({ notCompiled }) => notCompiled === undefined)
    .map((block) => {
      const name = `${block.document.replaceAll(/[/\\.]/g, "-")}-${block.line}.${block.language}`;
      const path = join(folder, name);
      writeFileSync(path, programOf(block, blocks));
      return { block, path };
    });
}

/**
 * What the compiler says of the blocks: `document:line: message`. JavaScript is held to its types, as an editor does; its
 * functions need not say the types of their parameters.
 */
export function compileBlocks(files: readonly BlockFile[], folder: string = FOLDER): string[] {
  const ambient = join(folder, "ambient.d.ts");
  writeFileSync(ambient, AMBIENT);
  const program = ts.createProgram([ambient, ...files.map(({ path }) => path)], {
    strict: true,
    noImplicitAny: false,
    allowJs: true,
    checkJs: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["convene-source"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules", "@types")],
    skipLibCheck: true,
    noEmit: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
  });
  return files.flatMap(({ block, path }) => {
    const source = program.getSourceFile(path);
    if (!source) throw new Error(`the compiler has no ${relative(ROOT, path)}`);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((each) => {
      const { line } = source.getLineAndCharacterOfPosition(each.start ?? 0);
      const text = ts.flattenDiagnosticMessageText(each.messageText, " ");
      return `${block.document}:${block.line + line}: ${text}`;
    });
  });
}

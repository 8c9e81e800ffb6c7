/**
 * The code in the documents: every fenced block of TypeScript or JavaScript in the README, the packages' READMEs, the examples'
 * and `docs/` is compiled, and some are run. A comment before a block, which no reader sees, has instructions:
 *
 *     <!-- run -->                     the block is run
 *     <!-- run: prints some words -->  the block is run, and its output must contain these words
 *     <!-- not compiled: a reason -->  the block is no program
 *     <!-- file: its path -->          the block equals this file of the repository, in any language; the file is compiled elsewhere
 *     <!-- end of: its path -->        the block equals the end of this file
 *
 * A block without imports gets the imports of the blocks before it on its page, except those of files. A block of properties, `free: (storage) => ...`, is
 * checked against the contract of a backend. Other names that a block may use, such as `model`, are in code-blocks-ambient.ts, with
 * their types.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { attempt, COMPILER, ROOT } from "../checks/workspace.js";
import { AMBIENT, MODULES } from "./code-blocks-ambient.js";

/** A fenced block of code in a document. */
export interface CodeBlock {
  /** The document, from the root. */
  readonly document: string;
  /** The number of the first line of code, from 1. */
  readonly line: number;
  readonly language: "ts" | "js";
  readonly code: string;
  /** The reason why the block is not compiled. */
  readonly notCompiled?: string;
  /** The file of the repository that the block shows, from the root. */
  readonly file?: string;
  /** Whether the block shows only the end of `file`. */
  readonly isEnd?: true;
  /** Set if the block is run, with the words that it must print. */
  readonly run?: { readonly prints: string };
}

const FENCE = /^(?<indent> *)```(?<language>\w+)\b[^\n]*\n(?<code>.*?)^ *```$/gms;
const CODE = /^(ts|typescript|js|javascript|mjs)$/;
const MARK = /<!-- (run|not compiled|file|end of)(?:: (.*?))? -->\s*$/;

/** Every block of a document, in order. @throws Error for a block that is not compiled and has no reason */
export function blocksOf(document: string, text: string): CodeBlock[] {
  return [...text.matchAll(FENCE)].flatMap((match) => {
    const { language, code } = match.groups as { language: string; code: string };
    const before = text.slice(0, match.index);
    const line = before.split("\n").length + 1;
    const [, mark, words] = MARK.exec(before) ?? [];
    const reason = words?.replace(/^prints /, "").trim();
    const showsFile = mark === "file" || mark === "end of";
    if (!CODE.test(language) && !showsFile) return [];
    if (mark === "not compiled" && !reason) throw new Error(`${document}:${line}: say why the block is not compiled`);
    return {
      document,
      line,
      language: language.startsWith("t") ? "ts" : "js",
      code,
      ...(mark === "not compiled" && { notCompiled: reason! }),
      ...(showsFile && { notCompiled: "it is compiled where the file lies", file: reason! }),
      ...(mark === "end of" && { isEnd: true }),
      ...(mark === "run" && { run: { prints: reason ?? "" } }),
    };
  });
}

/** The documents, from the root. */
export function documents(root: string = ROOT): string[] {
  const under = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      // TypeDoc makes these pages from docstrings, which contain parts of programs.
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

/** A block as a file. A block without imports gets those of earlier blocks on its page, on its first line. */
function programOf(block: CodeBlock, all: readonly CodeBlock[]): string {
  const own = block.code.match(IMPORT) ?? [];
  // A file of the repository imports other files, which lie beside it and not beside the document.
  const before = all
    .slice(0, all.indexOf(block))
    .filter(({ document, file }) => document === block.document && file === undefined);
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
  // The comment with the type must be at the beginning of a line, and line numbers must be those of the document. So imports come last.
  return `${OF_A_BACKEND}${block.code}}; void part;\n${imports} import { ${used.join(", ")} } from "@convene/core";\n`;
}

/** The beginning of a block that is no program, but properties or methods of an object. */
const PROPERTIES = /^(async \w+\(|\w+: |\w+\([^)\n]*\) \{\n)/;
const OF_A_BACKEND = `/** @type {Partial<import("@convene/core/backend").BackendImplementation<any>>} */ const part = {`;

/** Each name of an import, with an import of this name alone. */
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

/** The folder for the files of blocks. It is in this package, so that they find this package's dependencies. */
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
  const config = join(folder, "tsconfig.json");
  const compilerOptions = {
    strict: true,
    noImplicitAny: false,
    allowJs: true,
    checkJs: true,
    target: "es2022",
    lib: ["esnext", "dom", "dom.iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    customConditions: ["convene-source"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules", "@types")],
    skipLibCheck: true,
    noEmit: true,
    moduleDetection: "force",
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [ambient, ...files.map(({ path }) => path)] }));
  const { status, stdout, stderr } = attempt(
    process.execPath,
    [COMPILER, "--project", config, "--pretty", "false"],
    folder,
  );
  const said = [...stdout.matchAll(MESSAGE)].map(
    ({ groups }) => groups as { file: string; line: string; text: string },
  );
  if (status !== 0 && said.length === 0) throw new Error(`the compiler failed:\n${stdout}${stderr}`);
  // By block, because the compiler sorts messages by file. Messages about the packages' sources are left out: these are compiled with
  // other options elsewhere.
  return files.flatMap(({ block, path }) =>
    said
      .filter(({ file }) => resolve(folder, file) === resolve(path))
      .map(
        ({ line, text }) =>
          `${block.document}:${block.line + Number(line) - 1}: ${text.replaceAll(/\n\s*/g, " ").trim()}`,
      ),
  );
}

/** A message of the compiler: a file, a line, and text that continues on indented lines. */
const MESSAGE = /^(?<file>[^\s(][^(\n]*)\((?<line>\d+),\d+\): error TS\d+: (?<text>.*(?:\n +.*)*)/gm;

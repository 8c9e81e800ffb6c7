import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { attempt, ROOT, tool } from "../checks/workspace.js";
import { resnetBlock } from "./resnet-block.js";
import { allBlocks, type BlockFile, blocksOf, type CodeBlock, compileBlocks, writeBlocks } from "./code-blocks.js";

describe("blocks of a document", () => {
  const fence = "```";

  it("are those of TypeScript and JavaScript, with the comment before them", () => {
    const text = `# Page\n\n${fence}sh\nls\n${fence}\n\n<!-- run: prints 1 -->\n\n${fence}js\nconsole.log(1);\n${fence}\n\n${fence}ts\nlet a: 1;\n${fence}\n`;
    expect(blocksOf("page.md", text)).toEqual([
      { document: "page.md", line: 10, language: "js", code: "console.log(1);\n", run: { prints: "1" } },
      { document: "page.md", line: 14, language: "ts", code: "let a: 1;\n" },
    ]);
  });

  it("are a file of the repository if their comment says so, in any language", () => {
    const text = `<!-- file: a/b.html -->\n\n${fence}html\n<p>\n${fence}\n`;
    expect(blocksOf("page.md", text)).toMatchObject([{ file: "a/b.html", code: "<p>\n" }]);
    expect(blocksOf("page.md", text.replace("file:", "end of:"))).toMatchObject([{ file: "a/b.html", isEnd: true }]);
    expect(blocksOf("page.md", text.replace("<!--", "<! "))).toEqual([]);
  });

  it("must say why they are not compiled", () => {
    const text = (words: string) => `<!-- not compiled${words} -->\n${fence}ts\n{ a }\n${fence}\n`;
    expect(blocksOf("page.md", text(": an outline"))[0]!.notCompiled).toBe("an outline");
    expect(() => blocksOf("page.md", text(""))).toThrow("page.md:3: say why the block is not compiled");
  });
});

/** Blocks of no document, each with the expected messages. They are compiled with the others, because a separate program takes long. */
const PLANTED: readonly { readonly block: CodeBlock; readonly said: readonly RegExp[] }[] = [
  {
    block: { document: "page.md", line: 3, language: "js", code: `import { zeros } from "@convene/core";\n` },
    said: [],
  },
  {
    // This block has the import of the block before it.
    block: {
      document: "page.md",
      line: 9,
      language: "js",
      code: `zeros([1, 1, 2, 2]);\nzeros("no shape");\nnowhere();\n`,
    },
    said: [/^page\.md:10: No overload matches this call/, /^page\.md:11: Cannot find name 'nowhere'/],
  },
  {
    block: {
      document: "guide.md",
      line: 1,
      language: "js",
      code: `free: (storage) => undefined,\nsync: () => 1,\n`,
    },
    said: [/^guide\.md:2: .*not assignable/],
  },
  {
    block: { document: "types.md", line: 1, language: "ts", code: `const n: number = "1";\n` },
    said: [/^types\.md:1: /],
  },
];

describe("the documents", () => {
  let files: readonly BlockFile[];
  beforeAll(() => {
    files = writeBlocks([...allBlocks(), ...PLANTED.map(({ block }) => block)]);
  });

  it("have blocks that compile, and a planted fault in each kind of block is found", () => {
    expect(files.length).toBeGreaterThan(40);
    const said = compileBlocks(files);
    const isPlanted = (message: string): boolean =>
      PLANTED.some(({ block }) => message.startsWith(`${block.document}:`));
    expect(said.filter((message) => !isPlanted(message))).toEqual([]);
    expect(said.filter(isPlanted)).toEqual(
      PLANTED.flatMap((planted) => planted.said.map((pattern) => expect.stringMatching(pattern) as string)),
    );
  });

  it("show files of the repository as they are", () => {
    const shown = allBlocks().filter(({ file }) => file !== undefined);
    expect(shown.length).toBeGreaterThan(4);
    expect(shown.filter(({ isEnd }) => isEnd).length).toBeGreaterThan(0);
    for (const { document, line, file, isEnd, code } of shown) {
      const text = readFileSync(join(ROOT, file!), "utf8");
      expect(code, `${document}:${line}`).toBe(isEnd ? text.slice(-code.length) : text);
    }
  });

  it("have blocks that run, and print the expected words", async () => {
    const folder = mkdtempSync(join(tmpdir(), "convene-blocks-"));
    try {
      copyFileSync(join(ROOT, "packages/onnx/test-files/torch/mobilenet-v2.onnx"), join(folder, "model.onnx"));
      writeFileSync(join(folder, "resnet-block.safetensors"), resnetBlock());
      await sharp({ create: { width: 320, height: 240, channels: 3, background: "#789" } })
        .jpeg()
        .toFile(join(folder, "photo.jpg"));
      const runnable = files.filter(({ block }) => block.run !== undefined);
      expect(runnable.length).toBeGreaterThan(10);
      const { stdout, stderr } = attempt(
        tool("tsx"),
        [
          "--conditions=convene-source",
          join(ROOT, "tooling", "site", "run-blocks.ts"),
          ...runnable.map(({ path }) => path),
        ],
        folder,
        { timeout: 200_000 },
      );
      const results = stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      expect(results.length, stderr).toBe(runnable.length);
      for (const [index, { block }] of runnable.entries()) {
        const where = `${block.document}:${block.line}`;
        expect(results[index].thrown, where).toBeUndefined();
        expect(results[index].printed, where).toContain(block.run!.prints);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

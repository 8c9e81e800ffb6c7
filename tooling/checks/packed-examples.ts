/** Runs the examples for users from installed packages, as their READMEs say: programs in Node, a server, and a page in Chromium. */

import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { runInChromium } from "../browser/run-page.js";
import { fetchModel, MODELS } from "../models/models.js";
import { cacheFolder, ROOT, run } from "./workspace.js";

/** Packages that the examples need beside ours. Vite comes with the test runner. */
export const EXAMPLES_NEED: readonly string[] = [
  `sharp@${JSON.parse(readFileSync(join(ROOT, "examples", "image-filters", "package.json"), "utf8")).dependencies.sharp}`,
];

const NETWORK = join(ROOT, "packages", "onnx", "test-files", "torch", "mobilenet-v2.onnx");

/** Runs the examples in a folder where the packages and `EXAMPLES_NEED` are installed. @throws Error if an example does not work */
export async function checkExamples(folder: string): Promise<void> {
  const filters = copied(folder, "image-filters");
  const written = run(process.execPath, ["filters.js"], filters).trim().split("\n");
  if (written.length !== 2 || !written.every((file) => existsSync(join(filters, file)))) {
    throw new Error(`image-filters has written ${written.join(", ")}; expected two pictures that are there`);
  }
  say("image-filters", `writes ${written.join(" and ")}`);

  const classify = copied(folder, "node-classify");
  const classes = run(process.execPath, ["classify.js", NETWORK, join(filters, "sample.png")], classify)
    .trim()
    .split("\n");
  if (classes.length !== 5 || !classes.every((line) => /^ *\d+\.\d % {2}class \d+$/.test(line))) {
    throw new Error(`node-classify has printed\n${classes.join("\n")}\nexpected five classes with their probability`);
  }
  say("node-classify", `prints ${classes.length} classes`);

  const said = run(process.execPath, ["run.js"], copied(folder, "mobilenet")).trim();
  if (!/^\d+ layers on .*: class \d+ of \d+$/.test(said))
    throw new Error(`mobilenet has printed ${JSON.stringify(said)}`);
  say("mobilenet", said);

  say("http-server", await checkServer(copied(folder, "http-server")));
  await checkPage(copied(folder, "browser-page"));
}

function say(example: string, what: string): void {
  process.stdout.write(`examples/${example}: ${what}\n`);
}

/** Copies an example's own files to a folder where its imports find the installed packages. */
function copied(folder: string, example: string): string {
  const to = join(folder, example);
  mkdirSync(to);
  const from = join(ROOT, "examples", example);
  for (const name of readdirSync(from)) {
    if (!/^(node_modules|public|\.gitignore)$|\.test\.ts$/.test(name))
      cpSync(join(from, name), join(to, name), { recursive: true });
  }
  return to;
}

/** Starts the server on any port, asks it once, and ends it as Ctrl-C does. */
async function checkServer(folder: string): Promise<string> {
  const server = spawn(process.execPath, ["server.js", NETWORK, "3,32,32"], {
    cwd: folder,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
  try {
    const address = await addressOf(server, ended);
    const body = new Uint8Array(new Float32Array(3 * 32 * 32).fill(0.5).buffer);
    const answer = await fetch(address, { method: "POST", body });
    const content = (await answer.json()) as { readonly output?: readonly number[] };
    if (answer.status !== 200 || !content.output?.every(Number.isFinite)) {
      throw new Error(`http-server answered ${answer.status}, ${JSON.stringify(content).slice(0, 400)}`);
    }
    server.kill("SIGINT");
    const code = await ended;
    if (code !== 0) throw new Error(`http-server ended with ${code} after SIGINT; expected 0`);
    return `answers with ${content.output.length} scores, and ends on SIGINT`;
  } finally {
    server.kill("SIGKILL");
  }
}

/** The address that the server prints when it listens. */
async function addressOf(server: ChildProcess, ended: Promise<number | null>): Promise<string> {
  const listens = new Promise<string>((resolve) => {
    let text = "";
    server.stdout?.on("data", (chunk) => {
      text += String(chunk);
      const [address] = /http:\/\/localhost:\d+/.exec(text) ?? [];
      if (address) resolve(address);
    });
  });
  const early = ended.then((code): never => {
    throw new Error(`http-server ended with ${code} before it listened`);
  });
  return await Promise.race([listens, early]);
}

/** The script of a visitor, who waits until the page is ready, chooses a picture, and reads the page's answer. */
const VISITOR = `
const status = document.querySelector("#status");
const post = (path, content) => fetch(path, { method: "POST", body: JSON.stringify(content) });
const says = async (words) => {
  while (!words.test(status.textContent)) {
    if (/not|needs|Error|failed/.test(status.textContent)) throw new Error(status.textContent);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return status.textContent;
};
async function visit() {
  await says(/^Ready/);
  const canvas = new OffscreenCanvas(200, 100);
  canvas.getContext("2d").fillRect(20, 20, 50, 50);
  const picture = new File([await canvas.convertToBlob()], "picture.png", { type: "image/png" });
  const chosen = new DataTransfer();
  chosen.items.add(picture);
  const file = document.querySelector("#file");
  file.files = chosen.files;
  file.dispatchEvent(new Event("change"));
  await post("/report", await says(/faces?, .* ms on /));
}
visit().then(() => post("/end", {}), (error) => post("/error", { message: String(error) }));
`;

/** Bundles the page with its own configuration, and visits it in Chromium. */
async function checkPage(folder: string): Promise<void> {
  const models = cacheFolder("models", { keep: true });
  const [blazeFace] = MODELS;
  fetchModel(blazeFace!, models, run);
  mkdirSync(join(folder, "public"));
  copyFileSync(join(models, blazeFace!.file), join(folder, "public", "blazeface.onnx"));
  writeFileSync(join(folder, "public", "visitor.js"), VISITOR);
  const vite = join(createRequire(join(folder, "package.json")).resolve("vite/package.json"), "..", "bin", "vite.js");
  run(process.execPath, [vite, "build", "--logLevel", "error"], folder);
  const page = join(folder, "dist", "index.html");
  const html = readFileSync(page, "utf8").replace(
    "</body>",
    `<script type="module" src="./visitor.js"></script></body>`,
  );
  writeFileSync(page, html);
  let report = "";
  await runInChromium(join(folder, "dist"), (text) => void (report = String(text)));
  // Chromium has a driver in software here. The page refuses it, and uses every core instead.
  if (!/^0 faces, .* threads?/.test(report))
    throw new Error(`browser-page has said ${JSON.stringify(report)}; expected 0 faces on threads`);
  say("browser-page", report);
}

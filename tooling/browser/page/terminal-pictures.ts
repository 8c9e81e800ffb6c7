/** Makes pictures of the `convene` command from its real output to a terminal, during the measurement and at the end. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Browser } from "playwright-core";
import { ROOT } from "../../checks/workspace.js";
import { savePicture } from "./save-picture.js";
import { screenHtml, terminalScreen } from "./terminal-screen.js";

const COLUMNS = 92;
const COMMAND = "convene bench textbook --backend cpu --backend worker-threads --backend cpu:js";
const ERASE = "\u001b[0J";

const STYLE = `
  body { margin: 0; }
  #frame { padding: 18px; background: #e9ecf1; width: max-content; }
  main { border-radius: 10px; background: #12161d; color: #dfe5ee; box-shadow: 0 6px 24px #0005; overflow: hidden; }
  header { padding: 9px 14px; background: #1d232d; color: #9aa6b8; font: 12px system-ui, sans-serif; }
  header i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; border-radius: 50%; background: #3a4454; }
  pre { margin: 0; padding: 14px 18px 18px; font: 13.5px/1.42 "DejaVu Sans Mono", "Liberation Mono", monospace; }
  .bold { font-weight: 700; color: #fff; } .dim { color: #8b97a8; } .prompt { color: #7ee0a3; }
  .green { color: #6fd58f; } .cyan { color: #62c3dd; } .yellow { color: #e9c46a; } .red { color: #ff8080; }
`;

/** @returns the files in `folder` */
export async function terminalPictures(browser: Browser, folder: string): Promise<readonly string[]> {
  const written = inTerminal(join(ROOT, "apps/benchmark/dist/cli.js"));
  const drawings = written.split(ERASE);
  // The last drawing of the live table, then the output that replaces it.
  const live = drawings.at(-2)!.replace(/\u001b\[\d+A$/, ""); // oxlint-disable-line no-control-regex -- as it moves the cursor
  const files: string[] = [];
  for (const [name, text] of [
    ["terminal-live", live],
    ["terminal", written],
  ] as const) {
    const context = await browser.newContext({ deviceScaleFactor: 1.5 });
    const page = await context.newPage();
    const screen = screenHtml(terminalScreen(text)).trimEnd();
    await page.setContent(
      `<style>${STYLE}</style><div id="frame"><main><header><i></i><i></i><i></i></header><pre><span class="prompt">$</span> npx ${COMMAND}\n${screen}</pre></main></div>`,
    );
    const file = join(folder, `${name}.png`);
    await savePicture(file, await page.locator("#frame").screenshot());
    await context.close();
    files.push(file);
  }
  return files;
}

/** The output of the command in a terminal. `script` of util-linux makes the terminal. */
function inTerminal(cli: string): string {
  const command = COMMAND.replace("convene", `${JSON.stringify(process.execPath)} ${JSON.stringify(cli)}`);
  const terminal = `stty cols ${COLUMNS} rows 60; ${command}`;
  const { stdout, error } = spawnSync("script", ["-qec", terminal, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, TERM: "xterm-256color", NO_COLOR: undefined },
  });
  if (error)
    throw new Error(`a terminal is needed for its pictures (${error.message}); util-linux has the program script`);
  return stdout;
}

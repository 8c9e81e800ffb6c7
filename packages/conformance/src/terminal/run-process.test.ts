/** Processes around commands of a few lines, as a shell sees them. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../testing/command.js";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "convene-process-"));
  await bundle(folder, ["terminal/run-process.ts"]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A process whose command is the body of a function of `argv` and `signal`. */
function start(body: string, { options = {}, stdout = "pipe" }: { options?: object; stdout?: "pipe" | number } = {}) {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  const run = `runProcess(async (argv, signal) => { ${body} }, ${JSON.stringify(options)});`;
  writeFileSync(file, `import { runProcess } from "./run-process.mjs";\n${run}`);
  return spawn(process.execPath, [file, "one", "two"], { stdio: ["ignore", stdout, "pipe"] });
}

async function end(child: ChildProcess) {
  let stdout = "";
  child.stdout?.on("data", (chunk) => (stdout += String(chunk)));
  return new Promise<{ code: number | null; signal: string | null; stdout: string }>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, stdout })),
  );
}
/** Waits until the process has printed something. From then on it handles signals. */
const said = (child: ChildProcess) => new Promise((resolve) => child.stdout!.once("data", resolve));
const ON_ABORT = `process.stdout.write("up\\n"); await new Promise((resolve) => { signal.onabort = resolve; setInterval(() => {}, 1000); });`;

describe("runProcess", () => {
  it("gives the arguments, and ends with the command's code, even if timers are left", async () => {
    const body = `setInterval(() => {}, 1000); process.stdout.write(argv.join(" ")); return 3;`;
    expect(await end(start(body))).toEqual({ code: 3, signal: null, stdout: "one two" });
  });

  it("ends with the command's code if nobody reads on", async () => {
    const child = start(`for (let i = 0; i < 1000; i++) process.stdout.write("x".repeat(1000)); return 5;`);
    child.stdout!.destroy();
    expect((await end(child)).code).toBe(5);
  });

  // A device that Linux has: every write to it finds the disk full.
  it.each(["/dev/full"].filter((path) => existsSync(path)))(
    "ends with code 1 if output to %s is lost",
    async (path) => {
      const child = start(`process.stdout.write("x"); return 0;`, { stdout: openSync(path, "w") });
      expect((await end(child)).code).toBe(1);
    },
  );

  it("aborts the signal at the first Ctrl-C, and ends at the second", async () => {
    const first = start(`${ON_ABORT} return 130;`);
    await said(first);
    first.kill("SIGINT");
    expect((await end(first)).code).toBe(130);

    const second = start(`${ON_ABORT} process.stdout.write("down\\n"); await new Promise(() => {}); `);
    await said(second);
    second.kill("SIGINT");
    await said(second);
    second.kill("SIGINT");
    expect((await end(second)).signal).toBe("SIGINT");
  });

  it("aborts the signal at SIGTERM if the command has processes, and ends with SIGTERM's code", async () => {
    const child = start(`${ON_ABORT} process.stdout.write("ended"); return 130;`, { options: { hasProcesses: true } });
    await said(child);
    child.kill("SIGTERM");
    expect(await end(child)).toMatchObject({ code: 143, stdout: expect.stringContaining("ended") });
  });

  it("is ended by the system if the command has no processes", async () => {
    const child = start(`${ON_ABORT} return 0;`);
    await said(child);
    child.kill("SIGTERM");
    expect((await end(child)).signal).toBe("SIGTERM");
  });
});

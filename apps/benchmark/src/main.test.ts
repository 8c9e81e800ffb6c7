/** Whole command lines, with the reference in place of the real backends. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { referenceBackend } from "@convene/conformance";
import { type Backend, BackendUnavailableError } from "@convene/core";
import picocolors from "picocolors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BackendTable } from "./backends.js";
import { main } from "./main.js";

/** The reference, with one element of each result off by one. */
async function wrongBackend(): Promise<Backend> {
  const right = await referenceBackend();
  return {
    ...right,
    read: async (...args) => {
      const result = await right.read(...args);
      result.data[result.data.length - 1]! += 1;
      return result;
    },
  };
}

const entry = (open: () => Promise<Backend>, standard = true) => ({ about: "for tests", standard, open });
const TABLE: BackendTable = {
  first: entry(referenceBackend),
  second: entry(referenceBackend),
  wrong: entry(wrongBackend, false),
  absent: entry(async () => {
    throw new BackendUnavailableError("absent", "there is no such thing here", "Use first.");
  }, false),
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function collect() {
  let text = "";
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}

async function convene(line: string, { table = TABLE, abort = new AbortController() } = {}) {
  const [stdout, stderr] = [collect(), collect()];
  const io = {
    stdout: stdout.stream,
    stderr: stderr.stream,
    columns: undefined,
    interactive: false,
    colors: picocolors.createColors(false),
    signal: abort.signal,
  };
  const code = await main(line === "" ? [] : line.split(" "), io, table);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe("bad input", () => {
  it.each([
    ["bnech", /unknown command 'bnech' \(Did you mean bench\?\)/],
    ["bench --bakend first", /unknown option '--bakend' \(Did you mean --backend\?\)/],
    ["bench mobilnet-v1", /did you mean "mobilenet-v1"\?/],
    ["bench textbook --backend frist", /unknown backend "frist"; did you mean "first"\?/],
    ["bench textbook --backend ./missing.js", /backend ".\/missing.js" cannot be loaded/],
    ["bench textbook --time 0", /must be an integer from 1/],
    ["bench textbook --time 1e3", /must be an integer from 1/],
    ["verify --seed -1", /seed/],
    ["verify --suite exakt", /unknown suite "exakt"; did you mean "exact"\?/],
    ["verify ic3_ih7_oc8", /kh is missing/],
    ["explain g2_ic3_ih7_oc4_kh3", /groups \(2\) must divide inChannels \(3\)/],
    ["explain textbook --json missing/folder/x.json", /cannot write to missing\/folder\/x.json \(ENOENT\)/],
  ])("%s: one line, exit code 2", async (line, message) => {
    const { code, stdout, stderr } = await convene(line);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).not.toContain("layer");
  });
});

describe("help", () => {
  it.each(["", "--help", "bench --help", "verify --help"])("%s: usage and examples, exit code 0", async (line) => {
    const { code, stdout, stderr } = await convene(line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: convene/);
    expect(stdout).toContain("Examples:\n  pnpm convene");
    expect(stderr).toBe("");
  });

  it("prints the version", async () => {
    expect(await convene("--version")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe("explain", () => {
  it("prints the textbook's numbers in plain digits", async () => {
    const { code, stdout } = await convene("explain textbook");
    expect(code).toBe(0);
    for (const number of ["86400", "675", "9600", "10275", "11.9 %"]) expect(stdout).toContain(number);
  });

  it("writes them as JSON", async () => {
    const path = join(folder, "out.json");
    await convene(`explain textbook mobilenet-v1 --json ${path}`);
    const { workloads } = JSON.parse(readFileSync(path, "utf8"));
    expect(workloads).toMatchObject([
      { name: "textbook", separations: [{ standardProblem: "ic3_ih7_oc128_kh3" }] },
      { name: "mobilenet-v1" },
    ]);
  });
});

describe("verify", () => {
  it("holds the backends to the reference and to each other", async () => {
    const path = join(folder, "out.json");
    const { code, stdout } = await convene(`verify ic3_ih7_oc8_kh3 g4_ic8_ih6_oc8_kh3_ph1 --json ${path}`);
    expect(code).toBe(0);
    expect(stdout).toContain("first   float64 loops, 1 thread");
    expect(stdout).toMatch(/problems, agreement +first ~ second +2 +0 /);
    expect(stdout).toContain("agreed: first and second on 10 cases");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      command: "verify",
      cases: 10,
      failed: 0,
      interrupted: false,
      seed: 1,
    });
  });

  it("exits 1 where a backend is wrong, and says how to see it again alone", async () => {
    const { code, stdout } = await convene("verify ic3_ih7_oc8_kh3 --backend first wrong --seed 7");
    expect(code).toBe(1);
    expect(stdout).toContain("1 of 200 elements are wrong");
    expect(stdout).toContain("again: pnpm convene verify ic3_ih7_oc8_kh3 --backend wrong --seed 7");
    expect(stdout).toContain("again: pnpm convene verify ic3_ih7_oc8_kh3 --backend first wrong --seed 7");
    expect(stdout).toContain("3 of 5 cases failed");
  });

  it("runs suites by name, with as many random problems as asked for", async () => {
    const { code, stdout } = await convene("verify --suite exact lifecycle --random 2 --backend first");
    expect(code).toBe(0);
    expect(stdout).toMatch(/exact +first +\d+ +0 /);
    expect(stdout).toMatch(/lifecycle +first +\d+ +0 /);
    expect(stdout).toContain("one backend: none to compare it with");
  });

  it("does not pass over a backend that was asked for and cannot run", async () => {
    const { code, stdout } = await convene("verify ic3_ih7_oc8_kh3 --backend first absent");
    expect(code).toBe(1);
    expect(stdout).toContain("absent  unavailable: there is no such thing here. Use first.");
    expect(stdout).toContain("agreed: first on 2 cases");
  });

  it("stops at Ctrl-C, with exit code 130 and what there is", async () => {
    const abort = new AbortController();
    abort.abort();
    const path = join(folder, "out.json");
    const { code, stderr } = await convene(`verify ic3_ih7_oc8_kh3 --json ${path}`, { abort });
    expect(code).toBe(130);
    expect(stderr).toBe("");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ interrupted: true, cases: 0 });
  });
});

describe("bench", () => {
  it("times each layer on each backend, and keeps every sample", async () => {
    const json = join(folder, "out.json");
    const markdown = join(folder, "out.md");
    const { code, stdout, stderr } = await convene(
      `bench ic3_ih7_oc8_kh3 g4_ic8_ih6_oc8_kh3_ph1_residual --time 5 --json ${json} --markdown ${markdown}`,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/ic3_ih7_oc8_kh3 +1 +first .* 1\.00 +reference/);
    expect(stdout).toContain("geometric mean");
    expect(stderr).toMatch(/^\[1\/2\] ic3_ih7_oc8_kh3: first [\d.]+ ms, second [\d.]+ ms\n\[2\/2\] /);
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report.environment).toMatchObject({ node: process.version, v8: process.versions.v8 });
    expect(report.workloads[0].layers).toHaveLength(2);
    for (const { figures } of report.workloads[0].layers) {
      expect(figures).toHaveLength(2);
      expect(figures[0].samples.length).toBe(figures[1].samples.length);
      expect(figures[0].samples.length).toBeGreaterThanOrEqual(3);
    }
    expect(readFileSync(markdown, "utf8")).toContain("| ic3_ih7_oc8_kh3 | 1 | first |");
  });

  it("goes on where a backend fails, and exits 1", async () => {
    const half: BackendTable = {
      first: TABLE["first"]!,
      half: entry(async () => {
        const right = await referenceBackend();
        return {
          ...right,
          prepareConv2d: async (problem, ...rest) => {
            if (problem.g > 1) throw new Error("no groups here");
            return right.prepareConv2d(problem, ...rest);
          },
        };
      }),
    };
    const { code, stdout } = await convene("bench ic3_ih7_oc8_kh3 g4_ic8_ih6_oc8_kh3_ph1 --time 2", { table: half });
    expect(code).toBe(1);
    expect(stdout).toContain("failed half g4_ic8_ih6_oc8_kh3_ph1: no groups here");
    expect(stdout).toMatch(/half +[\d.]+ +\d+ % .* reference/);
  });

  it("stops at Ctrl-C between two samples, and gives what it has", async () => {
    const abort = new AbortController();
    const json = join(folder, "out.json");
    const table: BackendTable = {
      first: entry(async () => {
        const right = await referenceBackend();
        return {
          ...right,
          prepareConv2d: async (problem, ...rest) => {
            if (problem.g > 1) abort.abort();
            return right.prepareConv2d(problem, ...rest);
          },
        };
      }),
    };
    const { code, stdout } = await convene(`bench ic3_ih7_oc8_kh3 g4_ic8_ih6_oc8_kh3_ph1 --time 2 --json ${json}`, {
      table,
      abort,
    });
    expect(code).toBe(130);
    expect(stdout).toContain("1 of 2 distinct layers, then interrupted");
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report.interrupted).toBe(true);
    expect(report.workloads[0].layers).toHaveLength(1);
  });
});

describe("start", () => {
  // The reference alone computes MobileNet V1's layers twice.
  it("does not time what is wrong", { timeout: 120_000 }, async () => {
    const { code, stdout } = await convene("start", { table: { wrong: entry(wrongBackend) } });
    expect(code).toBe(1);
    expect(stdout).toContain("Not timed");
    expect(stdout).not.toContain("GFLOP/s");
  });
});

/** Whole command lines, with the reference in place of the real backends. */

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { referenceBackend, type SuiteName } from "@convene/conformance";
import {
  type Backend,
  BackendUnavailableError,
  Conv2d,
  type Conv2dPlan,
  ConveneError,
  network,
  tensor,
} from "@convene/core";
import { defineBackend } from "@convene/core/backend";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BackendTable } from "../engine/backends.js";
import { bench } from "./commands/bench.js";
import { start } from "./commands/start.js";
import { main } from "./main.js";
import type { Roofline } from "../engine/roofline/roofline.js";
import { type CommandLineOptions, runCommandLine, world } from "./testing/command-line.js";
import { networkLayers, type Workload } from "../engine/workloads/workload.js";

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

/** The reference as far off as a transform may be, and a direct plan may not; its plans say `arithmetic`. */
const roundingBackend = (arithmetic: Conv2dPlan["arithmetic"]) => async (): Promise<Backend> => {
  const right = await referenceBackend();
  return {
    ...right,
    prepareConv2d: async (...args) =>
      Object.create(await right.prepareConv2d(...args), { arithmetic: { value: arithmetic } }) as Conv2dPlan,
    read: async (...args) => {
      const result = await right.read(...args);
      result.data[result.data.length - 1]! += 1e-3;
      return result;
    },
  };
};

const entry = (open: () => Promise<Backend>, standard = true) => ({ about: "for tests", standard, open });
const TABLE: BackendTable = {
  first: entry(referenceBackend),
  second: entry(referenceBackend),
  wrong: entry(wrongBackend, false),
  transforming: entry(roundingBackend("transformed"), false),
  hiding: entry(roundingBackend("direct"), false),
  absent: entry(async () => {
    throw new BackendUnavailableError("absent", "there is no such thing here", "Use first.");
  }, false),
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convene-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const convene = (line: string, { table = TABLE, ...rest }: Partial<CommandLineOptions> = {}) =>
  runCommandLine(line, { table, ...rest });

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("bad input", () => {
  it.each([
    ["bnech", /unknown command 'bnech' \(Did you mean bench\?\)/],
    ["frobnicate", /unknown command 'frobnicate'; see .*--help/],
    ["bench --frobnicate", /unknown option '--frobnicate'; see .*--help/],
    [
      "run --backend first model.onnx",
      /missing required argument 'model\.onnx'; write it before options such as --backend/,
    ],
    ["bench --bakend first", /unknown option '--bakend' \(Did you mean --backend\?\)/],
    ["bench mobilnet-v1", /did you mean "mobilenet-v1"\?/],
    ["bench textbook --backend frist", /unknown backend "frist"; did you mean "first"\?/],
    ["bench textbook --backend ./missing.js", /there is no file .\/missing.js in /],
    ["bench textbook --time 0", /must be an integer from 1/],
    ["bench textbook --time 1e3", /must be an integer from 1/],
    ["bench --backend first textbook", /"textbook" is no backend: put workloads and problems before --backend/],
    ["bench --backend first ic3_ih7_oc8_kh3", /"ic3_ih7_oc8_kh3" is no backend: put workloads/],
    ["verify --suite exact textbook", /"textbook" is no suite: put workloads and problems before --suite/],
    ["verify --suite exact --case nosuch", /no case of exact has "nosuch" in its name/],
    ["verify textbook --case ic3", /--case .* suites/],
    ["bench textbook --json same.json --markdown ./same.json", /--json and --markdown would write to the same file/],
    ["bench textbook --json /", /cannot write to \/ \(it is a folder\)/],
    ["bench textbook --markdown /missing/x", /cannot write to \/missing\/x/],
    ["verify textbook --json missing/x.json", /cannot write to missing\/x.json/],
    ["start --json missing/x.json", /cannot write to missing\/x.json/],
    ["bench textbook --backend first?threads", /"threads" must be an option and its value/],
    ["bench textbook --limit 0", /must be an integer from 1/],
    ["bench textbook --html a --csv ./a", /--csv and --html would write to the same file/],
    ["compare a.json b.json --threshold x", /must be a number from 0/],
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
    // Nothing has been opened or measured.
    expect(stdout).toBe("");
  });
});

describe("files", () => {
  it.each(["start", "bench textbook", "verify textbook"])("%s: leaves no file if no backend can run", async (line) => {
    const { code } = await convene(`${line} --json ${join(folder, "out.json")}`, {
      table: { absent: { ...TABLE["absent"]!, standard: true } },
    });
    expect(code).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves no first file if the second file is refused", async () => {
    const { code } = await convene(`bench textbook --json ${join(folder, "a")} --markdown ${join(folder, "b", "c")}`);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("backends that fail", () => {
  const failing = (change: Partial<Backend>): BackendTable => ({
    odd: entry(async () => ({ ...(await referenceBackend()), ...change })),
  });
  it.each<[string, BackendTable, RegExp]>([
    [
      "to start",
      {
        odd: entry(async () => {
          throw new Error("no\nluck");
        }),
      },
      /^convene: backend "odd" fails to start: no luck\n$/,
    ],
    [
      "to be disposed",
      failing({
        dispose: async () => {
          throw new Error("stuck");
        },
      }),
      /convene: backend "odd" fails to dispose: stuck\n$/,
    ],
  ])("%s: one line, exit code 1", async (_, table, message) => {
    const { code, stderr } = await convene("bench ic3_ih7_oc8_kh3 --time 1", { table });
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.match(/convene:/g)).toHaveLength(1);
  });

  it("recognises an unavailable backend by the error's code, also from another copy of core", async () => {
    const foreign = Object.assign(new Error("x"), {
      code: "ERR_BACKEND_UNAVAILABLE",
      reason: "no device",
      remedy: "Get one.",
    });
    const table = {
      first: TABLE["first"]!,
      odd: entry(async () => {
        throw foreign;
      }),
    };
    const { code, stdout } = await convene("bench ic3_ih7_oc8_kh3 --time 1", { table });
    expect(code).toBe(0);
    expect(stdout).toContain("odd    unavailable: no device. Get one.");
  });
});

describe("a backend from a module", () => {
  it.each([
    [
      "mine",
      "export default async () => { throw new Error('made by mine'); };",
      /backend "mine" fails to start: made by mine/,
    ],
    ["mine", "throw new TypeError('no luck');", /mine cannot be loaded: TypeError: no luck \(file:.*main\.js:1:7\)/],
    [
      "mine",
      "export default () => 'a backend, honestly';",
      /the factory of backend "mine" gives string, not a backend/,
    ],
  ])(
    "is searched for from the working folder, and a fault of the module is told in one line: %s: %s",
    async (name, source, message) => {
      const own = join(folder, "node_modules", name);
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, "package.json"), JSON.stringify({ name, type: "module", exports: "./main.js" }));
      writeFileSync(join(own, "main.js"), source);
      const { code, stderr } = await convene(`verify ic3_ih7_oc8_kh3 --backend ${name}`, { cwd: folder });
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    },
  );
});

describe("help", () => {
  it.each(["", "--help", "bench --help", "verify --help"])("%s: usage and examples, exit code 0", async (line) => {
    const { code, stdout, stderr } = await convene(line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: convene/);
    expect(stdout).toContain("Examples:\n  npm run convene -- ");
    expect(stderr).toBe("");
  });

  it.each(["", "bench --help", "verify --help", "explain --help", "start --help"])(
    "%s: fits in 80 columns",
    async (line) => {
      expect(widest((await convene(line, { columns: 80 })).stdout)).toBeLessThanOrEqual(80);
    },
  );

  it("says what the command start does", async () => {
    expect((await convene("start --help")).stdout).toMatch(/If they\s+agree, times it/);
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
  it("checks a transformed plan by rule 3, also on integers and against others, and a plan that hides its transform by rules 1 and 2", async () => {
    const right = await convene("verify ic3_ih7_oc8_kh3 --backend first transforming");
    expect([right.code, right.stdout]).toEqual([0, expect.stringContaining("agreed: first and transforming")]);
    const hiding = await convene("verify ic3_ih7_oc8_kh3 --backend first hiding");
    expect([hiding.code, hiding.stdout]).toEqual([1, expect.stringContaining("failed problems, exact, hiding")]);
  });

  it("fails a transformed plan for which there is no rule", async () => {
    const { code, stdout } = await convene("verify ic3_ih7_oc8_kh1 --backend first transforming");
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("rule 3 is stated for 3x3 kernels of stride 1 only");
  });

  it("compares the backends with the reference and with each other", async () => {
    const path = join(folder, "out.json");
    const { code, stdout } = await convene(`verify ic3_ih7_oc8_kh3 g4_ic8_ih6_oc8_kh3_ph1 --json ${path}`);
    expect(code).toBe(0);
    expect(stdout).toContain("first   float64 loops, 1 thread");
    expect(stdout).toMatch(/problems, agreement +first ~ second +2 +0 /);
    expect(stdout).toContain("agreed: first and second on 10 cases, with the float64 reference and with each other");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      command: "verify",
      cases: 10,
      failed: 0,
      interrupted: false,
      seed: 1,
    });
  });

  it("exits 1 if a backend is wrong, and prints a command that runs the case alone", async () => {
    const { code, stdout } = await convene("verify ic3_ih7_oc8_kh3 --backend first wrong --seed 7");
    expect(code).toBe(1);
    expect(stdout).toContain("1 of 200 elements are wrong");
    expect(stdout).toContain("run alone    npm run convene -- verify ic3_ih7_oc8_kh3 --backend wrong --seed 7");
    expect(stdout).toContain("run alone    npm run convene -- verify ic3_ih7_oc8_kh3 --backend first wrong --seed 7");
    expect(stdout).toContain("3 of 5 cases failed");
  });

  it("runs suites by name, with as many random problems as asked for", async () => {
    const { code, stdout } = await convene("verify --suite exact lifecycle --random 2 --backend first");
    expect(code).toBe(0);
    expect(stdout).toMatch(/exact +first +\d+ +0 /);
    expect(stdout).toMatch(/lifecycle +first +\d+ +0 /);
    expect(stdout).toContain("one backend: none to compare it with");
  });

  it("fails if a requested backend cannot run", async () => {
    const { code, stdout } = await convene("verify ic3_ih7_oc8_kh3 --backend first absent");
    expect(code).toBe(1);
    expect(stdout).toContain("absent  unavailable: there is no such thing here. Use first.");
    expect(stdout).toContain("agreed: first on 2 cases");
  });

  it("names PyTorch as the source of the goldens", async () => {
    const { code, stdout } = await convene("verify --suite goldens --backend first second");
    expect(code).toBe(0);
    expect(stdout).toMatch(/agreed: first and second on \d+ cases, with PyTorch's results\n/);
  });

  it("runs a failed case again by its name", async () => {
    const { stdout } = await convene("verify --suite lifecycle --backend wrong");
    const again =
      /run alone {4}npm run convene -- (verify --suite lifecycle --case "([^"]*)" --backend wrong --seed 1)/;
    const [, , name] = again.exec(stdout)!;
    const { io, stdout: alone } = world(new AbortController(), undefined);
    expect(await main(["verify", "--suite", "lifecycle", "--case", name!, "--backend", "wrong"], io, TABLE)).toBe(1);
    expect(alone.text()).toContain("1 of 1 case failed");
  });

  it("skips cases that a backend declares unsupported, and does not count them as agreement", async () => {
    const table: BackendTable = {
      limited: entry(async () => ({
        ...(await referenceBackend()),
        prepareConv2d: async () => {
          throw new ConveneError("ERR_UNSUPPORTED", "not done yet");
        },
      })),
    };
    const { code, stdout } = await convene("verify ic3_ih7_oc8_kh3", { table });
    expect(code).toBe(1);
    expect(stdout).toContain(
      "skipped 2 cases: not done yet (problems, exact, limited ic3_ih7_oc8_kh3; problems, bounded, limited",
    );
    expect(stdout).toMatch(/problems, bounded +limited +0 +0 +0 +1 +- /);
    expect(stdout).toContain("nothing is known: no case passed that can be trusted");
    expect(stdout).not.toContain("agreed");
  });

  it("fits in 80 columns, except for commands, which users copy", async () => {
    const { stdout } = await convene("verify ic3_ih7_oc8_kh3 --backend first wrong absent", { columns: 80 });
    const lines = stdout.split("\n").filter((line) => !line.includes("run alone"));
    expect(widest(lines.join("\n"))).toBeLessThanOrEqual(80);
  });

  it("reports at Ctrl-C the failures so far", async () => {
    const abort = new AbortController();
    let runs = 0;
    const table: BackendTable = {
      wrong: entry(async () => {
        const wrong = await wrongBackend();
        return {
          ...wrong,
          prepareConv2d: async (...args) => {
            if (++runs === 3) abort.abort();
            return wrong.prepareConv2d(...args);
          },
        };
      }),
    };
    const path = join(folder, "out.json");
    const { code, stdout } = await convene(`verify --json ${path}`, { table, abort });
    expect(code).toBe(130);
    expect(stdout).toContain("elements are wrong");
    expect(stdout).toMatch(/\d+ of \d+ cases? failed, then interrupted/);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ interrupted: true });
    expect(JSON.parse(readFileSync(path, "utf8")).failed).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  it("stops at Ctrl-C with exit code 130, and prints the results so far", async () => {
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
    expect(stdout).toMatch(/second +0\.\d+ +0\n/);
    // Which of the sentences it is depends on the noise of the machine. winner.test.ts has each of them.
    expect(stdout).toMatch(/problems, all layers: .*(times as fast as|equally fast|cannot be told apart).*\.\n$/);
    expect(stdout).toContain("geometric mean");
    expect(stderr).toMatch(/^verifying 2 problems, then timing; about \d+ s left\n/);
    expect(stderr).toMatch(/\n\[1\/2\] ic3_ih7_oc8_kh3: first [\d.]+\?? ms, second [\d.]+\?? ms\n\[2\/2\] /);
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report.environment).toMatchObject({ runtime: `Node ${process.version}`, clockStep: expect.any(Number) });
    expect(report).toMatchObject({ format: "convene-comparison", version: 1, outcome: "complete" });
    expect(report.workloads[0].layers).toHaveLength(2);
    for (const { figures } of report.workloads[0].layers) {
      expect(figures).toHaveLength(2);
      expect(figures[0].samples.length).toBe(figures[1].samples.length);
      expect(figures[0].samples.length).toBeGreaterThanOrEqual(3);
    }
    expect(readFileSync(markdown, "utf8")).toContain("| ic3_ih7_oc8_kh3 | 1 | first |");
  });

  it("continues after a backend fails, and exits 1", async () => {
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
    expect(stdout).toMatch(/half +[\d.]+\?? +\d+ % .* reference/);
  });

  it("stops at Ctrl-C between two samples, and prints the results so far", async () => {
    const abort = new AbortController();
    const json = join(folder, "out.json");
    const table: BackendTable = {
      first: entry(async () => {
        const right = await referenceBackend();
        let prepared = 0;
        return {
          ...right,
          prepareConv2d: async (problem, ...rest) => {
            // Twice to verify it, and then to time it.
            if (problem.g > 1 && ++prepared === 3) abort.abort();
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
    expect(report.outcome).toBe("stopped");
    expect(report.workloads[0].layers).toHaveLength(1);
  });
});

describe("bench of a backend that is wrong", () => {
  it("names the wrong layer, does not time it, and exits 1", async () => {
    const html = join(folder, "out.html");
    const { code, stdout } = await convene(
      `bench ic3_ih7_oc8_kh3 --time 20 --backend first wrong second --html ${html}`,
    );
    expect(code).toBe(1);
    expect(stdout).toContain("wrong wrong ic3_ih7_oc8_kh3: 1 of 200 elements are wrong");
    expect(stdout).toContain("    ....+\n");
    expect(stdout).toMatch(/ +wrong +wrong\n/);
    expect(stdout).not.toMatch(/fast as wrong|wrong is/);
    expect(readFileSync(html, "utf8")).toContain("wrong is wrong on ic3_ih7_oc8_kh3: 1 of 200 elements are wrong");
  });

  it("times without a check if an option says so", async () => {
    const { code, stdout } = await convene("bench ic3_ih7_oc8_kh3 --time 2 --backend first wrong --no-verify");
    expect(code).toBe(0);
    expect(stdout).not.toContain("elements are wrong");
  });
});

describe("bench writes files", () => {
  it("as an HTML page that loads nothing, and as CSV", async () => {
    const [html, csv] = [join(folder, "out.html"), join(folder, "out.csv")];
    await convene(`bench ic3_ih7_oc8_kh3 --time 40 --html ${html} --csv ${csv}`);
    const page = readFileSync(html, "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("prefers-color-scheme:dark");
    expect(page).not.toMatch(/https?:|<script|url\(|undefined|NaN/);
    const [head, first, second] = readFileSync(csv, "utf8").split("\r\n");
    expect(head).toMatch(/^workload,layer,repeat,backend,median_ms,/);
    expect(first).toMatch(/^problems,ic3_ih7_oc8_kh3,1,first,[\d.]+,/);
    expect(second!.split(",")).toHaveLength(head!.split(",").length);
  });
});

describe("compare", () => {
  it("finds no difference between a run and itself, and finds layers that became slower than the threshold", async () => {
    const [before, after] = [join(folder, "before.json"), join(folder, "after.json")];
    await convene(`bench ic3_ih7_oc8_kh3 --time 40 --backend first --json ${before}`);
    const same = await convene(`compare ${before} ${before}`);
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining("none slower by more than 5 %")]);
    const report = JSON.parse(readFileSync(before, "utf8"));
    const [figure] = report.workloads[0].layers[0].figures;
    // No noise, so that it is known what must come out.
    figure.samples = Array(8).fill(1);
    writeFileSync(before, JSON.stringify(report));
    figure.samples = Array(8).fill(1.2);
    writeFileSync(after, JSON.stringify(report));
    const slower = await convene(`compare ${before} ${after}`);
    expect(slower.code).toBe(1);
    expect(slower.stdout).toMatch(/ic3_ih7_oc8_kh3 +first .* 1\.20 +1\.20 to 1\.20 +slower, past 5 %/);
    expect((await convene(`compare ${before} ${after} --threshold 25`)).code).toBe(0);
    expect((await convene(`compare ${after} ${before}`)).stdout).toContain("of 1 figure 1 faster, 0 slower, 0 equal");
  });

  it.each([
    ["is cut off", '{"format": "convene-comparison", "ver', /cut off or damaged/],
    [
      "has another version",
      '{"format": "convene-comparison", "version": 9}',
      /version 9 of their form, and this is for version 1/,
    ],
    ["is something else", '{"command": "verify"}', /no results of a comparison/],
    ["is not there", undefined, /x\.json: there is no such file/],
  ])("refuses a file that %s, in one line", async (_, text, message) => {
    const file = join(folder, "x.json");
    if (text !== undefined) writeFileSync(file, text);
    const { code, stderr, stdout } = await convene(`compare ${file} ${file}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
  });
});

describe("bench of a backend whose sync does not wait", () => {
  it("has no figure for this backend, and says why", async () => {
    const table: BackendTable = {
      first: TABLE["first"]!,
      early: entry(async () => {
        const right = await referenceBackend();
        // Runs are done when something is read.
        const queue: (() => void)[] = [];
        return {
          ...right,
          prepareConv2d: async (...args) => {
            const plan = await right.prepareConv2d(...args);
            return { ...plan, dispose: plan.dispose, run: (...tensors) => void queue.push(() => plan.run(...tensors)) };
          },
          read: async (...args) => {
            const waiting = queue.splice(0);
            for (const run of waiting) run();
            // Work that takes longer than other programs delay what is compared with it.
            if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 300));
            return right.read(...args);
          },
        };
      }),
    };
    const { code, stdout } = await convene("bench ic8_ih16_oc8_kh3 --time 5", { table });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /failed early ic8_ih16_oc8_kh3: sync came back before the work was done: after \d+ runs? it took/,
    );
    expect(stdout).toMatch(/ic8_ih16_oc8_kh3 +1 +first /);
    expect(stdout).not.toMatch(/early +[\d.]+ +\d+ %/);
  });
});

describe("bench --roofline", () => {
  const roofline: Roofline = {
    peaks: { simd128: { operations: "fused", accumulators: 12, gflops: 40 } },
    loads: [{ level: "memory", bytes: 67108864, gigabytesPerSecond: 9 }],
  };
  /** The second says nothing of threads. */
  const table: BackendTable = {
    first: TABLE["first"]!,
    odd: entry(async () => ({ ...(await referenceBackend()), device: "a card" })),
  };

  it("writes the measured roofline, the limit of each layer, and each backend's share", async () => {
    const [json, markdown] = [join(folder, "out.json"), join(folder, "out.md")];
    const { io, stdout } = world(new AbortController(), undefined);
    const options = { time: 2, roofline: true, json, markdown };
    expect(await bench(["ic3_ih7_oc8_kh3"], options, io, table, async () => roofline)).toBe(0);
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report.roofline).toEqual(roofline);
    const [{ allowed, figures }] = report.workloads[0].layers;
    // 8 * 25 * 27 multiply-accumulates; 4 (147 + 216 + 8 + 200) bytes.
    expect(allowed).toEqual({
      milliseconds: 10_800 / 40e6,
      bound: "arithmetic",
      arithmetic: 10_800 / 40e6,
      loads: 2284 / 9e6,
      level: "memory",
    });
    expect(figures[0].share).toBeCloseTo(allowed.milliseconds / figures[0].median, 9);
    expect(figures[1]).not.toHaveProperty("share");
    for (const text of [stdout.text(), readFileSync(markdown, "utf8")]) {
      expect(text).toContain("roofline of one thread: 40.0 GFLOP/s with fused multiply-adds on 12 accumulators");
      expect(text).toMatch(/ratio[ |]+(95 %[ |]+)?roofline[ |]+bound by[ |]+algorithm/);
      expect(text).toContain("odd: no share, as the device does not say how many threads it has");
    }
  });

  it("says that an algorithm that transforms its operands can exceed 100 %", async () => {
    const json = join(folder, "out.json");
    const transforming: BackendTable = {
      first: TABLE["first"]!,
      winograd: entry(async () => {
        const right = await referenceBackend();
        return {
          ...right,
          prepareConv2d: async (...args) =>
            Object.assign(Object.create(await right.prepareConv2d(...args)), { arithmetic: "transformed" as const }),
        };
      }),
    };
    const { io, stdout } = world(new AbortController(), undefined);
    const options = { time: 2, roofline: true, json };
    expect(await bench(["ic3_ih7_oc8_kh3"], options, io, transforming, async () => roofline)).toBe(0);
    const [{ figures }] = JSON.parse(readFileSync(json, "utf8")).workloads[0].layers;
    expect(figures.map(({ transformed }: { transformed?: true }) => transformed)).toEqual([undefined, true]);
    expect(stdout.text()).toMatch(/^reference: a transformed convolution .* can pass 100 %$/m);
  });

  it("measures the machine it runs on", async () => {
    const json = join(folder, "out.json");
    const { code, stdout } = await convene(`bench ic3_ih7_oc8_kh3 --time 2 --backend first --roofline --json ${json}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^loads of one thread, GB\/s: L1 [\d.]+, L2 /m);
    expect(JSON.parse(readFileSync(json, "utf8")).roofline.peaks.simd128.gflops).toBeGreaterThan(1);
  });

  it("prints no roofline without --roofline", async () => {
    const json = join(folder, "out.json");
    const { stdout } = await convene(`bench ic3_ih7_oc8_kh3 --time 2 --json ${json}`);
    expect(stdout + readFileSync(json, "utf8")).not.toMatch(/roofline|allowed|share/);
  });

  it("stops at Ctrl-C while it measures the machine", async () => {
    const abort = new AbortController();
    const stopping: BackendTable = {
      first: entry(async () => {
        abort.abort();
        return referenceBackend();
      }),
    };
    const { code } = await convene("bench ic3_ih7_oc8_kh3 --roofline", { table: stopping, abort });
    expect(code).toBe(130);
  });
});

describe("an exception inside a backend", () => {
  /** What an author would look for: the line of this file that threw. */
  function deepInside(): never {
    throw new TypeError("no such kernel");
  }
  const throwing = (call: "prepareConv2d" | "run" | "sync"): BackendTable => ({
    first: TABLE["first"]!,
    broken: entry(async () => {
      const right = await referenceBackend();
      return defineBackend<{ data: Float32Array }>({
        name: "broken",
        device: "the reference, one fault",
        features: right.features,
        allocate: ([n, c, h, w]) => ({ data: new Float32Array(n * c * h * w) }),
        free: () => undefined,
        upload: ({ data }, target) => target.data.set(data),
        read: async ({ data }, shape, layout) => tensor(data.slice(), shape, { layout }),
        prepareConv2d: async () => {
          if (call === "prepareConv2d") deepInside();
          return {
            algorithm: "none",
            run: () => {
              if (call === "run") deepInside();
            },
            dispose: () => undefined,
          };
        },
        sync: async () => {
          if (call === "sync") deepInside();
        },
        dispose: async () => undefined,
      });
    }),
  });
  const told = (call: string): RegExp =>
    new RegExp(
      `broken: no such kernel\\n +thrown by +${call}\\n +cause +TypeError: no such kernel\\n +stack +at .*deepInside .*main\\.test\\.ts`,
    );
  const thrown = (call: string) => ({
    call,
    stack: expect.stringMatching(/caused by: TypeError: no such kernel\n +at .*deepInside/),
  });

  it.each([
    ["prepareConv2d", "prepareConv2d"],
    ["run", "plan.run"],
    ["sync", "sync"],
  ] as const)("is told by bench with the call and its own lines: %s", async (where, call) => {
    const json = join(folder, "out.json");
    // A sync that fails is not seen by reading results.
    const options = where === "sync" ? " --no-verify" : "";
    const line = `bench ic3_ih7_oc8_kh3 --time 2 --json ${json}${options}`;
    const { stdout } = await convene(line, { table: throwing(where) });
    expect(stdout).toMatch(told(call));
    const [{ layers }] = JSON.parse(readFileSync(json, "utf8")).workloads;
    expect(layers[0].failures).toEqual([
      { backend: "broken", kind: "threw", message: "broken: no such kernel", thrown: thrown(call) },
    ]);
  });

  it.each([
    ["of a workload", "verify ic3_ih7_oc8_kh3"],
    ["of a suite", "verify --suite exact --case ic3_ih11_oc4_kh2"],
  ])("is told by verify with the call and its own lines: %s", async (_, line) => {
    const json = join(folder, "out.json");
    const { stdout } = await convene(`${line} --json ${json} --backend broken`, { table: throwing("run") });
    expect(stdout).toMatch(told("plan\\.run"));
    const [{ failures }] = JSON.parse(readFileSync(json, "utf8")).results;
    expect(failures[0].thrown).toEqual(thrown("plan.run"));
  });
});

describe("bench of a backend that fails during the measurement", () => {
  it("records the failure, and continues", async () => {
    const json = join(folder, "out.json");
    const table: BackendTable = {
      first: TABLE["first"]!,
      tired: entry(async () => {
        const right = await referenceBackend();
        let syncs = 0;
        return {
          ...right,
          sync: async () => {
            if (++syncs > 3) throw new Error("out of luck");
            return right.sync();
          },
        };
      }),
    };
    const { code, stdout } = await convene(`bench ic3_ih7_oc8_kh3 ic8_ih7_oc8_kh1 --time 5 --json ${json}`, { table });
    expect(code).toBe(1);
    expect(stdout).toContain("failed tired ic3_ih7_oc8_kh3: out of luck");
    const [{ layers }] = JSON.parse(readFileSync(json, "utf8")).workloads;
    expect(layers).toHaveLength(2);
    for (const { figures, failures } of layers) {
      expect(figures.map(({ backend }: { backend: string }) => backend)).toEqual(["first"]);
      expect(failures).toEqual([
        {
          backend: "tired",
          kind: "threw",
          message: "out of luck",
          thrown: { call: "sync", stack: expect.stringContaining("out of luck") },
        },
      ]);
    }
  });
});

/** Two layers, in a moment. */
function tiny(): Workload {
  const inputShape = [1, 3, 8, 8] as const;
  const whole = network(
    { name: "one", conv: new Conv2d({ inChannels: 3, outChannels: 4, kernelSize: 3 }, { seed: 1 }) },
    { name: "two", conv: new Conv2d({ inChannels: 4, outChannels: 4, kernelSize: 1 }, { seed: 2 }) },
  );
  return {
    name: "tiny",
    about: "two layers",
    layers: networkLayers(whole, inputShape),
    chain: { network: whole, inputShapes: { input: inputShape } },
  };
}

describe("start", () => {
  /** All suites where none are named, as in the command. */
  async function run(table: BackendTable, columns?: number, suites?: readonly SuiteName[], models = folder) {
    const json = join(folder, "out.json");
    const { io, stdout } = world(new AbortController(), columns);
    const code = await start({ time: 2, json }, io, table, tiny(), suites, models, 1e9);
    return { code, stdout: stdout.text(), report: JSON.parse(readFileSync(json, "utf8")) };
  }

  it("verifies, times, and prints the next commands", async () => {
    const { code, stdout, report } = await run({ first: TABLE["first"]! }, undefined, ["exact", "goldens", "errors"]);
    expect(code).toBe(0);
    expect(stdout).toContain("verify: the suites exact, goldens and errors on each backend");
    expect(stdout).toMatch(/about a minute, 90 s at most/);
    expect(stdout).toMatch(/Left out: cpu:js, and the suites .*bounded/);
    expect(stdout).toMatch(/agreed: first on [\d,]+ cases, with the float64 reference and with PyTorch's results/);
    expect(stdout).toMatch(/end to end, model.run +first +[\d.]+/);
    expect(stdout).toMatch(
      /verified {2}2 layers at real size and [\d,]+ cases of suites on first \(float64 loops, 1 thread\): none failed\n/,
    );
    expect(stdout).toMatch(/timed {5}tiny, end to end: first [\d.]+ ms\n/);
    expect(stdout).toMatch(/network {3}no trained network is here: npm run models fetches three of them/);
    expect(stdout).toMatch(/next {6}npm run convene -- explain textbook, npm run convene -- bench resnext50, /);
    expect(report).toMatchObject({
      command: "start",
      verify: { agreed: true, failed: 0 },
      bench: { outcome: "complete", workloads: [{ name: "tiny", complete: true }] },
    });
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  it("ends with a trained network if its file exists, and fails if the network's result is wrong", async () => {
    const models = mkdtempSync(join(tmpdir(), "convene-models-"));
    const file = fileURLToPath(
      new URL("../../../../packages/onnx/test-files/torch/resnet-basic.onnx", import.meta.url),
    );
    copyFileSync(file, join(models, "face_detection_front_128x128_barracuda.onnx"));
    const right = await run({ first: TABLE["first"]! }, undefined, ["lifecycle"], models);
    expect(right.code).toBe(0);
    expect(right.stdout).toMatch(
      /network {3}face_detection\w+\.onnx, \d+ layers right with their own weights on each backend; end to end: first [\d.]+ ms/,
    );
    rmSync(models, { recursive: true });
  });

  it("fits in 80 columns", async () => {
    const table = { "first-of-them": TABLE["first"]!, "second-of-them": TABLE["first"]! };
    // The one with the longest name, and one that has ratios; a line more for each of the others.
    const { stdout } = await run(table, 80, ["non-finite", "goldens"]);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it("does not time a wrong backend", async () => {
    const { code, stdout, report } = await run({ wrong: entry(wrongBackend) }, undefined, ["errors"]);
    expect(code).toBe(1);
    expect(stdout).toContain("wrong wrong ic3_ih8_oc4_kh3: 1 of 144 elements are wrong");
    expect(stdout).toMatch(/none failed|wrong is wrong/);
    expect(report.bench.workloads[0].layers.flatMap(({ figures }: { figures: unknown[] }) => figures)).toEqual([]);
  });
});

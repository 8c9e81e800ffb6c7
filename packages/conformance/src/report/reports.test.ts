/** The forms of the report, on results that are difficult to print. */

import { describe, expect, test } from "vitest";
import { mismatchOf } from "../mismatch.js";
import { checkBounded, checkExact } from "../rules.js";
import { type ConformanceReport, runConformance } from "../run-conformance.js";
import { parseProblem } from "@convene/core";
import { referenceBackend } from "../reference-backend.js";
import { describeFailure } from "./describe-failure.js";
import { reportHtml } from "./html.js";
import { reportJson } from "./json.js";
import { reportJunit } from "./junit.js";
import { mismatchPicture } from "./mismatch-picture.js";
import { rerunCommand } from "./rerun-command.js";
import { reasonsFor, summarizeSuites } from "./summary.js";

/** Wrong elements in channel 2, in the last column of the first two rows. */
const MISMATCH = mismatchOf(
  [1, 4, 3, 5],
  checkExact(
    Array.from({ length: 60 }, (_, i) => (i === 34 || i === 39 ? 7 : 1)),
    Array.from({ length: 60 }, () => 1),
  ),
)!;

const INFINITE = mismatchOf(
  [1, 1, 1, 2],
  checkBounded([1, NaN], [1, 2], [1, Infinity], parseProblem("ic1_ih1_iw2_oc1_kh1")),
)!;

const REPORT: ConformanceReport = {
  backend: `a & "b"`,
  device: "<chip>\u0007 'x'",
  accuracy: "fast",
  seed: 1,
  counts: { passed: 1, failed: 2, untrusted: 1, skipped: 2 },
  worstRatio: Infinity,
  results: [
    { suite: "exact", name: "ic1_ih1_oc1_kh1", status: "passed", milliseconds: 1.25, algorithm: "direct" },
    {
      suite: "exact",
      name: "ic4_ih3",
      status: "failed",
      message: "wrong ]]> & <b>\nline two",
      mismatch: MISMATCH,
      milliseconds: 2,
    },
    { suite: "exact", name: "g2", status: "skipped", message: `no "groups"`, milliseconds: 0 },
    { suite: "bounded", name: "g2", status: "skipped", message: `no "groups"`, milliseconds: 0 },
    {
      suite: "bounded",
      name: "n1",
      status: "failed",
      message: "not finite",
      ratio: Infinity,
      mismatch: INFINITE,
      milliseconds: 3,
    },
    { suite: "bounded", name: "n2", status: "untrusted", message: "all zero", ratio: 0.5, milliseconds: 4 },
  ],
};
const DETAILS = { rerun: ({ name }: { name: string }) => `rerun '${name}'` };

describe("summary", () => {
  test("counts each suite", () => {
    expect(summarizeSuites(REPORT.results)).toEqual([
      {
        suite: "exact",
        cases: 3,
        counts: { passed: 1, failed: 1, untrusted: 0, skipped: 1 },
        worstRatio: undefined,
        milliseconds: 3.25,
      },
      {
        suite: "bounded",
        cases: 3,
        counts: { passed: 0, failed: 1, untrusted: 1, skipped: 1 },
        worstRatio: Infinity,
        milliseconds: 7,
      },
    ]);
  });

  test("groups cases with the same reason", () => {
    expect(reasonsFor("skipped", REPORT.results, ({ suite }) => suite)).toEqual([
      { reason: `no "groups"`, names: ["exact g2", "bounded g2"] },
    ]);
  });
});

test("a failure has the first wrong element, the number and places of wrong elements, and the command that repeats it", () => {
  expect(describeFailure(REPORT.results[1]!, "again")).toEqual([
    "wrong ]]> & <b>",
    "line two",
    "first wrong  [n 0, c 2, h 0, w 4]: got 7, expected 1, bound 0",
    "channels     ..+.",
    "plane        ....+",
    "             ....+",
    "             .....",
    "run alone    again",
  ]);
});

describe("a failure by an error", () => {
  const stack = [
    "Error: mine: no <kernel>",
    "    at Object.run (/app/node_modules/@convene/core/dist/index.js:1:2)",
    "caused by: TypeError: no <kernel>",
    "    at pack (/app/my-backend.js:12:11)",
    "    at node:internal/process/task_queues:95:5",
  ].join("\n");
  const result = {
    suite: "exact",
    name: "ic4_ih3",
    status: "failed",
    message: "ConveneError: mine: no <kernel>",
    milliseconds: 1,
    thrown: { call: "plan.run", stack },
  } as const;
  const report = { ...REPORT, results: [result] };

  test("has the call and the backend's own lines in text", () => {
    expect(describeFailure(result, "again")).toEqual([
      "ConveneError: mine: no <kernel>",
      "thrown by    plan.run",
      "cause        TypeError: no <kernel>",
      "stack        at pack (/app/my-backend.js:12:11)",
      "run alone    again",
    ]);
  });

  test("has the whole stack in JSON, JUnit and HTML", () => {
    expect(JSON.parse(reportJson(report)).results[0].thrown).toEqual({ call: "plan.run", stack });
    for (const text of [reportJunit(report), reportHtml(report)]) {
      expect(text).toContain("plan.run");
      for (const line of stack.replaceAll("<", "&lt;").replaceAll(">", "&gt;").split("\n"))
        expect(text).toContain(line);
    }
  });
});

describe("a failure that passes alone", () => {
  const [, wrong] = REPORT.results;
  const both = { ...wrong!, alone: "passes", after: `"it's"` } as const;
  const suite = { ...wrong!, alone: "passes" } as const;

  test("names the case that it needs, and the cases that its command runs", () => {
    expect(describeFailure(both, "again").slice(-2)).toEqual([
      `history      it passes alone on a new backend, so it depends on a case that ran before: it fails again after ""it's""`,
      "run both     again",
    ]);
    expect(describeFailure(suite, "again").slice(-2)).toEqual([
      "history      it passes alone on a new backend, so it depends on a case that ran before; none that was tried by itself brings it back, so the command runs the whole suite",
      "run suite    again",
    ]);
  });

  test("says so in every report", () => {
    const report = { ...REPORT, results: [both, suite] };
    const read = JSON.parse(reportJson(report));
    expect(read.results[0]).toMatchObject({ alone: "passes", after: `"it's"` });
    expect(read.results[1]).not.toHaveProperty("after");
    for (const text of [reportJunit(report, DETAILS), reportHtml(report, DETAILS)]) {
      expect(text).toContain("fails again after &quot;&quot;it&#39;s&quot;&quot;");
      expect(text).toContain("the command runs the whole suite");
      expect(text).toMatch(/run both/);
      expect(text).toMatch(/run suite/);
    }
  });
});

describe("JSON", () => {
  test("has strings for numbers that JSON cannot write", () => {
    const read = JSON.parse(reportJson(REPORT, DETAILS));
    expect(read).toMatchObject({ format: "convene-conformance", version: 1, worstRatio: "Infinity", planned: 6 });
    expect(read.results[4]).toMatchObject({ ratio: "Infinity", mismatch: { actual: "NaN", expected: 2 } });
    expect(read.results[1]).toMatchObject({ rerun: "rerun 'ic4_ih3'", mismatch: { plane: [...MISMATCH.plane] } });
    expect(read.results[0]).not.toHaveProperty("rerun");
    expect(JSON.stringify(read)).not.toContain("null");
  });

  test("says why a run is not complete", () => {
    expect(JSON.parse(reportJson(REPORT, { stopped: "interrupted", planned: 9 }))).toMatchObject({
      stopped: "interrupted",
      planned: 9,
    });
  });
});

describe("JUnit", () => {
  const xml = reportJunit(REPORT, { ...DETAILS, stopped: "interrupted" });

  test("is well formed for any names and messages", () => {
    const open: string[] = [];
    const closed: string[] = [];
    const rest = xml.replace(
      /<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|<\?xml[^?]*\?>/g,
      (_, close, name, __, empty) => {
        if (close) closed.push(`${open.pop()} by ${name}`);
        else if (name && !empty) open.push(name);
        return "";
      },
    );
    expect(open).toEqual([]);
    for (const pair of new Set(closed)) expect(pair).toMatch(/^(\S+) by \1$/);
    expect(rest).not.toMatch(/[<>]/);
    expect(xml.match(/&(?!(?:amp|lt|gt|quot|#\d+);)/)).toBe(null);
    // oxlint-disable-next-line no-control-regex -- XML cannot write control characters
    expect(xml).not.toMatch(/[\u0000-\u0008]/);
  });

  test("counts, and has the reason of each skip and the whole of each failure", () => {
    expect(xml).toContain(`tests="7" failures="2" errors="1" skipped="2"`);
    expect(xml).toContain(`<skipped message="no &quot;groups&quot;"/>`);
    expect(xml).toContain("[n 0, c 2, h 0, w 4]: got 7, expected 1, bound 0");
    expect(xml).toContain("rerun &#39;ic4_ih3&#39;");
    expect(xml).toContain(`<error message="interrupted"/>`);
    expect(xml).toContain("<system-out>untrusted: all zero</system-out>");
  });
});

describe("HTML", () => {
  const html = reportHtml(REPORT, { ...DETAILS, stopped: "interrupted", planned: 9 });

  test("is one file that loads and runs nothing", () => {
    expect(html).not.toMatch(/<script|<link|src=|url\(|@import|https?:/);
    expect(html).not.toContain("<chip>");
    expect(html).toContain("&lt;chip&gt;");
  });

  test("has the counts, the failures with their pictures and commands, and the reasons", () => {
    for (const part of [
      "2 of 6 cases failed",
      "interrupted",
      "rerun &#39;ic4_ih3&#39;",
      "no &quot;groups&quot;",
      "all zero",
    ])
      expect(html).toContain(part);
    expect(html.match(/<svg/g)!.length).toBe(3);
  });

  test("says that a right backend conforms", async () => {
    const report = await runConformance(referenceBackend, { suites: ["exact"], only: "ic1_ih1_oc1_kh1" });
    expect(reportHtml(report)).toContain("conforms");
    expect(reportHtml({ ...report, results: [] })).toContain("nothing ran");
  });
});

describe("the picture", () => {
  test("marks the wrong places with the number of wrong elements", () => {
    const svg = mismatchPicture(MISMATCH);
    expect(svg).toContain("row 0, column 4: 1 of 4 wrong");
    expect(svg).toContain("row 1, column 4: 1 of 4 wrong");
    expect(svg).not.toContain("row 2, column 4:");
    expect(svg).toContain("channel 2: 2 of 15 wrong");
    expect(svg).toContain("by channel: 1 of 4 have wrong elements");
  });

  test("of a large output is drawn in blocks, and stays small", () => {
    const shape = [2, 300, 130, 200] as const;
    const size = 2 * 300 * 130 * 200;
    const actual = new Float32Array(size);
    actual[size - 1] = 1;
    const svg = mismatchPicture(mismatchOf(shape, checkExact(actual, new Float32Array(size)))!);
    expect(svg).toContain("in blocks of 4 × 4");
    expect(svg).toContain("row 128-129, column 196-199: 1 of 4800 wrong");
    expect(svg).toContain("a bar is 5 channels");
    expect(svg.length).toBeLessThan(30_000);
  });
});

describe("the command that runs a case alone", () => {
  const failure = { suite: "networks", name: "it's: a shift & more" } as const;

  test("quotes words that a shell would split", () => {
    expect(rerunCommand({ module: "./my backend.js" }, failure)).toBe(
      String.raw`npx convene-conformance './my backend.js' --suite networks --case 'it'\''s: a shift & more'`,
    );
  });

  test("runs the case after the earlier case that it needs, or the suite as it ran", () => {
    const options = { module: "b", only: ["x", "y z"], selection: "quick", randomProblems: 3 } as const;
    expect(rerunCommand(options, { suite: "exact", name: "ic1" })).toBe(
      "npx convene-conformance b --suite exact --case ic1 --random 3",
    );
    expect(rerunCommand(options, { suite: "exact", name: "ic1", alone: "passes", after: "ic0, wide" })).toBe(
      "npx convene-conformance b --suite exact --case 'ic0, wide' --case ic1 --random 3",
    );
    expect(rerunCommand(options, { suite: "exact", name: "ic1", alone: "passes" })).toBe(
      "npx convene-conformance b --suite exact --case x --case 'y z' --quick --random 3",
    );
  });

  test("has all options that the case depends on, and no others", () => {
    const options = {
      module: "b",
      exportName: "f",
      factoryOptions: `{"a":1}`,
      accuracy: "strict",
      seed: 7,
      randomProblems: 5,
      limit: 500,
      noSkips: true,
    } as const;
    expect(rerunCommand(options, { suite: "exact", name: "ic1" })).toBe(
      `npx convene-conformance b --export f --options '{"a":1}' --suite exact --case ic1 --accuracy strict --seed 7 --random 5 --limit 0.5 --no-skips`,
    );
    expect(rerunCommand({ module: "b", seed: 1, accuracy: "fast" }, { suite: "exact", name: "ic1" })).toBe(
      "npx convene-conformance b --suite exact --case ic1",
    );
  });
});

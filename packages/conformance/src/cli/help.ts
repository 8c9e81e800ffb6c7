/** The text of `--help`. */

import { SUITE_NAMES } from "../suite-names.js";
import { wrap } from "../terminal/wrap.js";

const ABOUT =
  "Runs Convene's conformance suite on a backend, and says what is wrong with it. <module> is a file or a package whose default export is a function that makes the backend.";

const OPTIONS: Readonly<Record<string, readonly (readonly [option: string, text: string])[]>> = {
  "The backend": [
    ["--export <name>", "the factory is this export, not the default one"],
    ["--options <json>", "what to call the factory with"],
    ["--accuracy fast|strict", "what plans are prepared with (default: fast)"],
  ],
  "What runs": [
    ["--suite <name...>", `some suites only: ${SUITE_NAMES.join(", ")}`],
    [
      "--problem <text>",
      "only what is about this problem, a convolution or an operation; it need not be one of the suite's",
    ],
    ["--case <text>", "only the case of this name, or those whose name contains it; again for more cases"],
    ["--quick", "a third of the cases, which catch nearly every fault; without random problems and PyTorch's results"],
    ["--random <n>", "random problems in each of exact and bounded (default: 200, with --quick 0)"],
    ["--seed <n>", "seeds random problems and operands (default: 1)"],
    ["--limit <seconds>", "what a case may take (default: 20)"],
    ["--no-skips", "a case that would be skipped has failed"],
    ["--list", "print the cases and run none; needs no module"],
  ],
  Reports: [
    ["--json <file>", "every result, for programs"],
    ["--junit <file>", "for CI systems"],
    ["--html <file>", "one page, with pictures of where the wrong elements are"],
  ],
  Others: [
    ["-h, --help", "print this"],
    ["-V, --version", "print the version"],
  ],
};

const BEHAVIOUR =
  "The backend runs in a process of its own: one that hangs or crashes fails the case that it was in, and the next case gets a new process. Exit code: 0 all passed, 1 something failed, 2 a wrong command line, 130 Ctrl-C, which still prints and saves what there is.";

const EXAMPLES = [
  "./my-backend.js",
  `@convene/cpu --options '{"kernels":"js"}' --accuracy strict --no-skips`,
  "./my-backend.js --quick --html report.html",
  "./my-backend.js --suite exact bounded --seed 7",
  "./my-backend.js --problem g32_ic128_ih56_oc128_kh3_ph1",
  "./my-backend.js --problem maxPool2d_c64_ih112_kh3_sh2_pt1_pl1_pb1_pr1",
];

/** Columns of a line of help where no terminal says how wide it is. */
const WIDTH = 120;
/** The column of an option's text, and the least width of a terminal where text stays in it. */
const TEXT = 27;
const LEAST = 60;

/** The text in lines of at most `width` columns; examples, which are to be copied, are a line each. */
export function help(width: number = WIDTH): string {
  const indent = width < LEAST ? 4 : TEXT;
  return [
    "convene-conformance <module> [options]",
    "",
    ...wrap(ABOUT, width),
    ...Object.entries(OPTIONS).flatMap(([head, options]) => [
      "",
      head,
      ...options.flatMap(([option, text]) => wrap(`  ${option}`.padEnd(TEXT) + text, width, indent)),
    ]),
    "",
    ...wrap(BEHAVIOUR, width),
    "",
    "Examples",
    ...EXAMPLES.map((line) => `  npx convene-conformance ${line}`),
    "",
  ].join("\n");
}

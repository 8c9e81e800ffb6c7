/** The command line: names, options and help. Each command's work is in `commands/`. */

import { SUITE_NAMES } from "@convene/conformance";
import { complain, endWith, EXIT, wrap } from "@convene/conformance/terminal";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { command } from "./again.js";
import { BACKENDS, type BackendTable } from "../engine/backends.js";
import { DEFAULT_TIME } from "../engine/measure/default-time.js";
import { bench, type BenchOptions } from "./commands/bench.js";
import { compareFiles, type CompareOptions, DEFAULT_THRESHOLD } from "./commands/compare.js";
import { explain, type ExplainOptions } from "./commands/explain.js";
import { run, type RunOptions } from "./commands/run.js";
import { start, type StartOptions } from "./commands/start.js";
import { verify, type VerifyOptions } from "./commands/verify.js";
import { FITS } from "./files/read-image.js";
import type { Io } from "./io.js";
import { VERSION } from "./version.js";
import { WORKLOADS } from "../engine/workloads/index.js";

const PROGRAM = "convene";

/**
 * Runs one command line, without the program's name, and gives its exit code.
 *
 * @param table the backends that can be named; replaced in tests
 */
export async function main(argv: readonly string[], io: Io, table: BackendTable = BACKENDS): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram(io, table, (result) => {
    code = result;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && !io.signal.aborted) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return endWith(error, PROGRAM, io);
  }
}

function createProgram(io: Io, table: BackendTable, done: (code: number) => void): Command {
  const program = new Command(PROGRAM)
    .description("Grouped 2-D convolution on backends that agree: whether they do, how fast they are, and why.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .helpCommand("help [command]", "print help for a command")
    .configureHelp({ showGlobalOptions: false, subcommandTerm: (subcommand) => subcommand.name() })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.columns ?? 100,
      // The message and the suggestion become one line.
      outputError: (text) =>
        complain(
          io,
          PROGRAM,
          withRemedy(
            text
              .replace(/^error: /, "")
              .trim()
              .replace(/\.?\s*\n\s*/g, " "),
          ),
        ),
    })
    .exitOverride();

  program
    .command("run")
    .summary("a network from an ONNX file, on a picture")
    .description(
      "Runs a network on a picture (PNG, JPEG, WebP, GIF, TIFF) or on .npy files, and prints what comes out and how long it takes.\n" +
        "Pictures are cropped and scaled as ImageNet's are, unless the options say otherwise. Without a picture: random numbers.",
    )
    .argument("<model.onnx>", "the network")
    .argument("[file...]", "a picture or .npy file, or name=file for each input")
    .usage("<model.onnx> [file...] [options]")
    .option("-b, --backend <name...>", "backends (default: cpu)")
    .option("-o, --output <file.npy>", "write the outputs of the first backend")
    .option(
      "--top <count>",
      "print so many of the largest values (default: 5, of outputs that look like scores)",
      integer(1, 1e6),
    )
    .option("--labels <file>", "names of the classes, one a line")
    .option("--profile", "where the time goes: by kind of layer, and the slowest layers")
    .option("--strict", "no algorithm that transforms its operands, such as Winograd's")
    .option("--shape <nxcxhxw...>", "sizes that the file leaves open: 1x3x224x224, or name=1x3x224x224")
    .option("--until <value...>", "values of the file at which the network ends")
    .addOption(
      new Option("--fit <how>", "how a picture gets the input's size: the middle, all of it, or all of it with bars")
        .choices([...FITS])
        .default("crop"),
    )
    .option(
      "--mean <numbers>",
      "subtracted from values in [0, 1]: one number, or one a channel (default: ImageNet's)",
      numbers(false),
    )
    .option("--std <numbers>", "what the difference is divided by (default: ImageNet's)", numbers(true))
    .option("--bgr", "blue before red")
    .addHelpText(
      "after",
      examples([
        "run mobilenet_v2.onnx cat.jpg --labels imagenet.txt",
        "run face-detection.onnx me.jpg --fit pad --mean 0.5 --std 0.5",
        "run model.onnx image=photo.png mask=mask.npy --output result.npy",
        "run model.onnx --shape 1x3x48x192 --profile",
      ]),
    )
    .action(async (path: string, files: string[], options: RunOptions) =>
      done(await run(path, files, options, io, table)),
    );

  program
    .command("verify")
    .summary("whether the backends are right, and agree")
    .description(
      "Holds each backend to the float64 reference and to PyTorch's results, and the backends to each other.\n" +
        "Without names: all suites, and random problems. With names: those layers at their real size, and nothing else.",
    )
    .argument("[workload|problem...]", "workloads, .json or .onnx files or problems")
    // The workloads stand before the options, because an option that takes several names would take the workloads too.
    .usage("[workload|problem...] [options]")
    .option("-b, --backend <name...>", "backends, or files or packages with one (default: all that can run here)")
    .option("-s, --suite <name...>", `suites: ${SUITE_NAMES.join(", ")}`)
    .option("-c, --case <text>", "of the suites, only cases with this in their name")
    .option("--seed <integer>", "seeds random problems and operands (default: 1)", integer(0, 2 ** 32 - 1))
    .option(
      "--random <count>",
      "random problems in each suite, and for comparing backends (default: 200 and 48)",
      integer(0, 1e6),
    )
    .option("--shape <nxcxhxw...>", "sizes that an ONNX file leaves open: 1x3x224x224, or name=1x3x224x224")
    .option("--until <value...>", "values of an ONNX file at which its network ends")
    .option("--json <file>", "write every count and failure")
    .addHelpText(
      "after",
      examples([
        "verify",
        "verify mobilenet-v2 --backend cpu",
        "verify g32_ic128_ih56_oc128_kh3_ph1",
        "verify --suite goldens --backend cpu cpu:js",
      ]),
    )
    .action(async (targets: string[], options: VerifyOptions) => done(await verify(targets, options, io, table)));

  program
    .command("bench")
    .summary("how fast each backend runs each layer")
    .description(
      "Holds each backend to the float64 reference and to the others, then times each distinct layer on each of them, in turn, " +
        "with tensors on the device; then the whole network. What is wrong is not timed. Ratios are to the first backend.\n" +
        "Without names: mobilenet-v1.",
    )
    .argument("[workload|problem...]", "workloads, .json or .onnx files or problems")
    // The workloads stand before the options, because an option that takes several names would take the workloads too.
    .usage("[workload|problem...] [options]")
    .option(
      "-b, --backend <name...>",
      "backends, or files or packages with one; the first is the baseline (default: all that can run here)",
    )
    .option(
      "-t, --time <ms>",
      `the most milliseconds for each layer and backend (default: ${DEFAULT_TIME})`,
      integer(1, 1e6),
    )
    .option(
      "--limit <seconds>",
      "the most seconds for the whole; what is not measured by then is left out",
      integer(1, 1e6),
    )
    .option("--no-verify", "time without having checked whether the backends are right")
    .option("--roofline", "measure what this machine allows at most, and show each figure's share of that")
    .option("--shape <nxcxhxw...>", "sizes that an ONNX file leaves open: 1x3x224x224, or name=1x3x224x224")
    .option("--until <value...>", "values of an ONNX file at which its network ends")
    .option("--json <file>", "write everything, raw samples included; compare reads it")
    .option("--csv <file>", "write a line for each figure, for a spreadsheet")
    .option("--html <file>", "write a page that needs nothing else")
    .option("--markdown <file>", "write the tables as Markdown")
    .addHelpText(
      "after",
      examples([
        "bench",
        "bench resnext50 --backend cpu",
        "bench ic64_ih56_oc64_kh3_ph1 --time 2000",
        "bench yardstick --backend cpu --roofline",
        "bench net.json --json results.json --html results.html",
        "bench yardstick --backend cpu worker-threads?threads=2",
        "bench yardstick --backend cpu ./my-backend.js",
        "bench model.onnx --shape 1x3x224x224",
      ]),
    )
    .action(async (targets: string[], options: BenchOptions) => done(await bench(targets, options, io, table)));

  program
    .command("compare")
    .summary("what became faster or slower between two runs of bench")
    .description(
      "Reads two files that bench (or the page) has written, and says of each layer on each backend how its time has changed, " +
        "with an interval. Exits with 1 where something is slower by more than the threshold, even at the interval's better " +
        "end, or has no figure any more.",
    )
    .argument("<before.json>", "results of --json")
    .argument("<after.json>", "results of --json")
    .usage("<before.json> <after.json> [options]")
    .option("--threshold <percent>", `percent that a time may grow by (default: ${DEFAULT_THRESHOLD})`, percent)
    .addHelpText("after", examples(["compare before.json after.json", "compare before.json after.json --threshold 10"]))
    .action(async (before: string, after: string, options: CompareOptions) =>
      done(await compareFiles(before, after, options, io)),
    );

  program
    .command("explain")
    .summary("what a layer or a network costs")
    .description(
      "Multiply-accumulates, parameters and bytes of each layer, and what other kinds of convolution would cost in its place.\nWithout names: textbook.",
    )
    .argument("[workload|problem...]", "workloads, .json or .onnx files or problems")
    // The workloads stand before the options, because an option that takes several names would take the workloads too.
    .usage("[workload|problem...] [options]")
    .option("--shape <nxcxhxw...>", "sizes that an ONNX file leaves open: 1x3x224x224, or name=1x3x224x224")
    .option("--until <value...>", "values of an ONNX file at which its network ends")
    .option("--json <file>", "write every number")
    .addHelpText("after", examples(["explain textbook", "explain mobilenet-v1", "explain ic64_ih56_oc64_kh3_ph1"]))
    .action(async (targets: string[], options: ExplainOptions) => done(await explain(targets, options, io)));

  program
    .command("start")
    .summary("check and time mobilenet-v1, then suites: what npm start does")
    .description(
      "Holds the backends to the reference and to each other, on MobileNet V1 at its real size. If they agree, times it layer by layer and as a whole; then runs suites. In 90 s at most, unless the whole is asked for. This is what npm start does.",
    )
    .option(
      "-t, --time <ms>",
      `the most milliseconds for each layer and backend (default: ${DEFAULT_TIME})`,
      integer(1, 1e6),
    )
    .option("--whole", "all suites on all backends, in as many minutes as that takes")
    .option("--json <file>", "write the reports of both")
    .action(async (options: StartOptions) => done(await start(options, io, table)));

  program.addHelpText(
    "after",
    `${catalogue(table, io)}${examples(["start", "verify", "bench mobilenet-v2 resnext50", "explain textbook"])}`,
  );
  return program;
}

/** Adds what commander's message does not say: where an argument is that seems to be missing, and where the names are. */
function withRemedy(message: string): string {
  if (message.startsWith("missing required argument"))
    return `${message}; write it before options such as --backend, which take all words after them`;
  return /^unknown (command|option)/.test(message) && !message.includes("Did you mean")
    ? `${message}; see ${command("--help")}`
    : message;
}

function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be an integer from ${min} to ${max}.`);
    return value;
  };
}

function percent(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 1000)
    throw new InvalidArgumentError("It must be a number from 0 to 1000, such as 5 or 2.5.");
  return value;
}

function numbers(positive: boolean): (text: string) => readonly number[] {
  return (text) => {
    const values = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
    if (
      ![1, 3, 4].includes(values.length) ||
      !values.every((value) => Number.isFinite(value) && (!positive || value > 0))
    )
      throw new InvalidArgumentError(
        `It must be one, three or four ${positive ? "positive " : ""}numbers, such as 0.485,0.456,0.406.`,
      );
    return values;
  };
}

function examples(commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((line) => `  ${command(line)}\n`).join("")}`;
}

function catalogue(table: BackendTable, io: Io): string {
  const width = Math.max(...Object.keys(table).map((name) => name.length));
  const workloads = `  ${Object.keys(WORKLOADS).join(", ")}, a .json or .onnx file, or problems such as g32_ic128_ih56_oc128_kh3_ph1`;
  return [
    "",
    "Workloads:",
    ...wrap(workloads, io.columns, 2),
    "",
    "Backends:",
    ...Object.entries(table).flatMap(([name, { about }]) =>
      wrap(`  ${name.padEnd(width)}  ${about}`, io.columns, width + 4),
    ),
    ...wrap(
      "  or a file or package whose default export is a backend's factory: --backend ./my-backend.js",
      io.columns,
      2,
    ),
    ...wrap("  Options stand behind a name: worker-threads?threads=2, cpu?simd=simd128.", io.columns, 2),
    "",
  ].join("\n");
}

/** What is to be told of an exception of a backend's, beside its message: the call that gave it, and where it comes from. */

export interface Thrown {
  /** The call of the backend that threw or rejected: `"prepareConv2d"`, `"plan.run"`. Left out: none that is known of. */
  readonly call?: string;
  /** The error's stack, and below it those of its causes, the innermost last. Left out: what was thrown has none. */
  readonly stack?: string;
}

/** Between the stacks of an error and of its cause. */
const CAUSED_BY = "\ncaused by: ";

/** Causes may go round in a circle. */
const MOST_CAUSES = 8;

/** Frames that a report in text shows; JSON and JUnit have them all. */
const MOST_FRAMES = 4;

/** The call and the stack of `error`, with the stacks of its causes; `undefined` where both are unknown. */
export function thrownOf(error: unknown, call: string | undefined): Thrown | undefined {
  const stacks: string[] = [];
  for (let each = error; stacks.length < MOST_CAUSES; each = causeOf(each)) {
    const stack = stackOf(each);
    if (stack === undefined) break;
    stacks.push(stack);
  }
  if (call === undefined && stacks.length === 0) return undefined;
  return {
    ...(call === undefined ? {} : { call }),
    ...(stacks.length === 0 ? {} : { stack: stacks.join(CAUSED_BY) }),
  };
}

/** Lines of a report: the call, the innermost cause, and its place in the backend. */
export function describeThrown({ call, stack }: Thrown): readonly string[] {
  const lines = call === undefined ? [] : [`thrown by    ${call}`];
  if (stack === undefined) return lines;
  const stacks = stack.split(CAUSED_BY);
  const innermost = stacks.at(-1)!.split("\n");
  const first = innermost.findIndex(isFrame);
  const head = first < 0 ? innermost : innermost.slice(0, first);
  // That of an error without a cause is the message, which is told already.
  if (stacks.length > 1) lines.push(`cause        ${head.join(" ").trim()}`);
  // Without a call it may be the suite's own, which found something wrong: its frames say nothing.
  backendFrames(innermost, call !== undefined).forEach((frame, index) =>
    lines.push(`${index === 0 ? "stack" : ""}`.padEnd(13) + frame),
  );
  return lines;
}

/** The frames that are neither the engine's own nor of Convene's core and suite; `anyway`: those, where no others are left. */
function backendFrames(lines: readonly string[], anyway: boolean): readonly string[] {
  const frames = lines.filter((line) => isFrame(line) && !isInternal(line)).map((line) => line.trim());
  const theirs = frames.filter((frame) => !isOurs(frame));
  return (theirs.length > 0 || !anyway ? theirs : frames).slice(0, MOST_FRAMES);
}

/** `    at f (file:1:2)` in V8, `f@file:1:2` in SpiderMonkey and JavaScriptCore. */
function isFrame(line: string): boolean {
  return /^\s+at |^\S*@.*:\d+:\d+$/.test(line);
}

function isInternal(frame: string): boolean {
  return /\bnode:|<anonymous>|\[native code\]|\((native|index \d+)\)/.test(frame);
}

/** Convene's, as they lie in `node_modules` or in the repository. */
function isOurs(frame: string): boolean {
  return /[\\/](@convene|packages|apps)[\\/](core|conformance|benchmark)[\\/](dist|src(?!.*\.test\.))/.test(frame);
}

/** The class and the message first, which some engines leave out. */
function stackOf(error: unknown): string | undefined {
  try {
    if (!isObject(error) || typeof error.stack !== "string") return undefined;
    const head = `${String(error.name)}: ${String(error.message)}`;
    return error.stack.includes(String(error.message)) ? error.stack : `${head}\n${error.stack}`;
  } catch {
    // A getter of the backend's own, which throws as well.
    return undefined;
  }
}

function causeOf(error: unknown): unknown {
  try {
    return isObject(error) ? error.cause : undefined;
  } catch {
    return undefined;
  }
}

/** Errors of other realms are no instances of this one's `Error`. */
function isObject(error: unknown): error is { readonly [key in "name" | "message" | "stack" | "cause"]?: unknown } {
  return typeof error === "object" && error !== null;
}

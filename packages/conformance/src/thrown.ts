/** Information about an exception of a backend, beside its message: the call that threw it, and its place in the code. */

export interface Thrown {
  /** The call of the backend that threw or rejected: `"prepareConv2d"`, `"plan.run"`. Left out: the call is not known. */
  readonly call?: string;
  /** The error's stack, and below it those of its causes, the innermost last. Left out: the thrown value has no stack. */
  readonly stack?: string;
}

/** The text between the stack of an error and the stack of its cause. */
const CAUSED_BY = "\ncaused by: ";

/** The most causes that are followed, because causes may form a circle. */
const MOST_CAUSES = 8;

/** The most frames of a report in text. JSON and JUnit have all frames. */
const MOST_FRAMES = 4;

/** The call and the stack of `error`, with the stacks of its causes; `undefined` if both are unknown. */
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
  // Without a cause this line would repeat the message.
  if (stacks.length > 1) lines.push(`cause        ${head.join(" ").trim()}`);
  // Without a call the error may be the suite's own, and then its frames do not help.
  backendFrames(innermost, call !== undefined).forEach((frame, index) =>
    lines.push(`${index === 0 ? "stack" : ""}`.padEnd(13) + frame),
  );
  return lines;
}

/** The frames of the backend: not of the engine, and not of Convene's core and suite. With `anyway`, the latter if there are no others. */
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

/** Whether a frame is in Convene's core or suite, in `node_modules` or in the repository. */
function isOurs(frame: string): boolean {
  return /[\\/](@convene|packages|apps)[\\/](core|conformance|benchmark)[\\/](dist|src(?!.*\.test\.))/.test(frame);
}

/** The stack, with class and message as its first line. Some engines leave this line out. */
function stackOf(error: unknown): string | undefined {
  try {
    if (!isObject(error) || typeof error.stack !== "string") return undefined;
    const head = `${String(error.name)}: ${String(error.message)}`;
    return error.stack.includes(String(error.message)) ? error.stack : `${head}\n${error.stack}`;
  } catch {
    // The error has a getter that throws.
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

/** operations, misuse: each gets the right code, and does no harm to the plan beside it. */

import {
  type ConveneErrorCode,
  type DeviceTensor,
  operationInputShapes,
  type OperationKind,
  type OperationParameters,
  type OperationPlan,
  operationOutputShape,
  type OperationProblem,
  parseOperation,
  type Shape4,
  tensor,
} from "@convene/core";
import type { CaseContext, ConformanceCase } from "../case.js";
import { describeThrown, expectSame, thrownBy } from "./errors-misuse.js";
import {
  anotherBackend,
  atWorkbench,
  CaseEnd,
  expectNoneLeft,
  fail,
  memoryUse,
  type Workbench,
} from "./lifecycle-workbench.js";
import { MALFORMED_OPERATIONS } from "./operations-malformed.js";
import { ONE_OF_EACH } from "./operations-problems.js";
import { knownOperation, operationCase, prepareAt } from "./operations-workbench.js";

/** What a misuse can get hold of. */
interface Parts extends Workbench {
  readonly problem: OperationProblem;
  readonly plan: OperationPlan;
  readonly inputs: readonly DeviceTensor[];
  readonly output: DeviceTensor;
  readonly context: CaseContext;
}

interface Misuse {
  readonly name: string;
  readonly code: ConveneErrorCode;
  /** Answers with the call that must fail; `undefined` where this operation cannot be misused so. */
  readonly set: (parts: Parts) => (() => unknown) | undefined | Promise<(() => unknown) | undefined>;
}

export function operationErrorCases(): readonly ConformanceCase[] {
  return [
    ...ONE_OF_EACH.map((text) =>
      operationCase(text, `${MISUSES.length} misuses of run are refused, and do no harm`, misused(MISUSES)),
    ),
    ...ONE_OF_EACH.map((text) => {
      const { kind } = parseOperation(text);
      return operationCase(
        text,
        "problems that are none are refused",
        misused([...malformed(kind), ...parameters(kind)]),
      );
    }),
    ...ONE_OF_EACH.map((text) => operationCase(text, "what is left of a disposed backend says so", disposedBackend)),
  ];
}

/** Runs the plan with one of its inputs replaced. */
function runWith({ plan, inputs, output }: Parts, index: number, other: unknown): () => void {
  const given = inputs.map((each, at) => (at === index ? (other as DeviceTensor) : each));
  return () => plan.run(given, output);
}

const larger = ([n, c, h, w]: Shape4): Shape4 => [n, c, h + 1, w];
const exchanged = ([n, c, h, w]: Shape4): Shape4 => [n, c, w, h];
const otherBatch = ([n, c, h, w]: Shape4): Shape4 => [n + 1, c, h, w];

/** Of a run. */
const MISUSES: readonly Misuse[] = [
  {
    name: "an input too few",
    code: "ERR_INVALID_OPTION",
    set:
      ({ plan, inputs, output }) =>
      () =>
        plan.run(inputs.slice(1), output),
  },
  {
    name: "an input too many",
    code: "ERR_INVALID_OPTION",
    set:
      ({ plan, inputs, output }) =>
      () =>
        plan.run([...inputs, inputs[0]!], output),
  },
  {
    name: "an input in place of the list of inputs",
    code: "ERR_INVALID_OPTION",
    set:
      ({ plan, inputs, output }) =>
      () =>
        // Against its type, as a caller in JavaScript may.
        plan.run(inputs[0] as unknown as DeviceTensor[], output),
  },
  ...[
    ["one row too many", larger],
    ["another batch", otherBatch],
    ["rows and columns exchanged", exchanged],
  ].map(([what, change]): Misuse => ({
    name: `a last input of ${what as string}`,
    code: "ERR_SHAPE",
    set: (parts) => {
      const { inputs } = parts;
      const { shape } = inputs.at(-1)!;
      const other = (change as typeof larger)(shape);
      return other.join() === shape.join() ? undefined : runWith(parts, inputs.length - 1, parts.filled(other, 1));
    },
  })),
  {
    name: "an output of one row too many",
    code: "ERR_SHAPE",
    set: ({ plan, inputs, output, filled }) => {
      const other = filled(larger(output.shape), 1);
      return () => plan.run(inputs, other);
    },
  },
  {
    name: "a disposed input",
    code: "ERR_DISPOSED",
    set: (parts) => {
      const gone = parts.filled(parts.inputs[0]!.shape, 1);
      gone.dispose();
      return runWith(parts, 0, gone);
    },
  },
  {
    name: "a disposed output",
    code: "ERR_DISPOSED",
    set: ({ plan, inputs, output, filled }) => {
      const gone = filled(output.shape, 1);
      gone.dispose();
      return () => plan.run(inputs, gone);
    },
  },
  {
    name: "a disposed plan",
    code: "ERR_DISPOSED",
    set: async ({ problem, backend, keep, inputs, output }) => {
      const { slope } = knownOperation(problem, 1);
      const plan = keep(await backend.prepareOperation(problem, slope ? { slope } : {}));
      plan.dispose();
      return () => plan.run(inputs, output);
    },
  },
  {
    name: "a host tensor as input",
    code: "ERR_INVALID_OPTION",
    set: (parts) => {
      const [n, c, h, w] = parts.inputs[0]!.shape;
      return runWith(parts, 0, tensor(new Float32Array(n * c * h * w), [n, c, h, w]));
    },
  },
  {
    name: "no output",
    code: "ERR_INVALID_OPTION",
    set:
      ({ plan, inputs }) =>
      () =>
        // Against its type, as a caller in JavaScript may.
        plan.run(inputs, undefined as unknown as DeviceTensor),
  },
  ...(["first", "last"] as const).map((which): Misuse => ({
    name: `the ${which} input as output`,
    code: "ERR_INVALID_OPTION",
    set: ({ plan, inputs, output }) => {
      const input = which === "first" ? inputs[0]! : inputs.at(-1)!;
      // One of another shape is refused for its shape.
      return input.shape.join() === output.shape.join() ? () => plan.run(inputs, input) : undefined;
    },
  })),
  {
    name: "an input and an output of allocateShared that may share memory",
    code: "ERR_INVALID_OPTION",
    set: (parts) => {
      const { backend, keep, problem, plan, inputs } = parts;
      const [from, to] = backend
        .allocateShared([
          { shape: operationInputShapes(problem)[0]!, from: 0, to: 0 },
          { shape: operationOutputShape(problem), from: 1, to: 1 },
        ])
        .map(keep);
      return () => plan.run([from!, ...inputs.slice(1)], to!);
    },
  },
  ...(["input", "output"] as const).map((role): Misuse => ({
    name: `another backend's tensor as ${role}`,
    code: "ERR_INVALID_OPTION",
    set: async (parts) => {
      const { plan, inputs, output, context } = parts;
      // Where there is no factory there is no other backend; the case goes on with the rest.
      if (!context.another) return undefined;
      const other = (await anotherBackend(context)).allocate(role === "input" ? inputs[0]!.shape : output.shape);
      return role === "input" ? runWith(parts, 0, other) : () => plan.run(inputs, other);
    },
  })),
];

/** Of prepareOperation. */
function malformed(kind: OperationKind): readonly Misuse[] {
  return MALFORMED_OPERATIONS[kind].map(([name, change, code]): Misuse => ({
    name,
    code,
    set:
      ({ backend, problem }) =>
      () =>
        backend.prepareOperation({ ...problem, ...change } as OperationProblem, parametersOf(problem)),
  }));
}

function parametersOf(problem: OperationProblem): OperationParameters {
  const { slope } = knownOperation(problem, 1);
  return slope ? { slope } : {};
}

function parameters(kind: OperationKind): readonly Misuse[] {
  const given = (name: string, code: ConveneErrorCode, value: unknown): Misuse => ({
    name,
    code,
    set:
      ({ backend, problem }) =>
      () =>
        backend.prepareOperation(problem, value as OperationParameters),
  });
  if (kind !== "prelu")
    return [given("a slope for an operation that has none", "ERR_INVALID_OPTION", { slope: new Float32Array(5) })];
  return [
    given("no slope", "ERR_SHAPE", {}),
    given("a slope too few", "ERR_SHAPE", { slope: new Float32Array(4) }),
    given("a slope too many", "ERR_SHAPE", { slope: new Float32Array(6) }),
    given("a slope of numbers", "ERR_SHAPE", { slope: [1, 2, 3, 4, 5] }),
    given("a parameter that there is not", "ERR_INVALID_OPTION", { slope: new Float32Array(5), slopes: 1 }),
  ];
}

/** All of them, one after the other, beside a plan that must give the same answer before and after each. */
function misused(misuses: readonly Misuse[]): Parameters<typeof operationCase>[2] {
  return async (bench, problem, context) => {
    const known = knownOperation(problem, 1);
    const it = await prepareAt(bench, problem, known);
    const [inputs, output] = [it.feed(known), it.output()];
    it.plan.run(inputs, output);
    const expected = await bench.read(output);
    const memory = await memoryUse(bench.backend);
    for (const misuse of misuses) {
      // At a workbench of its own: what a misuse makes is gone before memory is looked at again.
      const outcome = await atWorkbench(context, async (inner) => {
        const attempt = await misuse.set({ ...inner, problem, plan: it.plan, inputs, output, context });
        if (!attempt) return;
        const thrown = await thrownBy(attempt);
        if (!thrown) fail(`${misuse.name} was accepted; expected ${misuse.code}`);
        const wrong = describeThrown(thrown.error, [misuse.code]);
        if (wrong) fail(`${misuse.name}: ${wrong}`);
      });
      if (outcome.status !== "passed") throw new CaseEnd(outcome);
      expectNoneLeft(memory, await memoryUse(bench.backend), `after ${misuse.name}`);
      expectSame(expected, await bench.read(output), `after ${misuse.name} the output that was there`);
      it.plan.run(inputs, output);
      expectSame(expected, await bench.read(output), `after ${misuse.name} the same plan`);
    }
  };
}

async function disposedBackend(bench: Workbench, problem: OperationProblem, context: CaseContext): Promise<void> {
  const other = await anotherBackend(context);
  const known = knownOperation(problem, 1);
  const here = await prepareAt(bench, problem, known);
  const [inputs, output] = [here.feed(known), here.output()];
  here.plan.run(inputs, output);
  const before = await bench.read(output);
  const outcome = await atWorkbench({ ...context, backend: other }, async (elsewhere) => {
    const it = await prepareAt(elsewhere, problem, known);
    const [fed, result] = [it.feed(known), it.output()];
    await other.dispose();
    const calls: Readonly<Record<string, () => unknown>> = {
      prepareOperation: () => other.prepareOperation(problem, parametersOf(problem)),
      "a plan's run": () => it.plan.run(fed, result),
    };
    for (const [what, call] of Object.entries(calls)) {
      const thrown = await thrownBy(call);
      if (!thrown) fail(`${what} was accepted; expected ERR_DISPOSED`);
      const wrong = describeThrown(thrown.error, ["ERR_DISPOSED"]);
      if (wrong) fail(`${what}: ${wrong}`);
    }
    if (!it.plan.disposed) fail("a plan of a disposed backend does not say that it has been disposed");
  });
  if (outcome.status !== "passed") throw new CaseEnd(outcome);
  here.plan.run(inputs, output);
  expectSame(before, await bench.read(output), "the backend that was not disposed");
}

/** networks: whole networks through `prepare`, whose values share memory. They are compared with the reference layer by layer. */

import { type Backend, prepare } from "@convene/core";
import type { CaseContext, CaseOutcome, ConformanceCase } from "../case.js";
import type { OperandKind } from "../operands.js";
import { DEFAULT_SEED, randomSource } from "../random-source.js";
import type { SuiteOptions } from "../suite-names.js";
import { checkWays } from "./networks-chains.js";
import { checkNetwork, type Example, heldTo, makeExample, outcomeOf, runModel } from "./networks-check.js";
import { buildNetwork, type NetworkDefinition, problemsOf } from "./networks-definition.js";
import { CHAINS, NETWORKS } from "./networks-list.js";
import { sparsely } from "./quick.js";
import { randomNetwork } from "./networks-random.js";

const KINDS = ["integer", "real"] as const satisfies readonly OperandKind[];
const PLURAL = { integer: "integers", real: "reals" };
/** Networks with extra cases: several runs of one model, or several models at once. */
const SHARED: ReadonlySet<string> = new Set(["MobileNet V2", "a residual from the network's input, six layers later"]);
/** There is one random network for this many random problems. */
const PROBLEMS_A_NETWORK = 10;

export async function networkCases({
  seed = DEFAULT_SEED,
  randomProblems = 200,
}: SuiteOptions): Promise<readonly ConformanceCase[]> {
  const random = randomSource(seed);
  const count = Math.ceil(randomProblems / PROBLEMS_A_NETWORK);
  const networks = [
    ...NETWORKS,
    ...Array.from({ length: count }, (_, at) => randomNetwork(`random network ${at + 1} of ${count}`, random)),
  ];
  const shared = NETWORKS.filter(({ name }) => SHARED.has(name));
  return [
    ...sparsely(
      KINDS.length,
      networks.flatMap((definition) =>
        KINDS.map((kind) =>
          networkCase(definition, PLURAL[kind], (context) =>
            checkNetwork(makeExample(definition, kind, context.seed), context),
          ),
        ),
      ),
    ),
    ...sparsely(
      4,
      shared.flatMap((definition) =>
        Object.entries(REPEATS).map(([name, run]) =>
          networkCase(definition, name, (context) => run(definition, context)),
        ),
      ),
    ),
    ...sparsely(
      KINDS.length,
      CHAINS.flatMap((definition) =>
        KINDS.map((kind) =>
          networkCase(definition, `at once and one by one, ${PLURAL[kind]}`, (context) =>
            checkWays(makeExample(definition, kind, context.seed), context),
          ),
        ),
      ),
    ),
  ];
}

function networkCase(
  definition: NetworkDefinition,
  what: string,
  run: (context: CaseContext) => Promise<CaseOutcome>,
): ConformanceCase {
  return { suite: "networks", name: `${definition.name}: ${what}`, problems: problemsOf(definition), run };
}

type Repeat = (definition: NetworkDefinition, context: CaseContext) => Promise<CaseOutcome>;

/** Ways to run several inputs. Each run must give the result for its own input. */
const REPEATS: Readonly<Record<string, Repeat>> = {
  "five inputs, one after the other": async (definition, { backend, accuracy, seed }) => {
    const examples = inputsFor(definition, await kindFor(definition, backend, accuracy), seed, 5);
    const model = await prepare(backend, examples[0]!.net, definition.input, { accuracy });
    try {
      const outputs: Float32Array[] = [];
      for (const example of examples) outputs.push(await runModel(model, example, "nchw"));
      return outcomeOfAll(
        examples.map((example) => heldTo(example, model.layers)),
        outputs,
      );
    } finally {
      model.dispose();
    }
  },
  "five inputs at once, in either layout": async (definition, { backend, accuracy, seed }) => {
    const examples = inputsFor(definition, await kindFor(definition, backend, accuracy), seed, 5);
    const model = await prepare(backend, examples[0]!.net, definition.input, { accuracy });
    try {
      // No run is awaited before the next run is called.
      const runs = examples.map((example, at) => runModel(model, example, at % 2 === 0 ? "nchw" : "nhwc"));
      return outcomeOfAll(
        examples.map((example) => heldTo(example, model.layers)),
        await Promise.all(runs),
      );
    } finally {
      model.dispose();
    }
  },
  "timed, five inputs at once": async (definition, { backend, accuracy, seed }) => {
    const examples = inputsFor(definition, await kindFor(definition, backend, accuracy), seed, 5);
    const model = await prepare(backend, examples[0]!.net, definition.input, { accuracy, profile: true });
    try {
      const outputs = await Promise.all(examples.map((example) => runModel(model, example, "nhwc")));
      return outcomeOfAll(
        examples.map((example) => heldTo(example, model.layers)),
        outputs,
      );
    } finally {
      model.dispose();
    }
  },
  "two models with other weights, in turn and at once": async (definition, { backend, accuracy, seed }) => {
    const kind = await kindFor(definition, backend, accuracy);
    const [one, other] = [makeExample(definition, kind, seed), makeExample(definition, kind, seed + 1)];
    const first = await prepare(backend, one.net, definition.input, { accuracy });
    try {
      const second = await prepare(backend, other.net, definition.input, { accuracy });
      try {
        const examples = [one, other, one, other];
        const outputs = await Promise.all(
          examples.map((example) => runModel(example === one ? first : second, example, "nchw")),
        );
        const held = examples.map((example) => heldTo(example, (example === one ? first : second).layers));
        return outcomeOfAll(held, outputs);
      } finally {
        second.dispose();
      }
    } finally {
      first.dispose();
    }
  },
  "a model that outlives another": async (definition, { backend, accuracy, seed }) => {
    const kind = await kindFor(definition, backend, accuracy);
    const [one, other] = [makeExample(definition, kind, seed), makeExample(definition, kind, seed + 1)];
    const first = await prepare(backend, one.net, definition.input, { accuracy });
    try {
      const second = await prepare(backend, other.net, definition.input, { accuracy });
      second.dispose();
      return outcomeOfAll([heldTo(one, first.layers)], [await runModel(first, one, "nchw")]);
    } finally {
      first.dispose();
    }
  },
};

/** One network, several inputs. */
function inputsFor(definition: NetworkDefinition, kind: OperandKind, seed: number, count: number): readonly Example[] {
  return Array.from({ length: count }, (_, at) => makeExample(definition, kind, seed, seed + at));
}

/**
 * Integers, because then two results always differ clearly. If a layer is transformed, reals: their weights keep the bound narrow
 * over many layers, and the bound of integers would become wide.
 */
async function kindFor(
  definition: NetworkDefinition,
  backend: Backend,
  accuracy: CaseContext["accuracy"],
): Promise<OperandKind> {
  const model = await prepare(backend, buildNetwork(definition, "integer", DEFAULT_SEED), definition.input, {
    accuracy,
  });
  try {
    return model.layers.some(({ arithmetic }) => arithmetic === "transformed") ? "real" : "integer";
  } finally {
    model.dispose();
  }
}

function outcomeOfAll(examples: readonly Example[], outputs: readonly Float32Array[]): CaseOutcome {
  for (const [index, example] of examples.entries()) {
    const outcome = outcomeOf(example, outputs[index]!);
    if (outcome.status !== "passed") return { ...outcome, message: `run ${index + 1}: ${outcome.message}` };
  }
  return { status: "passed" };
}

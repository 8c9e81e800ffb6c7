/** A network: convolutions in order, each fed by the one before it unless it says otherwise. */

import { checkKeys } from "./check.js";
import { type Conv2d, isConv2d } from "./conv2d.js";
import { type Cost, problemCost, totalCost } from "./cost.js";
import { ConveneError, show } from "./errors.js";
import { type Conv2dProblem, outputShape } from "./problem.js";
import { asBatchedAs, batched, checkShape3or4, sameShape, type Shape, type Shape3, type Shape4 } from "./shape.js";

/** An earlier value: a layer's name or index, or `"input"` for the network's own input. */
export type LayerRef = string | number;

/** One entry of a network. */
export interface NetworkLayer {
  readonly conv: Conv2d;
  /** A name that later layers can refer to. */
  readonly name?: string;
  /** What it reads. Default: the layer before it. */
  readonly input?: LayerRef;
  /** A value of its output's shape, added before its activation. */
  readonly residual?: LayerRef;
}

/** A layer whose references are resolved: −1 is the network's input, otherwise an earlier layer's index. */
export interface ResolvedLayer {
  readonly conv: Conv2d;
  readonly name: string;
  readonly input: number;
  readonly residual: number | undefined;
}

export interface Network {
  readonly layers: readonly ResolvedLayer[];
  /** Each layer's problem for an input of this shape. @throws ConveneError `ERR_SHAPE` naming the layer that does not fit */
  problems(inputShape: Shape): readonly Conv2dProblem[];
  outputShape(inputShape: Shape4): Shape4;
  outputShape(inputShape: Shape3): Shape3;
  outputShape(inputShape: Shape): Shape;
  cost(inputShape: Shape): Cost;
}

/**
 * A list of convolutions. The last one's output is the network's.
 *
 * @example
 * network(
 *   { conv: expand, name: "expand" },
 *   depthwise,
 *   { conv: project, residual: "input" },   // MobileNet V2's inverted residual
 * )
 * @throws ConveneError `ERR_INVALID_OPTION` for an empty list, a reference to what does not come before, or a name used twice
 */
export function network(...entries: readonly (Conv2d | NetworkLayer)[]): Network {
  if (entries.length === 0) throw new ConveneError("ERR_INVALID_OPTION", "a network needs at least one layer");
  const names = new Map<string, number>([["input", -1]]);
  const layers = entries.map((given, index) => {
    const entry = isConv2d(given) ? { conv: given } : checkKeys(`layer ${index}`, given, KEYS);
    const layer = resolve(entry, index, names);
    // A layer without a name is called by its index, which is not a name that another could not have.
    if (entry.name !== undefined) {
      if (names.has(entry.name)) {
        throw new ConveneError("ERR_INVALID_OPTION", `layer ${index}: the name ${show(entry.name)} is taken`);
      }
      names.set(entry.name, index);
    }
    return layer;
  });

  const problems = (inputShape: Shape): readonly Conv2dProblem[] => {
    const shapes: Shape4[] = [];
    const given = batched(checkShape3or4(inputShape, "input"));
    return layers.map((layer) => {
      const shapeOf = (ref: number): Shape4 => (ref < 0 ? given : shapes[ref]!);
      const residual = layer.residual === undefined ? undefined : shapeOf(layer.residual);
      try {
        const problem = layer.conv.problem(shapeOf(layer.input), { residual: residual !== undefined });
        const shape = outputShape(problem);
        if (residual && !sameShape(residual, shape)) {
          throw new ConveneError(
            "ERR_SHAPE",
            `residual (${show(residual)}) must have the output's shape (${show(shape)})`,
          );
        }
        shapes.push(shape);
        return problem;
      } catch (error) {
        if (error instanceof ConveneError && layers.length > 1) {
          throw new ConveneError(error.code, `layer ${layer.name}: ${error.message}`, { cause: error });
        }
        throw error;
      }
    });
  };
  const made: Network = {
    layers: Object.freeze(layers),
    problems,
    outputShape: (<S extends Shape>(shape: S) =>
      asBatchedAs(shape, outputShape(problems(shape).at(-1)!))) as Network["outputShape"],
    cost: (shape: Shape) => totalCost(problems(shape).map(problemCost)),
  };
  return Object.freeze(Object.defineProperty(made, brand(), { value: true }));
}

/** Marks a network for every copy of this package. */
const brand = (): symbol => Symbol.for("convene.network");

/** Whether `value` is what `network` gives, of this copy of the package or of another. */
export function isNetwork(value: unknown): value is Network {
  try {
    return brand() in Object(value);
  } catch {
    return false;
  }
}

const KEYS = ["conv", "name", "input", "residual"] as const satisfies readonly (keyof NetworkLayer)[];

function resolve(entry: NetworkLayer, index: number, names: ReadonlyMap<string, number>): ResolvedLayer {
  if (!isConv2d(entry.conv)) {
    throw new ConveneError("ERR_INVALID_OPTION", `layer ${index}: conv (${show(entry.conv)}) must be a Conv2d`);
  }
  const { name = String(index) } = entry;
  if (typeof name !== "string" || name === "") {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `layer ${index}: name (${show(name)}) must be a string that is not empty`,
    );
  }
  const lookUp = (what: string, ref: LayerRef): number => {
    const found = typeof ref === "number" ? ref : names.get(ref);
    const least = ref === "input" ? -1 : 0;
    if (found === undefined || !Number.isInteger(found) || found < least || found >= index) {
      throw new ConveneError(
        "ERR_INVALID_OPTION",
        `layer ${name}: ${what} (${show(ref)}) must be "input", or the name or index of an earlier layer`,
      );
    }
    return found;
  };
  return {
    conv: entry.conv,
    name,
    input: entry.input === undefined ? index - 1 : lookUp("input", entry.input),
    residual: entry.residual === undefined ? undefined : lookUp("residual", entry.residual),
  };
}

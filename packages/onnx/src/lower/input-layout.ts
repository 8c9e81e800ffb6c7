/** Finds the axis of each of an input's dimensions. */

import type { Dimension, ValueInfo } from "../decode/model.js";
import { isNumber } from "../decode/tensor.js";
import { fileError } from "../decode/wire.js";
import type { Graph, Node } from "../graph/graph.js";
import { integersAttribute } from "../graph/attributes.js";

/** Operators that an input may pass before the operator that shows which dimension has the channels. */
const PASSED = new Set(["Add", "Sub", "Mul", "Div", "Cast", "Relu", "Clip", "Sigmoid", "Tanh", "Neg"]);
/** The most nodes that are searched for one input. The operator that shows the channels is near the input. */
const MOST_LOOKED_AT = 64;

/**
 * A letter for each dimension of each input. `"nhwc"` if the file first moves the channels to the front, or is cut from
 * a network that does so. Otherwise `"nchw"`, and `"nch"` and `"nc"` for fewer dimensions.
 *
 * @throws ConveneError for an input that is no image, no sequence and no vector
 */
export function inputLetters(graph: Graph): ReadonlyMap<string, string> {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = readers.get(input);
      if (list) list.push(node);
      else readers.set(input, [node]);
    }
  }
  return new Map(
    graph.inputs.map((input) => {
      const rank = checkInput(input).length;
      const last = channelsAreLast(input.name, rank, readers);
      return [input.name, { 2: "nc", 3: last ? "nhc" : "nch", 4: last ? "nhwc" : "nchw" }[rank]!];
    }),
  );
}

function channelsAreLast(name: string, rank: number, readers: ReadonlyMap<string, readonly Node[]>): boolean {
  const open = [name];
  for (let looked = 0; open.length > 0 && looked < MOST_LOOKED_AT; looked++) {
    for (const node of readers.get(open.shift()!) ?? []) {
      if (node.op === "Transpose") {
        const order = integersAttribute(node, "perm");
        return order !== undefined && order.length === rank && order[1] === rank - 1;
      }
      if (node.op === "MatMul") return rank > 2;
      if (!PASSED.has(node.op)) return false;
      open.push(...node.outputs);
    }
  }
  return false;
}

/** Checks an input of the file, which must have dims. */
function checkInput({ name, dims, dataType }: ValueInfo): readonly Dimension[] {
  const what = `the input ${JSON.stringify(name)}`;
  if (dims === undefined)
    throw fileError(`does not say how many dimensions ${what} has; export it with a shape`, "ERR_UNSUPPORTED");
  if (dataType !== undefined && !isNumber(dataType))
    throw fileError(`has ${what} of data type ${dataType}; numbers are supported`, "ERR_UNSUPPORTED");
  if (dims.length < 2 || dims.length > 4) {
    throw fileError(
      `has ${what} of ${dims.length} dimensions; [n, c, h, w], [n, h, w, c], [n, c, l] and [n, c] are supported`,
      "ERR_UNSUPPORTED",
    );
  }
  const wrong = dims.find((dim) => typeof dim === "number" && (!Number.isInteger(dim) || dim > 2 ** 31 - 1));
  if (wrong !== undefined) throw fileError(`is damaged: ${what} has dims [${dims.join(", ")}]`);
  return dims;
}

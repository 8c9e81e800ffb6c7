/**
 * Checks that a tensor keeps its uploaded values, in each layout, and beside another tensor. If it does not, a rule about
 * convolutions has no meaning.
 */

import {
  type Backend,
  type DeviceTensor,
  type Layout,
  type Shape4,
  tensor,
  type Tensor,
  toLayout,
} from "@convene/core";
import type { CaseResult } from "../run-conformance.js";
import type { Finding } from "./diagnosis.js";
import type { Session } from "./session.js";

const LAYOUTS = ["nchw", "nhwc"] as const satisfies readonly Layout[];
/** All sizes differ, so that an exchange of two sizes shows. */
const SHAPE: Shape4 = [2, 3, 4, 5];
const LENGTH = 120;

interface Told {
  readonly rule: string;
  readonly cause: string;
}

export async function tensorFindings(results: readonly CaseResult[], session: Session): Promise<readonly Finding[]> {
  const told = await session.use((backend) => lookAtTensors(backend));
  if (told === undefined || "error" in told || told.rule === "") return [];
  const failed = results.filter(({ status }) => status === "failed").length;
  return [
    {
      rule: `${told.rule}: fails in ${failed} of ${results.length} cases`,
      cause: told.cause,
      evidence: `a tensor of ${SHAPE.join(" x ")} was uploaded and read, without a run`,
      certain: true,
    },
  ];
}

const NOTHING: Told = { rule: "", cause: "" };

async function lookAtTensors(backend: Backend): Promise<Told> {
  const made: DeviceTensor[] = [];
  const upload = (layout: Layout, sign: 1 | -1): DeviceTensor => {
    const device = backend.upload(toLayout(tensor(numbers(sign), SHAPE), layout));
    made.push(device);
    return device;
  };
  try {
    const [first] = [upload("nchw", 1), upload("nchw", -1)];
    if (holds(await backend.read(first, { layout: "nchw" }), -1)) {
      return {
        rule: "Two tensors of one shape hold the same numbers",
        cause: "two tensors lie in the same memory: storage that is in use is given out again",
      };
    }
    const wrong: [from: Layout, to: Layout][] = [];
    for (const from of LAYOUTS) {
      for (const to of LAYOUTS) {
        const result = await backend.read(upload(from, 1), { layout: to });
        if (result.layout !== to) {
          return {
            rule: `A read in ${to} gives a tensor in ${result.layout}`,
            cause: "`read` ignores the layout that is asked for",
          };
        }
        if (result.shape.join() !== SHAPE.join()) {
          return {
            rule: `A read in ${to} of a tensor of shape [${SHAPE.join(", ")}] gives one of shape [${result.shape.join(", ")}]`,
            cause: "`read` gives its tensor the wrong shape: a shape is [n, c, h, w] in every layout",
          };
        }
        if (!holds(result, 1)) wrong.push([from, to]);
      }
    }
    // If all tensors are wrong, the layout is not the cause.
    const [one] = wrong;
    if (!one || wrong.length === 4) return NOTHING;
    return {
      rule: `A tensor that is ${wrong.map(([from, to]) => `uploaded in ${from} and read in ${to}`).join(", or ")} has other numbers`,
      cause: "data that are uploaded or read in nhwc are not converted, as if they were nchw",
    };
  } finally {
    for (const each of made) each.dispose();
  }
}

function numbers(sign: 1 | -1): Float32Array {
  return Float32Array.from({ length: LENGTH }, (_, at) => sign * (at + 1));
}

function holds(result: Tensor, sign: 1 | -1): boolean {
  if (result.shape.join() !== SHAPE.join()) return false;
  return toLayout(result, "nchw").data.every((value, at) => value === sign * (at + 1));
}

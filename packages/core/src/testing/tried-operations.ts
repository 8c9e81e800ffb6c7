/**
 * For remedies.test.ts: for each message about operations and graphs, a call that throws it, and the call that follows
 * the remedy and does not throw.
 */

import * as core from "../index.js";
import { plainBackend } from "./plain-backend.js";

const { graph, network, operationProblem, prepare, tensor } = core;

type Attempt = () => unknown;
const f32 = (...values: number[]): Float32Array => Float32Array.from(values);
const CONV = new core.Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 1 });
const ONE: core.Shape4 = [1, 1, 1, 1];
const open = (options = {}): core.Backend => plainBackend(options).backend;
const shapes =
  (layer: core.NetworkEntry, shape: core.Shape4): Attempt =>
  () =>
    network(layer).problems(shape);
const spec =
  (one: object): Attempt =>
  () =>
    operationProblem(one as core.OperationProblemSpec);
const transpose = (options: object): core.ConvTranspose2d =>
  new core.ConvTranspose2d(
    { inChannels: 1, outChannels: 1, kernelSize: 3, bias: false, ...options },
    { weight: new Float32Array(9) },
  );
/** The last step of a transposed convolution of one pixel, whose phases make 4 x 4. */
const cut =
  (padding: number): Attempt =>
  () =>
    (transpose({ stride: 4, padding }).layers.at(-1) as core.Operation).problem([[1, 1, 4, 4]]);
const norm =
  (variance: Float32Array, weight = f32(1)) =>
  () =>
    core.foldBatchNorm({ weight }, { mean: f32(0), variance });
const both =
  (op: core.Operation, a: core.Shape4, b: core.Shape4): Attempt =>
  () =>
    graph({ inputs: ["a", "b"], layers: [{ op, inputs: ["a", "b"] }], outputs: { y: 0 } }).problems({ a, b });
const made =
  (options: object): Attempt =>
  () =>
    graph({ layers: [CONV], outputs: { y: 0 }, ...options } as core.GraphOptions);
const layer =
  (one: object): Attempt =>
  () =>
    network(one as core.NetworkLayer);
const SUM = graph({ inputs: ["a", "b"], layers: [{ op: core.add(), inputs: ["a", "b"] }], outputs: { y: 0, z: 0 } });
const run =
  (inputs: number): Attempt =>
  async () => {
    const backend = open();
    const plan = await backend.prepareOperation(operationProblem({ kind: "softmax", c: 1, h: 1 }));
    const [x, y] = [backend.upload(tensor([1], ONE)), backend.allocate(ONE)];
    plan.run(
      Array.from({ length: inputs }, () => x),
      y,
    );
  };
const prepared =
  (operations: readonly core.OperationKind[] | undefined, op: core.Operation): Attempt =>
  () =>
    prepare(open({ operations }), op, ONE);
const alone =
  (operations: readonly core.OperationKind[]): Attempt =>
  () =>
    open({ operations }).prepareOperation(operationProblem({ kind: "softmax", c: 1, h: 1 }));
const named = async (inputs: object): Promise<unknown> =>
  (await prepare(open(), graph({ layers: [CONV], outputs: { y: 0 } }), { input: ONE })).run(inputs as never);
const dims =
  (size: number): Attempt =>
  () =>
    prepare(open(), graph({ layers: [CONV], outputs: { y: { value: 0, dims: [size] } } }), { input: ONE });

export const TRIED_OPERATIONS: Record<string, readonly [provoke: Attempt, remedy: Attempt]> = {
  "activation (…) must be one of …, { clamp: [min, max] }, { leakyRelu: slope } or { hardSigmoid: [alpha, beta] }; a slope for each channel is prelu(slope)":
    [() => core.activation("mish" as never), () => core.activation("silu")],
  "activation is missing": [() => core.activation(undefined as never), () => core.activation("relu")],
  "… (…) must be two numbers, …": [
    () => core.activation({ clamp: [0] as never }),
    () => core.activation({ clamp: [0, Infinity] }),
  ],
  "… (…) must be a finite number": [
    () => core.activation({ leakyRelu: NaN }),
    () => core.activation({ leakyRelu: 0.1 }),
  ],
  "weight has … elements, which … channels do not divide": [
    () => core.foldBatchNorm({ weight: f32(1) }, { mean: f32(0, 0), variance: f32(1, 1) }),
    norm(f32(1)),
  ],
  "variance[…] (…) plus epsilon must be above 0": [norm(f32(-1)), norm(f32(0))],
  "padding (…) must be an integer, [h, w] or { top, left, bottom, right }": [
    () => transpose({ padding: "same" }),
    () => transpose({ padding: { top: 1 } }),
  ],
  "outputPadding (…) must be less than the stride (…) or the dilation (…) of the …": [
    () => transpose({ outputPadding: 1 }),
    () => transpose({ outputPadding: 1, stride: 2 }),
  ],
  "padding leaves … x … of a transposed convolution's output": [cut(2), cut(1)],
  "inputs (…) must be a list of … tensors": [run(2), run(1)],
  "… does not have the operation …; beside convolution it has …": [alone(["add"]), alone(["softmax"])],
  "… does not have the operation …": [alone([]), alone(["softmax"])],
  "… does not have the operations of these layers: …; it has only convolution": [
    prepared([], core.softmax()),
    prepared(undefined, core.softmax()),
  ],
  "… does not have the operations of these layers: …; it has convolution, …": [
    prepared(["add"], core.softmax()),
    prepared(["softmax"], core.softmax()),
  ],
  "output …: dims (…) must have the elements of …": [dims(2), dims(1)],
  "the input … is missing; the inputs are …": [() => named({}), () => named({ input: tensor([1], ONE) })],
  "inputs[…] (…) must be a string that is not empty": [made({ inputs: [""] }), made({ inputs: ["image"] })],
  "the input's name … is taken": [made({ inputs: ["a", "a"] }), made({ inputs: ["a", "b"] })],
  "a graph needs at least one input": [made({ inputs: [] }), made({ inputs: undefined })],
  "a graph needs at least one output": [made({ outputs: {} }), made({ outputs: { y: 0 } })],
  "this network has … inputs: give their shapes by name, { … }": [
    () => SUM.problems(ONE),
    () => SUM.problems({ a: ONE, b: ONE }),
  ],
  "the shape of the input … is missing": [() => SUM.problems({ a: ONE }), () => SUM.problems({ a: ONE, b: ONE })],
  "…: … (…) must be …, or the name or index of an earlier layer": [
    layer({ conv: CONV, input: 1 }),
    layer({ conv: CONV, input: "input" }),
  ],
  "layer …: op (…) must be an operation, such as maxPool2d(...); a layer with weights is conv": [
    layer({ op: CONV }),
    layer({ op: core.softmax() }),
  ],
  "layer …: has conv and op; one is enough": [layer({ op: core.softmax(), conv: CONV }), layer({ conv: CONV })],
  "layer …: … …": [layer({ op: core.softmax(), residual: "input" }), layer({ op: core.softmax(), input: "input" })],
  "layer …: … has … inputs; expected one or more": [
    layer({ op: core.concat(), inputs: [] }),
    layer({ op: core.concat(), inputs: ["input", "input"] }),
  ],
  "layer …: … has … inputs; expected …": [
    layer({ op: core.add() }),
    layer({ op: core.add(), inputs: ["input", "input"] }),
  ],
  "this network has … outputs, which have names: give the input's shape by name too, { …: … }": [
    () => prepare(open(), graph({ layers: [CONV], outputs: { y: 0, z: 0 } }), ONE),
    () => prepare(open(), graph({ layers: [CONV], outputs: { y: 0, z: 0 } }), { input: ONE }),
  ],
  "slope (…) must be a Float32Array with one element a channel, or one": [
    () => core.prelu([0.1] as never),
    () => core.prelu(f32(0.1)),
  ],
  "prelu has a slope for each of … channels; the input has …": [
    shapes(core.prelu(f32(1, 2)), ONE),
    shapes(core.prelu(f32(1, 2)), [1, 2, 1, 1]),
  ],
  "inputs[1] (…) must have the shape of inputs[0] (…) or be …": [
    both(core.add(), [1, 2, 3, 3], [1, 1, 3, 3]),
    both(core.add(), [1, 2, 3, 3], [1, 2, 1, 1]),
  ],
  "inputs[…] (…) must have the batch, height and width of inputs[0] (…)": [
    both(core.concat(), ONE, [1, 1, 2, 1]),
    both(core.concat(), ONE, [1, 5, 1, 1]),
  ],
  "… (…) must be [from, to]": [() => core.slice({ channels: [1] as never }), () => core.slice({ channels: [0, 1] })],
  "… (…) must lie within the input's …, and not be empty": [
    shapes(core.slice({ channels: [0, 2] }), ONE),
    shapes(core.slice({ channels: [-1, 1] }), ONE),
  ],
  "upsample needs either size or scale": [() => core.upsample({}), () => core.upsample({ scale: 2 })],
  "scale (…) must be a positive number, or [h, w]": [
    () => core.upsample({ scale: -2 }),
    () => core.upsample({ scale: [2, 1.5] }),
  ],
  "shape (…) must be [n, c, h, w], one of them -1 at most": [
    () => core.reshape([1, -1] as never),
    () => core.reshape([1, -1, 1, 1]),
  ],
  "shape (…) does not divide the … elements of …": [
    shapes(core.reshape([1, -1, 2, 1]), ONE),
    shapes(core.reshape([1, -1, 2, 1]), [1, 1, 4, 1]),
  ],
  "a slope was given to the operation …, which has none": [
    () => open().prepareOperation(operationProblem({ kind: "softmax", c: 1, h: 1 }), { slope: f32(1) }),
    () => open().prepareOperation(operationProblem({ kind: "prelu", c: 1, h: 1 }), { slope: f32(1) }),
  ],
  "… (…) must be a number of at least …": [
    spec({ kind: "upsample", c: 1, ih: 1, oh: 1, mode: "nearest", scaleH: -1 }),
    spec({ kind: "upsample", c: 1, ih: 1, oh: 1, mode: "nearest", scaleH: 1.5 }),
  ],
  "… must have at least one entry": [
    spec({ kind: "concat", channels: [], h: 1 }),
    spec({ kind: "concat", channels: [1], h: 1 }),
  ],
  "a slice up to … … must end within the input's …": [
    spec({ kind: "slice", c: 2, ih: 1, fc: 1 }),
    spec({ kind: "slice", c: 2, ih: 1, fc: 1, oc: 1 }),
  ],
  "groups (…) must divide the channels (…)": [
    spec({ kind: "channelShuffle", g: 2, c: 3, h: 1 }),
    spec({ kind: "channelShuffle", g: 3, c: 3, h: 1 }),
  ],
  "pixelShuffle by … x … needs channels that … divides; the input has …": [
    spec({ kind: "pixelShuffle", ic: 6, ih: 1, rh: 2 }),
    spec({ kind: "pixelShuffle", ic: 8, ih: 1, rh: 2 }),
  ],
  "reshape from … (… elements) to … (…) must keep the elements": [
    spec({ kind: "reshape", ic: 6, ih: 1, oc: 5, oh: 1 }),
    spec({ kind: "reshape", ic: 6, ih: 1, oc: 3, oh: 2, ow: 1 }),
  ],
  "padding (…) must be less than the pooling window's … (……)": [
    shapes(core.maxPool2d({ kernelSize: 2, padding: 2 }), ONE),
    shapes(core.maxPool2d({ kernelSize: 2, padding: 1 }), ONE),
  ],
  "the pooling window's … (……) must fit in the padded input (…)": [
    shapes(core.maxPool2d({ kernelSize: 2 }), ONE),
    shapes(core.maxPool2d({ kernelSize: 2, padding: 1 }), ONE),
  ],
  "operation (…) must be a string": [() => core.parseOperation(1 as never), () => core.parseOperation("softmax_c1_h1")],
  "operation …: …; an example is maxPool2d_c64_ih112_kh3_sh2": [
    () => core.parseOperation("softmax_c1"),
    () => core.parseOperation("softmax_c1_h1"),
  ],
};

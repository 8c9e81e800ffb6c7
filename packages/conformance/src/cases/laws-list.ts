/**
 * The laws. Their operands are small integers, so that both sides must be equal bit for bit, and each side is something
 * that the backend computed, or a plain loop over the operands: none of them asks the reference.
 */

import {
  activationRange,
  Conv2d,
  type Conv2dProblem,
  conv2dProblem,
  type Conv2dProblemSpec,
  inputShape,
  outputShape,
  type PaddingMode,
  prepare,
  type Shape4,
  tensor,
  weightShape,
} from "@convene/core";
import { makeOperands, type Operands } from "../operands.js";
import { lawProblems } from "./laws-problems.js";
import { type Law, type Laboratory, mustEqual } from "./laws-runner.js";

export const LAWS: readonly Law[] = [
  {
    name: "a combination of inputs gives the same combination of outputs",
    example: "ic2_ih4_oc3_kh3_nobias",
    problems: lawProblems({ bias: "none", residual: "none", activation: "none" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const other = makeOperands(problem, "integer", seed + 1).input;
      const combine = (a: Float32Array, b: Float32Array): Float32Array => a.map((x, at) => 3 * x - 2 * b[at]!);
      const [one, two, both] = [
        await convolve(problem, operands),
        await convolve(problem, { ...operands, input: other }),
        await convolve(problem, { ...operands, input: combine(operands.input, other) }),
      ];
      mustEqual(problem, both, combine(one, two));
    },
  },
  {
    name: "a sum of weights gives the sum of outputs",
    example: "ic2_ih4_oc3_kh3_nobias",
    problems: lawProblems({ bias: "none", residual: "none", activation: "none" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const other = makeOperands(problem, "integer", seed + 1).weight;
      const [one, two, both] = [
        await convolve(problem, operands),
        await convolve(problem, { ...operands, weight: other }),
        await convolve(problem, { ...operands, weight: operands.weight.map((w, at) => w + other[at]!) }),
      ];
      mustEqual(
        problem,
        both,
        one.map((y, at) => y + two[at]!),
      );
    },
  },
  {
    name: "shifting the input by a stride shifts the output by one",
    example: "ic2_ih4_oc3_kh3",
    problems: lawProblems({ pads: "none", residual: "none" }),
    async check(problem, { convolve, seed }) {
      const { sh, sw } = problem;
      const wider = changed(problem, { ih: problem.ih + sh, iw: problem.iw + sw });
      const operands = makeOperands(wider, "integer", seed);
      const whole = await convolve(wider, operands);
      const shifted = { ...operands, input: cropped(operands.input, inputShape(wider), sh, sw) };
      mustEqual(problem, await convolve(problem, shifted), cropped(whole, outputShape(wider), 1, 1));
    },
  },
  {
    name: "padding is the same as an input that has been padded",
    example: "ic2_ih4_oc3_kh3_ph1",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { ih, iw, pt, pb, pl, pr, paddingMode } = problem;
      const operands = makeOperands(problem, "integer", seed);
      const without = changed(problem, { ih: ih + pt + pb, iw: iw + pl + pr, ...NO_PADS });
      // Right after it the same in another mode, one that goes with any pads: nothing may be left from the first.
      const other = changed(problem, { paddingMode: paddingMode === "replicate" ? "zeros" : "replicate" });
      for (const each of [problem, other]) {
        const padded = { ...operands, input: paddedInput(each, operands.input) };
        mustEqual(each, await convolve(each, operands), await convolve(without, padded));
      }
    },
  },
  {
    name: "groups are a standard convolution whose weights are zero between them",
    example: "g2_ic4_ih4_oc4_kh3",
    problems: lawProblems({ groups: "several" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const { g, ic, oc, kh, kw } = problem;
      const [icPerGroup, ocPerGroup, taps] = [ic / g, oc / g, kh * kw];
      const weight = new Float32Array(oc * ic * taps);
      for (let o = 0; o < oc; o++) {
        const first = Math.floor(o / ocPerGroup) * icPerGroup;
        const own = operands.weight.subarray(o * icPerGroup * taps, (o + 1) * icPerGroup * taps);
        weight.set(own, (o * ic + first) * taps);
      }
      const standard = changed(problem, { g: 1 });
      mustEqual(problem, await convolve(problem, operands), await convolve(standard, { ...operands, weight }));
    },
  },
  {
    name: "a depthwise and a pointwise convolution are one standard convolution",
    example: "g2_ic2_ih4_oc2_kh3",
    problems: lawProblems({ groups: "one", residual: "none", activation: "none" }),
    check: checkSeparable,
  },
  {
    name: "a batch gives what its images give one by one",
    example: "n2_ic2_ih4_oc3_kh3",
    problems: lawProblems({ batch: "several" }),
    async check(problem, { convolve, seed }) {
      const operands = makeOperands(problem, "integer", seed);
      const whole = await convolve(problem, operands);
      const single = changed(problem, { n: 1 });
      const part = (data: Float32Array, image: number): Float32Array =>
        data.slice((image * data.length) / problem.n, ((image + 1) * data.length) / problem.n);
      for (let image = 0; image < problem.n; image++) {
        const one = {
          ...operands,
          input: part(operands.input, image),
          residual: operands.residual && part(operands.residual, image),
        };
        mustEqual(single, part(whole, image), await convolve(single, one));
      }
    },
  },
  {
    name: "groups in another order give their outputs in that order",
    example: "g2_ic4_ih4_oc4_kh3",
    problems: lawProblems({ groups: "several" }),
    async check(problem, { convolve, seed }) {
      const { n, g } = problem;
      const operands = makeOperands(problem, "integer", seed);
      const turned = {
        input: reversedBlocks(operands.input, n, g),
        weight: reversedBlocks(operands.weight, 1, g),
        bias: operands.bias && reversedBlocks(operands.bias, 1, g),
        residual: operands.residual && reversedBlocks(operands.residual, n, g),
      };
      mustEqual(problem, await convolve(problem, turned), reversedBlocks(await convolve(problem, operands), n, g));
    },
  },
  {
    name: "channels in another order inside their groups give their outputs in that order",
    example: "ic3_ih4_oc3_kh3",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { n, g, ic, oc } = problem;
      const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
      const operands = makeOperands(problem, "integer", seed);
      const byInput = reversedBlocks(operands.weight, oc, icPerGroup);
      const turned = {
        input: reversedBlocks(operands.input, n * g, icPerGroup),
        weight: reversedBlocks(byInput, g, ocPerGroup),
        bias: operands.bias && reversedBlocks(operands.bias, g, ocPerGroup),
        residual: operands.residual && reversedBlocks(operands.residual, n * g, ocPerGroup),
      };
      const straight = await convolve(problem, operands);
      mustEqual(problem, await convolve(problem, turned), reversedBlocks(straight, n * g, ocPerGroup));
    },
  },
  {
    name: "rows and columns that change places do so in the output",
    example: "ic2_ih4_iw5_oc3_kh3_kw2",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { ih, iw, oh, ow, kh, kw, sh, sw, dh, dw, pt, pb, pl, pr } = problem;
      const operands = makeOperands(problem, "integer", seed);
      const across = changed(problem, {
        ih: iw,
        iw: ih,
        kh: kw,
        kw: kh,
        sh: sw,
        sw: sh,
        dh: dw,
        dw: dh,
        pt: pl,
        pb: pr,
        pl: pt,
        pr: pb,
      });
      const turned = {
        ...operands,
        input: transposedPlanes(operands.input, ih, iw),
        weight: transposedPlanes(operands.weight, kh, kw),
        residual: operands.residual && transposedPlanes(operands.residual, oh, ow),
      };
      mustEqual(across, await convolve(across, turned), transposedPlanes(await convolve(problem, operands), oh, ow));
    },
  },
  {
    name: "a 1x1 kernel is a matrix product",
    example: "ic3_ih4_oc5_kh1",
    problems: lawProblems({
      kernel: "1x1",
      groups: "one",
      pads: "none",
      strides: "none",
      residual: "none",
      activation: "none",
    }),
    async check(problem, { convolve, seed }) {
      const { n, ic, oc } = problem;
      const pixels = problem.ih * problem.iw;
      const operands = makeOperands(problem, "integer", seed);
      const { input, weight, bias } = operands;
      const product = new Float32Array(n * oc * pixels);
      for (let image = 0; image < n; image++) {
        for (let o = 0; o < oc; o++) {
          for (let pixel = 0; pixel < pixels; pixel++) {
            let sum = bias?.[o] ?? 0;
            for (let i = 0; i < ic; i++) sum += weight[o * ic + i]! * input[(image * ic + i) * pixels + pixel]!;
            product[(image * oc + o) * pixels + pixel] = sum;
          }
        }
      }
      mustEqual(problem, await convolve(problem, operands), product);
    },
  },
  {
    name: 'padding "same" keeps the size, or divides it by the stride, and keeps the image in its place',
    example: "ic2_ih4_oc2_kh3_ph1",
    problems: lawProblems({ pads: "none", bias: "none", residual: "none", activation: "none" }),
    check: checkSame,
  },
  {
    name: "dilation is a kernel with zeros in between",
    example: "ic2_ih6_oc3_kh3_dh2",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { kh, kw, dh, dw } = problem;
      const dense = changed(problem, { kh: (kh - 1) * dh + 1, kw: (kw - 1) * dw + 1, dh: 1, dw: 1 });
      const operands = makeOperands(problem, "integer", seed);
      const planes = operands.weight.length / (kh * kw);
      const weight = new Float32Array(planes * dense.kh * dense.kw);
      operands.weight.forEach((w, at) => {
        const [plane, ky, kx] = [Math.floor(at / (kh * kw)), Math.floor(at / kw) % kh, at % kw];
        weight[(plane * dense.kh + ky * dh) * dense.kw + kx * dw] = w;
      });
      mustEqual(problem, await convolve(problem, operands), await convolve(dense, { ...operands, weight }));
    },
  },
  {
    name: "bias and residual are added, and the activation clamps what comes of it",
    example: "ic2_ih4_oc3_kh3_residual_relu",
    problems: lawProblems({}),
    async check(problem, { convolve, seed }) {
      const { oc, oh, ow } = problem;
      const { bias, residual, ...rest } = makeOperands(problem, "integer", seed);
      const plain = changed(problem, { bias: false, residual: false, activation: undefined });
      const [min, max] = activationRange(problem.activation);
      const expected = (await convolve(plain, rest)).map((y, at) => {
        const sum = y + (bias?.[Math.floor(at / (oh * ow)) % oc] ?? 0) + (residual?.[at] ?? 0);
        return Math.min(Math.max(sum, min), max);
      });
      mustEqual(problem, await convolve(problem, { ...rest, bias, residual }), expected);
    },
  },
];

const NO_PADS = { pt: 0, pb: 0, pl: 0, pr: 0 };

/** `problem` with some options changed, its output's size along with them. */
function changed(problem: Conv2dProblem, change: Partial<Conv2dProblemSpec>): Conv2dProblem {
  return conv2dProblem({ ...problem, ...change });
}

/** Each plane without its first rows and columns. */
function cropped(data: Float32Array, [n, c, h, w]: Shape4, rows: number, columns: number): Float32Array {
  const result: number[] = [];
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = rows; y < h; y++) {
      for (let x = columns; x < w; x++) result.push(data[(plane * h + y) * w + x]!);
    }
  }
  return Float32Array.from(result);
}

/** Of `outer` parts, each of `blocks` blocks, those blocks in reverse order. */
function reversedBlocks(data: Float32Array, outer: number, blocks: number): Float32Array {
  const size = data.length / (outer * blocks);
  return data.map((_, at) => {
    const block = Math.floor(at / size) % blocks;
    return data[at + (blocks - 1 - 2 * block) * size]!;
  });
}

/** Each plane of `h` by `w` as one of `w` by `h`. */
function transposedPlanes(data: Float32Array, h: number, w: number): Float32Array {
  return data.map((_, at) => {
    const [plane, y, x] = [Math.floor(at / (h * w)), at % h, Math.floor(at / h) % w];
    return data[(plane * h + y) * w + x]!;
  });
}

function paddedInput({ n, ic, ih, iw, pt, pb, pl, pr, paddingMode }: Conv2dProblem, input: Float32Array): Float32Array {
  const rows = Array.from({ length: ih + pt + pb }, (_, y) => sourceOf(y - pt, ih, paddingMode));
  const columns = Array.from({ length: iw + pl + pr }, (_, x) => sourceOf(x - pl, iw, paddingMode));
  const planes = Array.from({ length: n * ic }, (_, plane) => plane);
  return Float32Array.from(
    planes.flatMap((plane) =>
      rows.flatMap((y) =>
        columns.map((x) => (y === undefined || x === undefined ? 0 : input[(plane * ih + y) * iw + x]!)),
      ),
    ),
  );
}

/** Which pixel of a line of `size` stands `at`; `undefined` for a zero. */
function sourceOf(at: number, size: number, mode: PaddingMode): number | undefined {
  const last = size - 1;
  if (mode === "zeros") return at < 0 || at > last ? undefined : at;
  if (mode === "replicate") return Math.min(Math.max(at, 0), last);
  if (mode === "circular") return (at + size) % size;
  return last - Math.abs(last - Math.abs(at));
}

/** `problem` is the standard one; the pair has a multiplier that follows from its channels. */
async function checkSeparable(problem: Conv2dProblem, { convolve, seed }: Laboratory): Promise<void> {
  const { n, ic, oc, oh, ow, kh, kw, bias } = problem;
  const multiplier = 1 + (oc % 3);
  const middle = ic * multiplier;
  const depthwise = changed(problem, { g: ic, oc: middle });
  const pointwise = conv2dProblem({ n, ic: middle, ih: oh, iw: ow, oc, kh: 1, bias });
  const first = makeOperands(depthwise, "integer", seed);
  const second = makeOperands(pointwise, "integer", seed + 1);
  const inBetween = await convolve(depthwise, first);

  const weight = new Float32Array(oc * ic * kh * kw);
  const sums = Float32Array.from(second.bias ?? []);
  for (let o = 0; o < oc; o++) {
    for (let m = 0; m < middle; m++) {
      const factor = second.weight[o * middle + m]!;
      const channel = Math.floor(m / multiplier);
      for (let tap = 0; tap < kh * kw; tap++) {
        weight[(o * ic + channel) * kh * kw + tap]! += factor * first.weight[m * kh * kw + tap]!;
      }
      if (first.bias) sums[o]! += factor * first.bias[m]!;
    }
  }
  const composed: Operands = { input: first.input, weight, bias: bias ? sums : undefined };
  mustEqual(problem, await convolve(problem, composed), await convolve(pointwise, { ...second, input: inBetween }));
}

/** Weights of a single one at the kernel's middle: the output is the input, moved by where that tap is. */
async function checkSame(problem: Conv2dProblem, lab: Laboratory): Promise<void> {
  const { n, g, ic, ih, iw, oc, kh, kw, sh, sw, dh, dw } = problem;
  const [icPerGroup, ocPerGroup] = [ic / g, oc / g];
  const [ky, kx] = [(kh - 1) >> 1, (kw - 1) >> 1];
  const weight = new Float32Array(weightShape(problem).reduce((a, b) => a * b));
  for (let o = 0; o < oc; o++) weight[((o * icPerGroup + (o % icPerGroup)) * kh + ky) * kw + kx] = 1;
  const conv = new Conv2d(
    {
      inChannels: ic,
      outChannels: oc,
      kernelSize: [kh, kw],
      stride: [sh, sw],
      dilation: [dh, dw],
      groups: g,
      padding: "same",
      bias: false,
    },
    { weight },
  );
  const shape = inputShape(problem);
  const resolved = conv.problem(shape);
  lab.mustTake(resolved);
  const { input } = makeOperands(problem, "integer", lab.seed);
  const model = await prepare(lab.backend, conv, shape, { accuracy: lab.accuracy });
  try {
    const output = await model.run(tensor(input, shape));
    const rows = samePositions(ih, kh, sh, dh, ky);
    const columns = samePositions(iw, kw, sw, dw, kx);
    const planes = Array.from({ length: n * oc }, (_, at) => {
      const o = at % oc;
      return Math.floor(at / oc) * ic + Math.floor(o / ocPerGroup) * icPerGroup + (o % icPerGroup);
    });
    const expected = planes.flatMap((plane) =>
      rows.flatMap((y) =>
        columns.map((x) => {
          const inside = y >= 0 && y < ih && x >= 0 && x < iw;
          return inside ? input[(plane * ih + y) * iw + x]! : 0;
        }),
      ),
    );
    mustEqual(resolved, output.data, expected);
  } finally {
    model.dispose();
  }
}

/** Where one tap reads along an axis for each output: `ceil(size / stride)` of them, the odd pad at the end. */
function samePositions(size: number, kernel: number, stride: number, dilation: number, tap: number): readonly number[] {
  const outputs = Math.ceil(size / stride);
  const pads = Math.max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size);
  return Array.from({ length: outputs }, (_, at) => at * stride + tap * dilation - Math.floor(pads / 2));
}

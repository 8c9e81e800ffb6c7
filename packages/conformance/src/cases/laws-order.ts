/** Laws of order: images, groups, channels, rows and columns that change places do so in the output, and nothing else. */

import { makeOperands } from "../operands.js";
import { changed, lawProblems } from "./laws-problems.js";
import { type Law, mustEqual } from "./laws-runner.js";

export const ORDER_LAWS: readonly Law[] = [
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
        const { output, error } = await convolve(single, one);
        mustEqual(single, part(whole.output, image), output, whole.error + error);
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
      const [straight, other] = [await convolve(problem, operands), await convolve(problem, turned)];
      mustEqual(problem, other.output, reversedBlocks(straight.output, n, g), straight.error + other.error);
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
      const [straight, other] = [await convolve(problem, operands), await convolve(problem, turned)];
      const reversed = reversedBlocks(straight.output, n * g, ocPerGroup);
      mustEqual(problem, other.output, reversed, straight.error + other.error);
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
      const [straight, other] = [await convolve(problem, operands), await convolve(across, turned)];
      mustEqual(across, other.output, transposedPlanes(straight.output, oh, ow), straight.error + other.error);
    },
  },
];

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

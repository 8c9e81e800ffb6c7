/**
 * Faults for the real kernels of cpu and gpu. Each has a text to find in a source, the text that replaces it, and the wordings with which
 * the first finding of the diagnosis counts as right. The first twenty were written before any of them was run, and the four of
 * normalisations, which came later, before any of these four.
 */

export interface PlantedFault {
  readonly name: string;
  /** The source file, from the workspace's root. */
  readonly file: string;
  /** The text to find. The file contains it once. */
  readonly find: string;
  readonly replace: string;
  /** The backend: a key of `BACKENDS` in diagnose-planted.ts. */
  readonly backend: "cpu" | "cpu-js" | "gpu";
  /** A suite that shows the fault, and that an author would run. */
  readonly suite: "exact" | "operations";
  readonly accepted: RegExp;
}

const CPU = "packages/cpu/src";
const ASSEMBLY = "packages/cpu/assembly";
const GPU = "packages/gpu/src";

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: "cpu: the table of pixels pads the left side by the right pad",
    file: `${CPU}/pixel-table.ts`,
    find: "sourceOf(horizontal, column, p.pl, p.iw, p.paddingMode)",
    replace: "sourceOf(horizontal, column, p.pr, p.iw, p.paddingMode)",
    backend: "cpu",
    suite: "exact",
    accepted: /\bpl differs from pr|left and right pads|\bpr .*for pl/,
  },
  {
    name: "cpu: weights of depthwise kernels are packed with kh and kw exchanged",
    file: `${CPU}/algorithms/depthwise.ts`,
    find: "packed[to] = weight[channel * taps + tap]!;",
    replace: "packed[to] = weight[channel * taps + (tap % p.kh) * p.kw + Math.floor(tap / p.kh)]!;",
    backend: "cpu",
    suite: "exact",
    accepted: /transposed|rows are read as columns|depthwise.*(kernel|taps|kh|kw)/,
  },
  {
    name: "cpu: depthwise tiles take dilated columns and do not dilate them",
    file: `${CPU}/algorithms/depthwise.ts`,
    find: "sw === stride && dw === 1 && oc",
    replace: "sw === stride && oc",
    backend: "cpu",
    suite: "exact",
    accepted: /\bdw (> 1|is ignored)|dilat/,
  },
  {
    name: "cpu: every group gets the bias of the first group",
    file: `${CPU}/algorithms/igemm.ts`,
    find: "packed.set(bias.subarray(o, o + channels), to)",
    replace: "packed.set(bias.subarray(first, first + channels), to)",
    backend: "cpu",
    suite: "exact",
    accepted: /bias.*group|group.*bias/,
  },
  {
    name: "cpu: the weights of ragged channels are packed with the wrong stride",
    file: `${CPU}/algorithms/igemm.ts`,
    find: "at < end; at += nr, w += taps) packed[at]",
    replace: "at < end; at += nr, w++) packed[at]",
    backend: "cpu",
    suite: "exact",
    accepted: /oc(\/g)? .*multiple of (2|4|8)|last channels?|channels, past the last whole/,
  },
  {
    name: "cpu: in a batch of small images all read the first image",
    file: `${CPU}/positions.ts`,
    find: "table.address + image * table.image + oy",
    replace: "table.address + oy",
    backend: "cpu",
    suite: "exact",
    accepted: /\bn > 1|first image|batch|images after the first/,
  },
  {
    name: "cpu: Winograd's F(2x2) has a wrong sign in the matrix of weights",
    file: `${CPU}/algorithms/winograd-weights.ts`,
    find: "[1 / 2, -1 / 2, 1 / 2],",
    replace: "[1 / 2, -1 / 2, -1 / 2],",
    backend: "cpu",
    suite: "exact",
    accepted: /winograd|transform/i,
  },
  {
    name: "cpu, plain JavaScript: the residual is added after the clamp",
    file: `${CPU}/js-kernels/put.ts`,
    find: "f32[at] = sum < min ? min : sum > max ? max : sum;",
    replace:
      "const clamped = y < min ? min : y > max ? max : y;\n  f32[at] = residual === 0 ? clamped : clamped + f32[at + residual]!;",
    backend: "cpu-js",
    suite: "exact",
    accepted: /residual.*(after|and).*(clamp|activation)|(clamp|activation).*residual/,
  },
  {
    name: "cpu, plain JavaScript: the second row of the last tile is not stored",
    file: `${CPU}/js-kernels/igemm.ts`,
    find: "if (pixel + 1 < last) {",
    replace: "if (pixel + 2 < last) {",
    backend: "cpu-js",
    suite: "exact",
    accepted: /nothing is written|not written|last (pixel|column|row)/,
  },
  {
    name: "cpu, WebAssembly: the last column of a depthwise tile of ragged channels is not stored",
    file: `${ASSEMBLY}/dwconv.ts`,
    find: "for (let x = 0; x < PIXELS; x++) copyLanes(c + x",
    replace: "for (let x = 0; x < PIXELS - 1; x++) copyLanes(c + x",
    backend: "cpu",
    suite: "exact",
    accepted: /nothing is written|not written|last column/,
  },
  {
    name: "cpu, WebAssembly: the depthwise kernel of any size has no upper bound",
    file: `${ASSEMBLY}/ukernels/f32-dwconv.ts`,
    find: "const hi = f32x4.splat(params.max);",
    replace: "const hi = f32x4.splat(Infinity);",
    backend: "cpu",
    suite: "exact",
    accepted: /upper bound|relu6 is taken for relu|activation is (relu6|a clamp)/,
  },
  {
    name: "cpu, WebAssembly: all rows of a tile at an image's end get the residual of the first row",
    file: `${ASSEMBLY}/igemm.ts`,
    find: "outputAt(params, from, pixel + row);",
    replace: "outputAt(params, from, pixel);",
    backend: "cpu",
    suite: "exact",
    accepted: /residual/,
  },
  {
    name: "gpu: reflect repeats the edge at the end",
    file: `${GPU}/kernel-source.ts`,
    find: "${at} = ${2 * last} - ${at}; }`",
    replace: "${at} = ${2 * last + 1} - ${at}; }`",
    backend: "gpu",
    suite: "exact",
    accepted: /reflect/,
  },
  {
    name: "gpu: images of dense convolutions begin as many planes apart as the output's",
    file: `${GPU}/kernel-source.ts`,
    find: "const image = p.n > 1 && `image * ${blocks(p.ic)}`;",
    replace: "const image = p.n > 1 && `image * ${blocks(p.oc)}`;",
    backend: "gpu",
    suite: "exact",
    accepted: /\bn > 1|images after the first|batch/,
  },
  {
    name: "gpu: groups begin oc/g input channels apart",
    file: `${GPU}/kernel-source.ts`,
    find: "p.oc / p.g)} * ${p.ic / p.g};`),",
    replace: "p.oc / p.g)} * ${p.oc / p.g};`),",
    backend: "gpu",
    suite: "exact",
    accepted: /\bg > 1|groups? |grouped/,
  },
  {
    name: "gpu: the activation is applied before the residual, too",
    file: `${GPU}/kernel-source.ts`,
    find: "lines.push(...residual.lines, ...EACH",
    replace: "lines.push(...clampLines(p.activation), ...residual.lines, ...EACH",
    backend: "gpu",
    suite: "exact",
    accepted: /residual.*(activation|clamp)|(activation|clamp).*residual/,
  },
  {
    name: "gpu: the last texel of channels has no bias",
    file: `${GPU}/nc4hw4.ts`,
    find: "if (bias) packed[LANES",
    replace: "if (bias && o < oc - (oc % LANES)) packed[LANES",
    backend: "gpu",
    suite: "exact",
    accepted: /bias.*(last|missing)|(last|multiple of 4).*bias/,
  },
  {
    name: "gpu: the stride of rows is used for columns",
    file: `${GPU}/kernel-source.ts`,
    find: 'coordinate("ix", times(x, p.sw)',
    replace: 'coordinate("ix", times(x, p.sh)',
    backend: "gpu",
    suite: "exact",
    accepted: /sh differs from sw|sh is used for both axes|strides? of the two axes/,
  },
  {
    name: "gpu: a maximum begins with zero",
    file: `${GPU}/operations/pool2d.ts`,
    find: "packOne(-Infinity)",
    replace: "packOne(0)",
    backend: "gpu",
    suite: "operations",
    accepted: /maxPool2d.*(zero|negative|padding)/,
  },
  {
    name: "gpu: pooling ignores dilation",
    file: `${GPU}/operations/pool2d.ts`,
    find: "taps > 1 && times(tap, dilation)) + (before",
    replace: "taps > 1 && tap) + (before",
    backend: "gpu",
    suite: "operations",
    accepted: /maxPool2d.*(dilat|d[hw])/,
  },
  {
    name: "cpu, WebAssembly: the factor of a group is the inverse of the variance, without the root",
    file: `${ASSEMBLY}/normalize.ts`,
    find: "const value = FACTOR ? inverseRoot(mean + params.eps) : mean;",
    replace: "const value = FACTOR ? <f32>1 / (mean + params.eps) : mean;",
    backend: "cpu",
    suite: "operations",
    accepted: /groupNorm.*(variance|root|deviation)/,
  },
  {
    name: "cpu: a group's mean is its sum divided by the pixels of one channel",
    file: `${CPU}/operations/normalizations.ts`,
    find: "size: groupChannels * p.h * p.w,",
    replace: "size: p.h * p.w,",
    backend: "cpu",
    suite: "operations",
    accepted: /groupNorm.*(\bg\b|group|mean|variance)/,
  },
  {
    name: "gpu: the variance of a pixel is the mean of squares of the channels themselves",
    file: `${GPU}/operations/normalizations.ts`,
    find: "`const ${name}d = ${v} - s0;`,",
    replace: "`const ${name}d = ${v};`,",
    backend: "gpu",
    suite: "operations",
    accepted: /layerNorm.*(mean|variance)/,
  },
  {
    name: "gpu: eps of a group is left out",
    file: `${GPU}/operations/normalizations.ts`,
    find: "Math.sqrt(${mean} + ${literal(p.eps)});` :",
    replace: "Math.sqrt(${mean});` :",
    backend: "gpu",
    suite: "operations",
    accepted: /groupNorm.*eps/,
  },
];

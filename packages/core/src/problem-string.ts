/**
 * A problem's short string: test title, benchmark row, command-line argument and page URL in one, so that any failure
 * or figure can be pasted and rerun. Keys and sizes joined by `_`, in a fixed order, defaults left out:
 *
 *     g32_ic128_ih56_oc128_kh3_ph1          ResNeXt: 32 groups, 3x3, padding 1
 *     ic3_ih224_oc32_kh3_sh2_pb1_pr1_relu6  padding at the bottom and right only
 *
 * `iw`, `kw`, `sw`, `pw`, `dw` follow their `h` when left out. Words without a number: `reflect`, `replicate`,
 * `circular`, `nobias`, `residual`, `relu`, `relu6`, and `clamp-1:6`.
 */

import type { Clamp } from "./activation.js";
import { float32Text } from "./decimal.js";
import { ConveneError, show } from "./errors.js";
import { type Conv2dProblem, conv2dProblem, type PaddingMode, readProblem } from "./problem.js";

const REQUIRED = ["ic", "ih", "oc", "kh"] as const;
const SIZES = [
  "n",
  "g",
  "ic",
  "ih",
  "iw",
  "oc",
  "kh",
  "kw",
  "sh",
  "sw",
  "ph",
  "pw",
  "pt",
  "pl",
  "pb",
  "pr",
  "dh",
  "dw",
] as const;
type SizeKey = (typeof SIZES)[number];
const MODES: readonly string[] = ["reflect", "replicate", "circular"];

/**
 * The string of a problem, such as `"g32_ic128_ih56_oc128_kh3_ph1"`. `parseProblem` gives the same problem back.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function formatProblem(problem: Conv2dProblem): string {
  const p = readProblem(problem);
  const words: string[] = [];
  const put = (key: SizeKey, value: number, standard: number): void => {
    if (value !== standard) words.push(key + value);
  };
  put("n", p.n, 1);
  put("g", p.g, 1);
  words.push(`ic${p.ic}`, `ih${p.ih}`);
  put("iw", p.iw, p.ih);
  words.push(`oc${p.oc}`, `kh${p.kh}`);
  put("kw", p.kw, p.kh);
  put("sh", p.sh, 1);
  put("sw", p.sw, p.sh);
  if (p.pt === p.pb && p.pl === p.pr) {
    put("ph", p.pt, 0);
    put("pw", p.pl, p.pt);
  } else {
    for (const key of ["pt", "pl", "pb", "pr"] as const) put(key, p[key], 0);
  }
  put("dh", p.dh, 1);
  put("dw", p.dw, p.dh);
  if (p.paddingMode !== "zeros") words.push(p.paddingMode);
  if (!p.bias) words.push("nobias");
  if (p.residual) words.push("residual");
  if (typeof p.activation === "string") words.push(p.activation);
  else if (p.activation) words.push(`clamp${p.activation.clamp.map(float32Text).join(":")}`);
  return words.join("_");
}

/**
 * The problem that a string stands for.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` naming the word that is wrong; `ERR_INVALID_OPTION` and `ERR_SHAPE` as `conv2dProblem`
 */
export function parseProblem(text: string): Conv2dProblem {
  if (typeof text !== "string")
    throw new ConveneError("ERR_INVALID_OPTION", `problem (${show(text)}) must be a string`);
  const fail = (why: string): never => {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `problem ${show(text)}: ${why}; an example is g32_ic128_ih56_oc128_kh3_ph1`,
    );
  };
  const sizes = new Map<SizeKey, number>();
  let paddingMode: PaddingMode | undefined;
  let bias: boolean | undefined;
  let residual: boolean | undefined;
  let activation: Clamp | undefined;
  const once = (known: unknown, word: string): void => {
    if (known !== undefined) fail(`${show(word)} says again what was said already`);
  };

  for (const word of text.split("_")) {
    const size = /^([a-z]+)(\d+)$/.exec(word);
    const clamp = /^clamp(-?[\w.+-]+):(-?[\w.+-]+)$/.exec(word);
    if (word === "relu" || word === "relu6") {
      once(activation, word);
      activation = word;
    } else if (clamp) {
      once(activation, word);
      const [min, max] = [Number(clamp[1]), Number(clamp[2])];
      if (Number.isNaN(min) || Number.isNaN(max)) fail(`the bounds of ${show(word)} must be numbers`);
      activation = { clamp: [min, max] };
    } else if (size && (SIZES as readonly string[]).includes(size[1]!)) {
      const key = size[1] as SizeKey;
      once(sizes.get(key), word);
      sizes.set(key, Number(size[2]));
    } else if (MODES.includes(word)) {
      once(paddingMode, word);
      paddingMode = word as PaddingMode;
    } else if (word === "nobias") {
      once(bias, word);
      bias = false;
    } else if (word === "residual") {
      once(residual, word);
      residual = true;
    } else {
      fail(
        `${show(word)} is none of its words (${SIZES.join(" ")} with a size; ${MODES.join(" ")} nobias residual relu relu6 clamp<min>:<max>)`,
      );
    }
  }
  for (const key of REQUIRED) if (!sizes.has(key)) fail(`${key} is missing`);

  const both = sizes.has("ph") || sizes.has("pw");
  const edges = (["pt", "pl", "pb", "pr"] as const).some((key) => sizes.has(key));
  if (both && edges) fail("ph and pw exclude pt, pl, pb and pr");
  const ph = sizes.get("ph") ?? 0;
  const pw = sizes.get("pw") ?? ph;
  const optional = (key: SizeKey): Record<string, number> => (sizes.has(key) ? { [key]: sizes.get(key)! } : {});
  return conv2dProblem({
    ic: sizes.get("ic")!,
    ih: sizes.get("ih")!,
    oc: sizes.get("oc")!,
    kh: sizes.get("kh")!,
    ...optional("n"),
    ...optional("g"),
    ...optional("iw"),
    ...optional("kw"),
    ...optional("sh"),
    ...optional("sw"),
    ...optional("dh"),
    ...optional("dw"),
    pt: sizes.get("pt") ?? ph,
    pb: sizes.get("pb") ?? ph,
    pl: sizes.get("pl") ?? pw,
    pr: sizes.get("pr") ?? pw,
    paddingMode: paddingMode ?? "zeros",
    bias: bias ?? true,
    residual: residual ?? false,
    activation,
  });
}

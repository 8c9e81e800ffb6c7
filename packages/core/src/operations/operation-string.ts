/**
 * An operation's short string, like a convolution's in problem-string.ts: its kind, then its fields without those that
 * have the default value.
 *
 *     maxPool2d_c64_ih112_kh3_sh2_pt1_pl1_pb1_pr1
 *     activation_silu_c96_h56
 *     multiply_c96_h56_perChannel
 *     concat_channels64:32:32_h28
 */

import type { Activation } from "../activation.js";
import { float32Text } from "../decimal.js";
import { ConveneError, show } from "../errors.js";
import {
  type Field,
  OPERATION_FIELDS,
  OPERATION_KINDS,
  type OperationKind,
  type OperationProblem,
  operationProblem,
  type OperationProblemSpec,
} from "./operation-problem.js";

/**
 * The string of an operation, such as `"softmax_c10_h1"`. `parseOperation` gives the same problem back.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` or `ERR_SHAPE` where `problem` is no valid problem
 */
export function formatOperation(problem: OperationProblem): string {
  const p = operationProblem(problem) as OperationProblem & Readonly<Record<string, unknown>>;
  const words: string[] = [p.kind];
  for (const [key, field] of Object.entries(OPERATION_FIELDS[p.kind])) {
    const word = wordOf(key, field, p[key], p);
    if (word !== undefined) words.push(word);
  }
  return words.join("_");
}

function wordOf(key: string, field: Field, value: unknown, p: Readonly<Record<string, unknown>>): string | undefined {
  switch (field.type) {
    case "size":
      return value === (typeof field.standard === "string" ? p[field.standard] : field.standard)
        ? undefined
        : `${key}${value as number}`;
    case "derived":
      return undefined;
    case "flag":
      return value === field.standard ? undefined : field.word;
    case "choice":
      return value === field.standard ? undefined : (value as string);
    case "number":
      return Object.is(value, field.standard) ? undefined : `${key}${float32Text(value as number)}`;
    case "list":
      return `${key}${(value as readonly number[]).join(":")}`;
    case "activation":
      return activationWord(value as Activation | undefined);
  }
}

function activationWord(activation: Activation | undefined): string | undefined {
  if (typeof activation !== "object") return activation;
  const [[name, numbers]] = Object.entries(activation) as unknown as [[string, number | readonly number[]]];
  return `${name}${[numbers].flat().map(float32Text).join(":")}`;
}

/**
 * The operation that a string stands for.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` naming the word that is wrong, or whatever `operationProblem` throws
 */
export function parseOperation(text: string): OperationProblem {
  if (typeof text !== "string") {
    throw new ConveneError("ERR_INVALID_OPTION", `operation (${show(text)}) must be a string`);
  }
  const [kind, ...words] = text.split("_");
  const fail = (why: string): never => {
    throw new ConveneError(
      "ERR_INVALID_OPTION",
      `operation ${show(text)}: ${why}; an example is maxPool2d_c64_ih112_kh3_sh2`,
    );
  };
  if (!isOperationString(text)) fail(`${show(kind)} is none of its kinds (${OPERATION_KINDS.join(", ")})`);
  const fields = Object.entries(OPERATION_FIELDS[kind as OperationKind]);
  const made: Record<string, unknown> = { kind };
  for (const word of words) {
    const found = fields.map(([key, field]) => [key, readWord(key, field, word)] as const);
    const known = found.find(([, value]) => value !== undefined);
    if (!known) return fail(`${show(word)} is none of the words of ${kind} (${fields.map(([key]) => key).join(", ")})`);
    if (known[0] in made) fail(`${show(word)} says again what was said already`);
    made[known[0]] = known[1];
  }
  for (const [key, field] of fields) {
    const needed =
      field.type === "size" || field.type === "choice" ? field.standard === undefined : field.type === "list";
    if (needed && !(key in made)) fail(`${key} is missing`);
  }
  return operationProblem(made as unknown as OperationProblemSpec);
}

/** Whether the string of a problem begins with the kind of an operation. A convolution's string does not. The rest is not checked. */
export function isOperationString(text: string): boolean {
  return typeof text === "string" && OPERATION_KINDS.includes(text.split("_", 1)[0] as OperationKind);
}

const NUMBER = "-?(?:\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|Infinity)|NaN";

function readWord(key: string, field: Field, word: string): unknown {
  switch (field.type) {
    case "size":
      return word.startsWith(key) && /^\d+$/.test(word.slice(key.length)) ? Number(word.slice(key.length)) : undefined;
    case "derived":
      return undefined;
    case "flag":
      return word === field.word ? !field.standard : undefined;
    case "choice":
      return field.options.includes(word) ? word : undefined;
    case "number":
      return word.startsWith(key) && new RegExp(`^(?:${NUMBER})$`).test(word.slice(key.length))
        ? Number(word.slice(key.length))
        : undefined;
    case "list":
      return word.startsWith(key) && /^\d+(:\d+)*$/.test(word.slice(key.length))
        ? word.slice(key.length).split(":").map(Number)
        : undefined;
    case "activation": {
      const parts = new RegExp(`^(clamp|leakyRelu|hardSigmoid)(${NUMBER})(?::(${NUMBER}))?$`).exec(word);
      // A word that belongs to no other field is taken as the activation. operationProblem checks whether it is one.
      if (!parts) return word !== "perChannel" && /^(relu6|[a-zA-Z]+)$/.test(word) ? word : undefined;
      const [, name, a, b] = parts;
      return { [name!]: b === undefined ? Number(a) : [Number(a), Number(b)] };
    }
  }
}

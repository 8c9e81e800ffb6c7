/** The fields of the compare view in an address. */

import { parseProblem } from "@convene/core";
import type { Fields } from "../address/codec.js";
import { choice, flag, integer, list, words } from "../address/field.js";

/** The named workloads of the engine, then the reader's own problems or file. */
export const WORKLOAD_CHOICES = [
  "textbook",
  "yardstick",
  "mobilenet-v1",
  "mobilenet-v2",
  "resnext50",
  "problems",
  "onnx",
] as const;
export type WorkloadName = (typeof WORKLOAD_CHOICES)[number];

/** The text of a problem. It must be a valid problem. */
const problemText = {
  read: (text: string): string => {
    parseProblem(text);
    return text;
  },
  write: (text: string): string => text,
};

const name = {
  read: (text: string): string => {
    if (!/^[\w:-]{1,40}(\?[\w=&.-]{1,80})?$/.test(text))
      throw new Error("names of backends were expected, such as cpu,worker-threads?threads=2");
    return text;
  },
  write: (text: string): string => text,
};

export const COMPARE_FIELDS = {
  workload: choice<WorkloadName>("textbook", WORKLOAD_CHOICES),
  problems: list<string>([], problemText),
  /** The name of an ONNX file, because a link cannot hold the file itself. */
  file: words("", 200),
  backends: list<string>(["cpu", "worker-threads", "gpu?mode=webgl2"], name),
  /** The most milliseconds for each layer and backend. */
  time: integer(100, 5, 60_000),
  roofline: flag(true),
} as const satisfies Fields;

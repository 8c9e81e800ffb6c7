/** How a command measures: so that Ctrl-C is heard between samples, and none is awaited for ever. */

import type { Io } from "../../terminal/io.js";
import { breathe } from "../../terminal/report/progress.js";
import { settle } from "../settle.js";
import type { MeasureOptions } from "./measure.js";

export function patiently(io: Io, budget: number): MeasureOptions {
  return { budget, pause: () => breathe(io), guard: (sample) => settle(io, sample) };
}

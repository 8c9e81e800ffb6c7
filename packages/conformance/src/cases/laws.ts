/** laws: what holds between a convolution and others like it, whatever the reference says. */

import type { ConformanceCase } from "../case.js";

export async function lawCases(): Promise<readonly ConformanceCase[]> {
  // Loaded here, so that fast-check costs nothing where the laws are not asked for.
  const [{ LAWS }, { lawCase }] = await Promise.all([import("./laws-list.js"), import("./laws-runner.js")]);
  return LAWS.map(lawCase);
}

/** The circumstances of a backend's figures, from the text of its `device`. */

import type { BackendReport, Environment } from "./compare-report.js";
import type { OpenBackend } from "./open-backends.js";
import { threadsOf } from "./roofline/roofline.js";

/** Names of drivers in software. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;
/** The part of a device's text about threads, and everything after it. */
const THREADS = /,? *\d+ threads?\b.*$/;

export function circumstances(
  { name, asked, backend: { device }, start, version }: OpenBackend,
  environment: Pick<Environment, "threads" | "isolated">,
): BackendReport {
  const threads = threadsOf(device);
  const build = threads === undefined ? undefined : device.replace(THREADS, "");
  const why = whyNotMore(threads, asked, environment);
  const adapter = adapterOf(device);
  return {
    name,
    asked,
    device,
    ...(build !== undefined && { build }),
    ...(threads !== undefined && { threads }),
    ...(why !== undefined && { whyNotMore: why }),
    ...(adapter && { adapter }),
    start,
    ...(version !== undefined && { version }),
    wrong: false,
  };
}

function whyNotMore(
  threads: number | undefined,
  asked: string,
  { threads: offered, isolated }: Pick<Environment, "threads" | "isolated">,
): string | undefined {
  if (threads === undefined || threads >= offered) return undefined;
  if (/[?&]threads=/.test(asked)) return "as many as were asked for";
  if (!asked.startsWith("worker-threads")) return "this backend computes on one thread";
  if (isolated === false) return "the page is not isolated, so there is no shared memory";
  return `the machine offers ${offered}, and this backend has started fewer`;
}

/** The adapter of a backend on a graphics interface. The text may begin with the library's own name. */
function adapterOf(device: string): BackendReport["adapter"] {
  const [, name] = /(?:^|, )(?:WebGPU|WebGL2?)\b[^:]*: (.+)$/i.exec(device) ?? [];
  return name === undefined ? undefined : { name, software: SOFTWARE.test(device) };
}

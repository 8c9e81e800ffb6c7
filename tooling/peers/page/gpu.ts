/** Convene's own gpu, as a control. If it is right and a library is wrong, the driver is not the cause. */

import { gpu } from "@convene/gpu";
import type { PageFactory } from "./page-factory.js";

const open: PageFactory =
  async ({ variant }) =>
  async () =>
    gpu({ mode: variant === "webgl2" ? "webgl2" : "webgpu" });

export default open;

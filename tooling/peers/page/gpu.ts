/** Convene's own gpu, as a control: what is right here and wrong in a library is not the adapter's fault, nor the driver's. */

import { gpu } from "@convene/gpu";
import type { PageFactory } from "./page-factory.js";

const open: PageFactory =
  async ({ variant }) =>
  async () =>
    gpu({ mode: variant === "webgl2" ? "webgl2" : "webgpu" });

export default open;

/** LiteRT.js's webgpu accelerator behind the Backend interface. */

import * as library from "@litertjs/core";
import type { Backend } from "@convene/core";
import { litertBackend } from "../litert-backend.js";
import type { LiteRt } from "../litert-types.js";
import { PEERS } from "../peers.js";
import { GRAPHICS_FEATURES, type PageFactory } from "./page-factory.js";

const open: PageFactory = async ({ faults, modules }) => {
  const lib = library as LiteRt;
  await lib.loadLiteRt(`${modules}@litertjs/core/wasm/`);
  const version = PEERS.litert.packages["@litertjs/core"];
  return async (): Promise<Backend> =>
    litertBackend(
      {
        name: "litert-webgpu",
        lib,
        device: `LiteRT.js ${version} webgpu`,
        features: GRAPHICS_FEATURES,
        check: faults.check,
      },
      "webgpu",
    );
};

export default open;
